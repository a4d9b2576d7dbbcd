"""Reads of vendors. Their names are sealed, so they are put in order here, not in the database."""

from dataclasses import dataclass
from uuid import UUID

from billing.models import Vendor


@dataclass(frozen=True, slots=True)
class Named:
    """A vendor, as a list shows one."""

    pk: UUID
    code: str
    name: str
    is_retired: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


def all_named() -> list[Named]:
    """Return every vendor by name, those who are no longer used last."""
    rows = [_named(row) for row in Vendor.objects.all()]
    return sorted(rows, key=lambda row: (row.is_retired, row.name.casefold(), row.code))


def offered() -> list[Named]:
    """Return the vendors from whom something new can come, by name."""
    return [row for row in all_named() if not row.is_retired]


def names_of(ids: set[UUID]) -> dict[UUID, str]:
    """Return id → name of some vendors."""
    return {row.pk: row.name for row in Vendor.objects.filter(pk__in=ids)}


def called(name: str) -> Vendor | None:
    """Return the vendor of this name, however it is written in capitals, or None."""
    wanted = name.strip().casefold()
    return next((row for row in Vendor.objects.all() if row.name.casefold() == wanted), None)


def _named(row: Vendor) -> Named:
    return Named(row.pk, row.code, row.name, row.retired_at is not None)
