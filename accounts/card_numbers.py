"""Recognizing card numbers, so that none is ever taken in."""

import re
import unicodedata
from dataclasses import dataclass

GAP = "[ \N{HYPHEN}-\N{HORIZONTAL BAR}-]{1,3}"
DIGIT_GROUPS = re.compile(rf"\d+(?:{GAP}\d+)*")
WHOLE_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
UUIDS = re.compile(rf"(?<![0-9a-z]){WHOLE_UUID.pattern}(?![0-9a-z])", re.IGNORECASE)
"""Ids, by themselves or in an address: of some hundreds one has digits that check by chance."""

CARD_DIGITS = range(13, 20)


@dataclass(frozen=True, slots=True)
class Brand:
    """With what a brand's numbers begin, from and to, and how many digits they have."""

    first: str
    last: str
    lengths: frozenset[int]

    def fits(self, digits: str) -> bool:
        beginning = digits[: len(self.first)]
        return len(digits) in self.lengths and self.first <= beginning <= self.last


def _of(first: str, last: str, *lengths: int) -> Brand:
    return Brand(first, last, frozenset(lengths))


BRANDS = (
    _of("4", "4", 13, 16, 19),  # Visa
    _of("51", "55", 16),  # Mastercard
    _of("2221", "2720", 16),
    _of("34", "34", 15),  # American Express
    _of("37", "37", 15),
    _of("6011", "6011", *range(16, 20)),  # Discover
    _of("644", "659", *range(16, 20)),
    _of("300", "305", *range(14, 20)),  # Diners Club
    _of("3095", "3095", *range(14, 20)),
    _of("36", "36", *range(14, 20)),
    _of("38", "39", *range(14, 20)),
    _of("3528", "3589", *range(16, 20)),  # JCB
    _of("62", "62", *range(16, 20)),  # UnionPay
    _of("81", "81", *range(16, 20)),
    _of("50", "50", *range(13, 20)),  # Maestro
    _of("56", "58", *range(13, 20)),
    _of("63", "63", *range(13, 20)),
    _of("67", "67", *range(13, 20)),
    _of("2200", "2204", *range(16, 20)),  # Mir
)
"""The ranges that the brands publish (numbers by ISO/IEC 7812)."""


def holds_card_number(text: str) -> bool:
    """Say whether a card number stands in a text: 13 to 19 digits, grouped or not, that check, and
    that begin and are as long as a brand's.
    """
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
            if len(digits) in CARD_DIGITS and _is_of_a_brand(digits) and _checks(digits):
                return True
    return False


def _is_of_a_brand(digits: str) -> bool:
    return any(brand.fits(digits) for brand in BRANDS)


def _checks(digits: str) -> bool:
    """Luhn's check: every second digit from the right counts twice."""
    total = sum(int(digit) for digit in digits[-1::-2])
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0
