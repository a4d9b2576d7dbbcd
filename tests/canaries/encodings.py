"""Under which guises a text can lie about: bytes to look for, with the names of the guises."""

import base64
import html
import json
import quopri
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from clients.names import fold

SHORTEST = 8
"""Bytes. Something shorter could stand anywhere by chance."""


def forms(text: str) -> dict[str, str]:
    """Return what programs make of a text before they put it down, by what was done to it."""
    return {
        "as it is": text,
        "upper": text.upper(),
        "lower": text.lower(),
        "casefold": text.casefold(),
        "title": text.title(),
        "NFC": unicodedata.normalize("NFC", text),
        "NFD": unicodedata.normalize("NFD", text),
        "NFKC": unicodedata.normalize("NFKC", text),
        "folded": fold(text),
    }


def guises(text: str) -> dict[bytes, set[str]]:
    """Return each sequence of bytes by which a text would be recognised → names of its guises."""
    found: dict[bytes, set[str]] = {}
    for done, form in forms(text).items():
        for name, written in encoded(form):
            for told, part in ((name, written), (f"{name}, escaped", escaped(written))):
                if len(part) >= SHORTEST and b"\n" not in part:
                    found.setdefault(part, set()).add(told if done == "as it is" else done)
    return found


def encoded(text: str) -> Iterator[tuple[str, bytes]]:
    """Give a text in every encoding, with the name of each."""
    plain = text.encode()
    yield "UTF-8", plain
    for name in ("UTF-16LE", "UTF-16BE"):
        yield name, text.encode(name)
    for name in ("cp1252", "iso8859-5", "iso8859-7", "iso8859-8", "iso8859-6"):
        try:
            yield name, text.encode(name)
        except UnicodeEncodeError:
            continue
    for shift in range(3):
        for name, altchars in (("base64", b"+/"), ("base64 urlsafe", b"-_")):
            yield f"{name}, {shift}", base64_at(plain, shift, altchars)
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    yield "hex, spaced", plain.hex(" ").encode()
    percent = quote(text, safe="")
    yield "URL", percent.encode()
    yield "url", lower_percent(percent)
    yield "URL, path", quote(text).encode()
    yield "URL, plus", quote_plus(text).encode()
    yield "url, plus", lower_percent(quote_plus(text))
    yield "JSON", json.dumps(text)[1:-1].encode()
    yield "JSON, upper", upper_escapes(json.dumps(text)[1:-1])
    yield "JSON, for pages", for_pages(json.dumps(text)[1:-1]).encode()
    yield "Python", text.encode("unicode_escape")
    yield "Python bytes", repr(plain)[2:-1].encode()
    yield "bytea, escape", "".join(octal(byte) for byte in plain).encode()
    yield "HTML", html.escape(text).encode()
    yield "HTML, decimal", html.escape(text).encode("ascii", "xmlcharrefreplace")
    yield "HTML, hex", "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in text).encode()
    yield "quoted-printable", quopri.encodestring(plain).replace(b"=\n", b"")
    yield "header", quopri.encodestring(plain, header=True).replace(b"=\n", b"")
    yield "SQL", text.replace("'", "''").encode()
    yield "CSV", text.replace('"', '""').encode()


def base64_at(plain: bytes, shift: int, altchars: bytes) -> bytes:
    """Return what of a text in base64 does not depend on what stands before and after it."""
    whole = base64.b64encode(b"\0" * shift + plain, altchars).rstrip(b"=")
    end = (len(plain) + shift) * 8 // 6
    return whole[(0, 2, 3)[shift] : end]


def lower_percent(text: str) -> bytes:
    """Return a percent-encoded text with small letters in its escapes."""
    first, *others = text.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in others)]).encode()


def upper_escapes(text: str) -> bytes:
    first, *others = text.split("\\u")
    return "\\u".join([first, *(part[:4].upper() + part[4:] for part in others)]).encode()


def for_pages(text: str) -> str:
    return text.translate({ord(c): f"\\u{ord(c):04X}" for c in "<>&'"})


def octal(byte: int) -> str:
    if byte == ord("\\"):
        return "\\\\"
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def escaped(written: bytes) -> bytes:
    """Return it as a text that is quoted once more would have it."""
    return written.replace(b"\\", b"\\\\")
