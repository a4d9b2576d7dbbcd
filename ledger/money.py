"""Money: whole cents of US dollars. Pure Python; floats and decimals stop at the door."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
LARGEST_TYPED_CENTS = 99_999_999_99
"""More than this in one amount is a slip of the finger, not a bill."""

_TYPED = re.compile(
    rf"(?P<sign>[-{MINUS}]?)(?P<dollars>[0-9]+|[0-9]{{1,3}}(?:,[0-9]{{3}})+)(?:\.(?P<cents>[0-9]+))?"
)


class NotMoney(ValueError):
    """What was typed is not an amount; the message says why, and is fit to show."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of US dollars in whole cents; it may be negative."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise TypeError(f"Money counts whole cents, not {type(self.cents).__name__}.")

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Return the amount that a person typed, such as ``1,350.00`` or ``135``.

        Raises:
            NotMoney: the text is anything else, or has more than two decimals.
        """
        match = _TYPED.fullmatch(text.strip())
        if match is None:
            raise NotMoney("Enter an amount in dollars and cents, such as 135.00.")
        decimals = match["cents"] or ""
        if len(decimals) > 2:
            raise NotMoney("Enter at most two digits after the decimal point.")
        digits = match["dollars"].replace(",", "").lstrip("0") + decimals.ljust(2, "0")
        if len(digits) > len(str(LARGEST_TYPED_CENTS)):
            raise NotMoney(f"Enter an amount of at most {cls(LARGEST_TYPED_CENTS)}.")
        return cls(-int(digits) if match["sign"] else int(digits))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents) if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __abs__(self) -> "Money":
        return Money(abs(self.cents))

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        return self._shown("")

    @property
    def dollars(self) -> str:
        """The amount with its currency: ``$1,350.00``."""
        return self._shown("$")

    def _shown(self, currency: str) -> str:
        whole, cents = divmod(abs(self.cents), 100)
        return f"{MINUS if self.cents < 0 else ''}{currency}{whole:,}.{cents:02}"

    def split(self, weights: int | Sequence[int]) -> "list[Money]":
        """Return parts in proportion to ``weights``, which add up to this amount to the cent.

        A number splits evenly. Cents left over go to the largest remainders, earliest first.

        Raises:
            ValueError: there is no part, a weight is negative, or all are zero.
        """
        shares = [1] * weights if isinstance(weights, int) else list(weights)
        whole = sum(shares)
        if whole <= 0 or min(shares) < 0:
            raise ValueError("Split into at least one part, with weights of zero or more.")
        cents = [abs(self.cents) * share // whole for share in shares]
        remainders = [abs(self.cents) * share % whole for share in shares]
        by_remainder = sorted(range(len(shares)), key=lambda part: -remainders[part])
        for part in by_remainder[: abs(self.cents) - sum(cents)]:
            cents[part] += 1
        return [Money(-part if self.cents < 0 else part) for part in cents]


ZERO = Money(0)
