"""What documents say of the practice and of its therapists, and what of it is not known yet."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import Membership, PracticeParticulars, TherapistParticulars

NPI_PREFIX = "80840"
"""Of US health cards (ISO/IEC 7812): the check digit of an NPI counts it in."""


def is_npi(text: str) -> bool:
    """Say whether a text is an NPI: ten digits, the last of which checks the others."""
    if not (text.isascii() and text.isdigit() and len(text) == 10 and text[0] in "12"):
        return False
    total = 0
    for place, digit in enumerate(reversed(NPI_PREFIX + text)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def of_practice() -> PracticeParticulars | None:
    """Return what documents say of the practice, or None if nobody said it yet."""
    return PracticeParticulars.objects.order_by("-set_at", "-id").first()


def of_therapist(member: Membership) -> TherapistParticulars | None:
    """Return what documents say of a therapist, or None if nobody said it yet."""
    return of_therapists([member.pk]).get(member.pk)


def of_therapists(ids: Collection[UUID]) -> dict[UUID, TherapistParticulars]:
    """Return member → what documents say of them, in one query; those not known are left out."""
    rows = TherapistParticulars.objects.filter(member__in=ids).order_by("set_at", "id")
    return {row.member_id: row for row in rows}
