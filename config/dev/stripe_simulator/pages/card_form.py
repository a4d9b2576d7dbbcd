"""The three fields of a card: read, checked, and forgotten."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qs

from config.dev.stripe_simulator import cards
from config.dev.stripe_simulator.cards import TestCard

NUMBER, EXPIRY, CODE = "number", "expiry", "cvc"


@dataclass(frozen=True, slots=True)
class CardForm:
    """A test card and its expiry (month, year), or what is wrong with which field."""

    card: TestCard | None
    expiry: tuple[int, int]
    errors: dict[str, str] = field(default_factory=dict)


def read(body: bytes, today: date) -> CardForm:
    """The number lives in this call only; what leaves it is the name of a test card."""
    told = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    errors: dict[str, str] = {}
    number = "".join(told.get(NUMBER, "").split()).replace("-", "")
    card = cards.by_number(number)
    if not number:
        errors[NUMBER] = "Enter a card number."
    elif not _is_card_number(number):
        errors[NUMBER] = "Check the card number: it is not complete."
    elif card is None:
        errors[NUMBER] = "Use a test card: this is a simulator and takes no real cards."
    expiry = _expiry(told.get(EXPIRY, ""))
    if expiry is None:
        errors[EXPIRY] = "Enter the expiry as month and year, for example 12 / 34."
    elif (expiry[1], expiry[0]) < (today.year, today.month):
        errors[EXPIRY] = "This date is in the past: enter the expiry of a card still valid."
    code = told.get(CODE, "").strip()
    length = 4 if card is not None and card.brand == "amex" else 3
    if not (code.isascii() and code.isdecimal() and len(code) == length):
        errors[CODE] = f"Enter the security code: {length} digits."
    return CardForm(card, expiry or (0, 0), errors)


def _is_card_number(number: str) -> bool:
    if not (number.isascii() and number.isdecimal() and 13 <= len(number) <= 19):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _expiry(told: str) -> tuple[int, int] | None:
    digits = "".join(letter for letter in told if letter not in " /-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) in (4, 6)):
        return None
    month, year = int(digits[:2]), int(digits[2:])
    return (month, year if year > 99 else 2000 + year) if 1 <= month <= 12 else None
