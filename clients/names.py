"""How names are put together, and when two texts count as the same to somebody who searches."""

import unicodedata

PUNCTUATION = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bb\u02bc\u00b4`\uff07", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u2043", "-")
)
"""Apostrophes and dashes of other keyboards."""

LETTERS = str.maketrans(
    {
        "æ": "ae",
        "ð": "d",
        "ø": "o",
        "þ": "th",
        "đ": "d",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ł": "l",
        "ŋ": "n",
        "œ": "oe",
        "ŧ": "t",
        "ə": "e",
        "ɓ": "b",
        "ɖ": "d",
        "ɗ": "d",
        "ɛ": "e",
        "ɔ": "o",
        "ƙ": "k",
        "ƴ": "y",
    }
)
"""Letters whose stroke, hook or ligature Unicode does not take apart, as others type them."""


def full_name(given_names: str, family_name: str) -> str:
    """Return a name as it is said; people with one name have one of the two."""
    return f"{given_names} {family_name}".strip()


def fold(text: str) -> str:
    """Return a text without case, accents and invisible marks: "Søren" and "SOREN" fold alike.

    Digits of every script become ASCII ones.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(PUNCTUATION).casefold())
    bare = "".join(_plain(letter) for letter in decomposed)
    return " ".join(bare.casefold().translate(LETTERS).split())


def digits(text: str) -> str:
    """Return the digits of a text in ASCII, as telephone numbers are compared."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


def _plain(letter: str) -> str:
    """Return a letter that NFKD has taken apart, or nothing for an accent or a mark unseen."""
    if letter.isascii():
        return letter
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return ""
    return str(unicodedata.decimal(letter, letter))
