"""Recognizing card numbers, so that none is ever taken in."""

import re
import unicodedata

GAP = "[ \N{HYPHEN}-\N{HORIZONTAL BAR}-]{1,3}"
DIGIT_GROUPS = re.compile(rf"\d+(?:{GAP}\d+)*")
WHOLE_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
UUIDS = re.compile(rf"(?<![0-9a-z]){WHOLE_UUID.pattern}(?![0-9a-z])", re.IGNORECASE)
"""Ids, by themselves or in an address: of some hundreds one has digits that check by chance."""

CARD_DIGITS = range(13, 20)
FIRST_DIGITS = frozenset("23456")
"""With which the numbers of payment cards begin (ISO/IEC 7812)."""


def holds_card_number(text: str) -> bool:
    """Say whether a card number stands in a text: 13 to 19 digits, grouped or not, that check."""
    if len(text) < CARD_DIGITS.start:
        return False
    plain = unicodedata.normalize("NFKC", UUIDS.sub("x", text))
    return any(
        _any_card([_ascii(group) for group in re.findall(r"\d+", found[0])])
        for found in DIGIT_GROUPS.finditer(plain)
    )


def _ascii(digits: str) -> str:
    return "".join(str(int(digit)) for digit in digits)


def _any_card(groups: list[str]) -> bool:
    """Try each run of neighboring groups: a number may stand beside a date or an amount."""
    for start in range(len(groups)):
        digits = ""
        for group in groups[start:]:
            digits += group
            if len(digits) >= CARD_DIGITS.stop:
                break
            if len(digits) in CARD_DIGITS and digits[0] in FIRST_DIGITS and _checks(digits):
                return True
    return False


def _checks(digits: str) -> bool:
    """Luhn's check: every second digit from the right counts twice."""
    total = sum(int(digit) for digit in digits[-1::-2])
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0
