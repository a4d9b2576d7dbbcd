"""What a PDF says, read by a library that had no part in making it."""

import io
import re
import unicodedata

from pypdf import PdfReader

NEVER_DRAWN = {"\N{COMBINING GRAPHEME JOINER}", *map(chr, range(0xFE00, 0xFE10))}
"""The joiner, and the selectors that choose how the letter before them looks."""
NUMBERED = re.compile(r"\[U\+([0-9A-F]{4,6})\]")


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def says(pdf: bytes, typed: str) -> bool:
    """Say whether a PDF of one text gives back every letter of it, in order.

    A letter that no font has stands as its number. Where letters are joined or run from the right,
    the reader gives them in the order of the page, some twice, and not every mark that encloses
    one: there only which letters and other marks they are is told.
    """
    told = NUMBERED.sub(lambda found: chr(int(found[1], 16)), text_of(pdf))
    if any(is_joined(letter) for letter in typed):
        return apart(told) == apart(typed)
    return seen(told) == seen(typed)


def apart(text: str) -> set[str]:
    return {letter for letter in seen(text) if unicodedata.category(letter) != "Me"}


def is_joined(letter: str) -> bool:
    return unicodedata.combining(letter) > 0 or (
        unicodedata.category(letter) in ("Mn", "Mc", "Me")
        or unicodedata.bidirectional(letter) in ("R", "AL")
    )


def seen(text: str) -> str:
    """Return a text in single letters and marks, without spaces and what has no look of its own."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFD", text)
        if not letter.isspace() and letter not in NEVER_DRAWN
    )
