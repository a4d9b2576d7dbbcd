"""Passwords as people make them who must reach a length: words doubled, walked, dressed up."""

import itertools
import random
from collections.abc import Iterator

from accounts import password_rules

WALKS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx", "qazwsxedc", "1q2w3e4r5t", "poiuytrewq")
ENDS = (
    "1",
    "12",
    "123",
    "1234",
    "12345",
    "123456",
    "!",
    "!!",
    "1!",
    "123!",
    "01",
    "007",
    "2024",
    "2024!",
    "2025!",
    "2026!",
    "@2025",
    "#1",
    "_1",
    "-99",
    "1990",
    "1985!",
    "69",
    "2000",
)
LEET = str.maketrans("aeios", "43105")


def leet(word: str) -> str:
    """Write a word with digits for letters."""
    return word.translate(LEET)


def of_length(length_min: int, count: int) -> list[str]:
    """Return so many different ones that are long enough, always the same."""
    words = sorted(word for word in password_rules.common() if word.isalpha() and len(word) > 4)
    random.Random(1).shuffle(words)
    made = (password for password in _dressed_up(words) if len(password) >= length_min)
    return list(itertools.islice(dict.fromkeys(made), count))


def _dressed_up(words: list[str]) -> Iterator[str]:
    for one, other in itertools.product(WALKS, repeat=2):
        yield f"{one}{other}"
    for walk, end in itertools.product(WALKS, ENDS):
        yield f"{walk}{end}"
    yield from (word for word in sorted(password_rules.common()) if len(word) >= 12)
    for word, end, other in zip(words, itertools.cycle(ENDS), words[1:], strict=False):
        yield word + word
        yield f"{word.title()}{end}"
        yield f"{leet(word)}{end}"
        yield f"{word.upper()}{word}{end}"
        yield f"{leet(word.title())}!!{end}"
        yield f"{word.title()}{other.title()}{end}"
