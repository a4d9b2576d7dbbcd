"""How names are put together, which characters a text may have, and when two count as the same."""

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


def filed_under(sort_name: str, family_name: str, given_names: str) -> str:
    """Return what a list of people goes by: the name that somebody chose for it, or the family
    name and then the given ones, without case and accents."""
    return fold(sort_name or f"{family_name} {given_names}")


def initials(given_names: str, family_name: str) -> str:
    """Return the first letter of each part of a name, as "A. O."; one for one-word names."""
    parts = [part.split()[0] for part in (given_names, family_name) if part.split()]
    return " ".join(f"{_first_letter(part)}." for part in parts)


def _first_letter(word: str) -> str:
    """Return the first letter with the marks that belong to it."""
    word = unicodedata.normalize("NFC", word)
    end = 1
    while end < len(word) and unicodedata.combining(word[end]):
        end += 1
    return word[:end].upper()


def fold(text: str) -> str:
    """Return a text without case, accents and invisible marks: "Søren" and "SOREN" fold alike.

    Digits of every script become ASCII ones.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(PUNCTUATION).casefold())
    bare = decomposed if decomposed.isascii() else "".join(map(_plain, decomposed))
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


def unfit(text: str, *, may_have_lines: bool = False) -> str:
    """Return why a text cannot be kept as it is, or "": nothing in it is ever changed instead.

    Control characters have no look, so that nobody could see what was kept; a lone surrogate is
    half a character.
    """
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "Cs":
            return "It holds half a character, which no text can keep."
        if kind == "Cc" and not (may_have_lines and letter == "\n"):
            return f"It holds a character that cannot be seen (U+{ord(letter):04X}). Take it out."
    return ""


def trimmed(text: str) -> str:
    """Return a text without the spaces at its ends, which nobody sees; inside they stay."""
    return text.strip()
