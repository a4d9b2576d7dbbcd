"""How names are put together, and when two texts count as the same to somebody who searches."""

import unicodedata


def full_name(given_names: str, family_name: str) -> str:
    """Return a name as it is said; people with one name have one of the two."""
    return f"{given_names} {family_name}".strip()


def fold(text: str) -> str:
    """Return a text without case and accents: "Núñez" and "NUNEZ" fold alike."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def digits(text: str) -> str:
    """Return the digits of a text, as telephone numbers are compared."""
    return "".join(letter for letter in text if letter.isdecimal())
