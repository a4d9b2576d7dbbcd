"""How a practice's keys stand: versions, ages, and how much is left under each."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import DataKey, IndexKey
from accounts.selectors import sealed


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the data key. ``values`` is how many sealed values stand under it."""

    number: int
    kek_version: int
    created_at: datetime
    destroyed_at: datetime | None
    values: int
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Status:
    """The data key's versions, newest first, and since when the keys are destroyed, if they are."""

    versions: list[Version]
    shredded_at: datetime | None

    @property
    def is_rotating(self) -> bool:
        """Whether an old version is still there."""
        return sum(version.destroyed_at is None for version in self.versions) > 1

    @property
    def values(self) -> int:
        return sum(version.values for version in self.versions)

    @property
    def moved(self) -> int:
        """How many values stand under the newest version."""
        return sum(version.values for version in self.versions if version.is_newest)


def status() -> Status:
    """Return how the keys of the open scope stand."""
    counted = sealed.under_versions()
    rows = list(DataKey.objects.order_by("-version"))
    return Status(
        [
            Version(
                row.version,
                row.kek_version,
                row.created_at,
                row.destroyed_at,
                counted[row.version],
                row is rows[0],
            )
            for row in rows
        ],
        shredded_at(),
    )


def shredded_at() -> datetime | None:
    """Return when the keys of the open scope were destroyed, if they were."""
    index = IndexKey.objects.first()
    return index.destroyed_at if index else None


def old_versions() -> list[int]:
    """Return the versions that a newer one follows and that are not destroyed, oldest first."""
    live = DataKey.objects.filter(destroyed_at=None).order_by("version")
    return list(live.values_list("version", flat=True))[:-1]
