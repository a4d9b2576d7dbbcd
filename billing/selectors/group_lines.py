"""Hours of groups in lists and on their own page: one line for all who are expected in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse

from accounts.models import Membership
from billing.models import Appointment, AppointmentOutcome, GroupHour
from billing.selectors import appointments, known_details, schedule
from billing.selectors.schedule import HourRow, Key
from clients.selectors import clients

Kind = AppointmentOutcome.Kind
WORDS = {
    Kind.HELD: "came",
    Kind.CANCELLED: "cancelled in time",
    Kind.LATE_CANCELLED: "cancelled late",
    Kind.NO_SHOW: "did not come",
}
"""What became of a place, as it is counted in a line."""


@dataclass(frozen=True, slots=True)
class GroupLine:
    """An hour of a group as lists show it: ``code`` is the group's, ``count`` counts its places.

    ``state`` is a word of the badges, ``note`` says how many came and how many did not.
    """

    at: datetime
    minutes: int
    pk: UUID
    code: str
    therapist_id: UUID
    therapist: str
    what: str
    count: int
    state: str
    note: str
    where: str

    is_group = True

    @property
    def url(self) -> str:
        return reverse("billing:group_hour", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.state == "planned"


@dataclass(frozen=True, slots=True)
class Places:
    """Those in an hour of a group whom a reader may see, and how many others are in it."""

    rows: list[HourRow]
    hidden: int

    @property
    def waiting(self) -> list[UUID]:
        """The appointments of which nobody said yet what became of them."""
        return [row.appointment_id for row in self.rows if row.is_planned and row.appointment_id]


def beside(keys: Sequence[Key], *, permissions: clients.Permissions) -> list["HourRow | GroupLine"]:
    """Return hours as lists show them, those of groups among them, in their order.

    The number of queries does not grow with them.
    """
    single = [key for key in keys if not key.is_group]
    rows = iter(schedule.rows(single, permissions=permissions))
    lines = of(key.pk for key in keys if key.is_group)
    return [lines[key.pk] if key.is_group else next(rows) for key in keys]


def of(ids: Iterable[UUID]) -> dict[UUID, GroupLine]:
    """Return hour of a group → its line, in three queries."""
    found = GroupHour.objects.filter(pk__in=list(ids))
    hours = {row.pk: row for row in found.select_related("group__therapist", "group__service_code")}
    if not hours:
        return {}
    places = list(Appointment.objects.filter(group_hour__in=hours).order_by("id"))
    outcomes = schedule.standing_of(row.pk for row in places)
    remote = known_details.remote_places()
    told: dict[UUID, list[str]] = {pk: [] for pk in hours}
    where: dict[UUID, str] = dict.fromkeys(hours, "")
    for row in places:
        hour_id, outcome = row.group_hour_id, outcomes.get(row.pk)
        if hour_id is None:
            continue
        told[hour_id].append(outcome.kind if outcome else "")
        if row.place_of_service in remote:
            where[hour_id] = schedule.REMOTE
    return {pk: _line(hour, told[pk], where[pk]) for pk, hour in hours.items()}


def places(
    hour: GroupHour, reader: Membership, *, on: date, permissions: clients.Permissions
) -> Places:
    """Return who is expected in an hour of a group, or was, as a reader may see them."""
    every = Appointment.objects.filter(group_hour=hour)
    seen = appointments.visible_to(reader, on=on, permissions=permissions)
    mine = list(every.filter(pk__in=seen.values("pk")).order_by("client__code"))
    rows = schedule.rows(
        [Key(row.starts_at, row.pk, False) for row in mine], permissions=permissions
    )
    return Places(rows, every.count() - len(rows))


def _line(hour: GroupHour, kinds: list[str], where: str) -> GroupLine:
    counted = [f"{kinds.count(kind)} {word}" for kind, word in WORDS.items() if kind in kinds]
    is_marked = "" not in kinds
    return GroupLine(
        at=hour.starts_at,
        minutes=hour.minutes,
        pk=hour.pk,
        code=hour.group.code,
        therapist_id=hour.group.therapist_id,
        therapist=hour.group.therapist.display_name,
        what=hour.group.service_code.label,
        count=len([kind for kind in kinds if kind != Kind.MOVED]),
        state=_state(kinds) if is_marked else "planned",
        note=", ".join(counted),
        where=where,
    )


def _state(kinds: list[str]) -> str:
    """Return the word of the badges of an hour of which everything is known."""
    if Kind.HELD in kinds:
        return "done"
    if Kind.MOVED in kinds:
        return "moved"
    return "no_show" if Kind.NO_SHOW in kinds else "cancelled"
