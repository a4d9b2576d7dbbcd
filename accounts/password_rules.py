"""What a password has to be: long, and nothing that others would try first.

There are no rules of composition. Whether a password is on a list, or was had before, is asked
of the database elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha1
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator

from accounts.permissions import Permission

LENGTH_MIN = 12
LENGTH_MIN_LONG = 15
LENGTH_MAX = 128
HISTORY = 4
"""How many passwords before the present one do not come back."""

LONG_FOR = frozenset({Permission.ROLE_CHANGE, Permission.SECURITY_CHANGE, Permission.MEMBER_CHANGE})
"""Whoever holds one of these can open the practice to others, and needs a longer password."""

OF_THE_TRADE = (
    "quietledger ledger billing invoice payment account accountant accounting bookkeeping therapy"
    " therapist therapists psychotherapy counseling counselor practice clinic mental health"
    " mentalhealth wellness client clients patient patients frontdesk front desk reception office"
    " administrator admin auditor password passphrase passwort secret welcome letmein login signin"
)
DIGEST_BYTES = 10
WORD_MIN, CHARACTERS_MIN, WALK_MIN, REST_MIN = 3, 5, 4, 6
AFFIX_MAX = 12
LOOKS_LIKE = {"0": "o", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
LOOKS_LIKE |= {"@": "a", "$": "s", "+": "t", "(": "c"}
AS_LETTERS = tuple(
    str.maketrans(LOOKS_LIKE | dict.fromkeys("1!|", letter)) for letter in ("i", "l")
)
ROWS = ("`1234567890-=", "\tqwertyuiop[]\\", "\tasdfghjkl;'", "\tzxcvbnm,./")
UNSHIFTED = str.maketrans('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./")
KEYS = {
    key: (2 * column + row - (row > 0), row)
    for row, keys in enumerate(ROWS)
    for column, key in enumerate(keys)
    if key != "\t"
}
"""Key → where it lies, in half keys from the left, and its row."""

UNRELATED = "Take a few words that have nothing to do with each other."


def length_min(held: Iterable[Permission]) -> int:
    """Return the least number of characters for somebody with these permissions."""
    return LENGTH_MIN if LONG_FOR.isdisjoint(held) else LENGTH_MIN_LONG


def is_long(password: str) -> bool:
    """Say whether a password would do for anybody."""
    return len(password) >= LENGTH_MIN_LONG


def refusal(password: str, *, length_min: int, names: Iterable[str] = ()) -> str:
    """Say in one sentence what is wrong with a password and what to do, or "" when it is fit.

    ``names`` are of the person, their address and their practices.
    """
    if len(password) < length_min:
        return f"Use at least {length_min} characters. {UNRELATED}"
    if len(password) > LENGTH_MAX:
        return f"Use at most {LENGTH_MAX} characters."
    text = _folded(password)
    if len(set(text)) < CHARACTERS_MIN or len(_unit(text)) < min(length_min, len(text)):
        return f"This repeats the same few characters. {UNRELATED}"
    if len(text) - _walked(text) < REST_MIN:
        return f"This follows the keyboard or the alphabet. {UNRELATED}"
    own = _words(names) | _words([OF_THE_TRADE])
    found = [core for core in _cores(text) if len(core) >= WORD_MIN]
    if any(_is_little(core, frozenset()) for core in found):
        return f"This is a common word with something added. {UNRELATED}"
    if any(_is_little(core, own) for core in found):
        return "Leave out your name, your practice and your trade: others would try them first."
    return ""


def digest(password: str) -> bytes:
    """Return what lists of known passwords hold of one: the first bytes of its SHA-1."""
    return sha1(password.encode(), usedforsecurity=False).digest()[:DIGEST_BYTES]


def digests(password: str) -> list[bytes]:
    """Return the digests of a password and of the plain words that it was made from."""
    text = _folded(password)
    made_from = {password, text, *(core for core in _cores(text) if len(core) >= WORD_MIN)}
    return [digest(each) for each in made_from]


@cache
def common() -> frozenset[str]:
    """Return the passwords that most people choose: the list that Django brings."""
    return frozenset(CommonPasswordValidator().passwords)


def _folded(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()


def _unit(text: str) -> str:
    """Return the shortest part whose repetition the text is: the text itself for most."""
    for size in range(1, len(text) // 2 + 1):
        if (text[:size] * (len(text) // size + 1))[: len(text)] == text:
            return text[:size]
    return text


def _walked(text: str) -> int:
    """Return how many characters belong to walks over the keyboard or along the alphabet."""
    length, covered = 1, 0
    for one, other in pairwise(text):
        length = length + 1 if _is_step(one, other) else 1
        if length >= WALK_MIN:
            covered += WALK_MIN if length == WALK_MIN else 1
    return covered


def _is_step(one: str, other: str) -> bool:
    if one.isalnum() and other.isalnum() and abs(ord(one) - ord(other)) <= 1:
        return True
    here, there = KEYS.get(one.translate(UNSHIFTED)), KEYS.get(other.translate(UNSHIFTED))
    if here is None or there is None:
        return False
    return abs(here[0] - there[0]) <= 2 and abs(here[1] - there[1]) <= 1


def _cores(text: str) -> set[str]:
    """Return the words that may hide in a text: without what stands around, digits as letters."""
    plain = {text, *(text.translate(table) for table in AS_LETTERS)}
    stripped = set(_stripped(text))
    plain |= {part.translate(table) for part in stripped for table in AS_LETTERS} | stripped
    letters = {"".join(filter(str.isalpha, each)) for each in plain}
    wholes = {each for each in stripped if len(each) * 2 >= len(text)}
    return wholes | letters | {_unit(each) for each in letters if each}


def _stripped(text: str) -> Iterator[str]:
    """Yield the text without more and more of the digits and symbols at its two ends."""
    lead = len(text) - len(re.sub(r"\A[\W\d_]+", "", text))
    trail = len(text) - len(re.sub(r"[\W\d_]+\Z", "", text))
    for first in {*range(min(lead, AFFIX_MAX) + 1), lead}:
        for last in {*range(min(trail, AFFIX_MAX) + 1), trail}:
            yield text[first : len(text) - last]


def _is_little(core: str, own: frozenset[str]) -> bool:
    """Say whether a word is made of two common words at most, once own names are taken out."""
    rest = core
    for name in sorted(own, key=len, reverse=True):
        rest = rest.replace(name, "")
    if own and rest == core:
        return False
    if own and len(rest) < REST_MIN:
        return True
    return rest in common() or any(
        rest[:place] in common() and rest[place:] in common()
        for place in range(WORD_MIN, len(rest) - WORD_MIN + 1)
    )


def _words(names: Iterable[str]) -> frozenset[str]:
    """Return the words of names, and each name in one word, such as they are typed."""
    found: set[str] = set()
    for name in names:
        parts = re.findall(r"[^\W\d_]+", _folded(name))
        found |= {*parts, "".join(parts)}
    return frozenset(word for word in found if len(word) >= WORD_MIN)
