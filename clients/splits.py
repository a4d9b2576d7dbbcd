"""How an amount is divided among those responsible: whole cents, and nothing lost or made."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

WHOLE = 10_000
"""A hundred percent, in basis points."""


@dataclass(frozen=True, slots=True)
class Share:
    """One party's part: ``basis_points``, or ``fixed_cents``, or neither for the rest."""

    party_id: UUID
    basis_points: int | None = None
    fixed_cents: int | None = None

    @property
    def is_rest(self) -> bool:
        return self.basis_points is None and self.fixed_cents is None


def fault(shares: Sequence[Share]) -> str:
    """Return why shares do not make a whole, in words; "" where they do."""
    percent = sum(share.basis_points or 0 for share in shares)
    rests = sum(share.is_rest for share in shares)
    if len({share.party_id for share in shares}) != len(shares):
        return "Somebody stands here twice."
    if any(share.basis_points is not None and share.fixed_cents is not None for share in shares):
        return "A part is either a percentage or a fixed sum."
    if any(value is not None and value < 1 for s in shares for value in _measures(s)):
        return "A percentage or a sum is more than nothing."
    if rests > 1:
        return "Only one can take the rest."
    if rests and percent >= WHOLE:
        return "Nothing is left for the rest: lower the percentages."
    if not shares:
        return "Say who pays which part."
    if not rests and not percent:
        return "Fixed sums may leave something over: let somebody take the rest."
    if not rests and percent != WHOLE:
        found = f"{percent / 100:g}"
        return f"The percentages make {found}, not 100: mend one, or let somebody take the rest."
    return ""


def divide(cents: int, shares: Sequence[Share]) -> list[int]:
    """Return each share's part of an amount, in the order of the shares; the sum is the amount.

    Fixed sums come first, in their order, as far as the amount goes. Percentages are of what then
    remains; a cent that no percentage gives whole goes to whoever lost most by rounding, the
    first of equals. The rest is what is left. A credit is divided as the charge would be.

    Raises:
        ValueError: the shares do not make a whole.
    """
    if wrong := fault(shares):
        raise ValueError(wrong)
    remaining = abs(cents)
    parts = [0] * len(shares)
    for place, share in enumerate(shares):
        if share.fixed_cents is not None:
            parts[place] = min(share.fixed_cents, remaining)
            remaining -= parts[place]
    owed = [remaining * (share.basis_points or 0) for share in shares]
    for place, share in enumerate(shares):
        if share.basis_points is not None:
            parts[place] = owed[place] // WHOLE
    left = abs(cents) - sum(parts)
    rest = next((place for place, share in enumerate(shares) if share.is_rest), None)
    if rest is not None:
        parts[rest] = left
    else:
        by_loss = sorted(range(len(shares)), key=lambda place: -(owed[place] % WHOLE))
        for place in by_loss[:left]:
            parts[place] += 1
    return [-part for part in parts] if cents < 0 else parts


def _measures(share: Share) -> tuple[int | None, int | None]:
    return share.basis_points, share.fixed_cents
