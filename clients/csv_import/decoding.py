"""From bytes to text, without ever putting a wrong letter in the place of a right one."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from dataclasses import dataclass

BYTES_MAX = 10 * 1024 * 1024
LOOKED_AT = 4096
SHOWN_WORDS = 12

BINARY = {b"PK\x03\x04": "a spreadsheet", b"\xd0\xcf\x11\xe0": "a spreadsheet", b"%PDF": "a PDF"}
"""First bytes of files that people mistake for a CSV file."""


class Unreadable(Exception):
    """The file is no table that can be read; the message says where and what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Decoded:
    """A text, and the encoding that it was in. ``is_guess``: somebody has to look at the words."""

    text: str
    encoding: str
    is_guess: bool

    def unusual_words(self) -> list[str]:
        """Return the first words that a wrong encoding would spoil."""
        found: dict[str, None] = {}
        for word in self.text.replace('"', " ").replace(",", " ").replace(";", " ").split():
            if not word.isascii():
                found[word[:40]] = None
                if len(found) == SHOWN_WORDS:
                    break
        return list(found)


def decode(content: bytes) -> Decoded:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252, the last of which is a guess.

    Raises:
        Unreadable: it is empty, too large, binary, or its bytes are no text in any of these.
    """
    if not content:
        raise Unreadable("The file is empty.")
    if len(content) > BYTES_MAX:
        raise Unreadable("The file is larger than 10 MB. Split it into several.")
    for start, kind in BINARY.items():
        if content.startswith(start):
            raise Unreadable(
                f"This is {kind}. In your spreadsheet choose “Save as”, then CSV UTF-8."
            )
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise _broken(encoding, error) from None
        return _older(content, error)
    return Decoded(_whole(text), encoding.removesuffix("-sig").upper(), is_guess=False)


def _encoding(content: bytes) -> str:
    if content.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        raise Unreadable("The file is in UTF-32. Save it as CSV UTF-8.")
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    start = content[:LOOKED_AT]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Latin letters in UTF-16 without a mark: every second byte is zero, and no other.
        zeros, others = start[offset::2].count(0), start[1 - offset :: 2].count(0)
        if zeros > len(start) // 4 and not others:
            return encoding
    return "utf-8-sig"


def _older(content: bytes, error: UnicodeDecodeError) -> Decoded:
    """Read a file that is not UTF-8 as Windows-1252, in which Excel saves "CSV" to this day."""
    if content.startswith(BOM_UTF8):
        raise _broken("UTF-8", error)
    try:
        return Decoded(_whole(content.decode("cp1252")), "Windows-1252", is_guess=True)
    except UnicodeDecodeError as failed:
        raise _broken("UTF-8", failed) from None


def _broken(encoding: str, error: UnicodeDecodeError) -> Unreadable:
    line = error.object[: error.start].count(b"\n") + 1
    return Unreadable(
        f"Around row {line} the file is not text in {encoding.removesuffix('-sig').upper()}."
        " Save it again as CSV UTF-8."
    )


def _whole(text: str) -> str:
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Unreadable(f"Row {line} holds a character (NUL) that no text has. Export it again.")
    if not text.strip("\ufeff \t\r\n"):
        raise Unreadable("The file is empty.")
    return text
