"""Groups: who may see them, and who is in them on which day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from accounts.permissions import Permission
from billing.models import Appointment, Group, GroupHour, GroupMember, GroupMemberLeft
from billing.selectors import appointments, days
from clients.selectors import clients, families


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as lists show it: how many are in it today, and when it meets next, if it does."""

    pk: UUID
    code: str
    what: str
    therapist: str
    minutes: int
    count: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody in a group, as one reader may see them. ``last_on`` is None while nothing ends it.

    ``state`` is a word of the badges.
    """

    pk: UUID
    client: clients.Shown
    joins_on: date
    last_on: date | None
    state: str

    @property
    def may_leave(self) -> bool:
        return self.last_on is None


@dataclass(frozen=True, slots=True)
class Members:
    """Those in a group whom a reader may see, and how many others are in it on the day."""

    rows: list[MemberRow]
    hidden: int


def visible_to(member: Membership, *, permissions: clients.Permissions) -> QuerySet[Group]:
    """Return the groups that a member may see: the desk all of them, a therapist their own."""
    if Permission.SESSION_VIEW not in permissions:
        return Group.objects.none()
    if Permission.CLIENT_VIEW_ALL in permissions:
        return Group.objects.all()
    return Group.objects.filter(therapist=member)


def in_group(on: date) -> Q:
    """Return what holds of a membership that counts on a business date."""
    gone = GroupMemberLeft.objects.filter(member=OuterRef("pk"), last_on__lt=on)
    return Q(~Exists(gone), joins_on__lte=on)


def members_on(group: Group, on: date) -> list[GroupMember]:
    """Return who is in a group on a business date, in the order in which they joined."""
    rows = GroupMember.objects.filter(in_group(on), group=group)
    return list(rows.select_related("client__merged_into").order_by("joins_on", "id"))


def is_in(group_id: UUID, client_id: UUID, on: date) -> bool:
    """Say whether a person is in a group on a business date, on any of their records."""
    records = families.ids_of([client_id])
    return GroupMember.objects.filter(in_group(on), group=group_id, client__in=records).exists()


def still_in(appointment: Appointment) -> bool:
    """Say whether the client of an hour is in its group on its day; yes, where it is of none."""
    hour: GroupHour | None = appointment.group_hour
    if hour is None:
        return True
    on = days.day_of(hour.starts_at, days.zone())
    return is_in(hour.group_id, appointment.client_id, on)


def ahead(group: Group, *, since: datetime) -> list[GroupHour]:
    """Return the hours of a group from a moment on for which somebody is still expected."""
    waits = appointments.waiting(Appointment.objects.filter(group_hour=OuterRef("pk")))
    rows = GroupHour.objects.filter(Exists(waits), group=group, starts_at__gte=since)
    return list(rows.order_by("starts_at", "id"))


def rows(groups: Iterable[Group], *, on: date, now: datetime) -> list[GroupRow]:
    """Return groups as the list shows them, in their order, in three queries."""
    wanted = list(groups)
    ids = [group.pk for group in wanted]
    counts: dict[UUID, int] = {}
    for group_id in GroupMember.objects.filter(in_group(on), group__in=ids).values_list(
        "group_id", flat=True
    ):
        counts[group_id] = counts.get(group_id, 0) + 1
    waits = appointments.waiting(Appointment.objects.filter(group_hour=OuterRef("pk")))
    found = GroupHour.objects.filter(Exists(waits), group__in=ids, starts_at__gte=now)
    following: dict[UUID, datetime] = {}
    for group_id, starts_at in found.order_by("-starts_at").values_list("group_id", "starts_at"):
        following[group_id] = starts_at
    return [
        GroupRow(
            pk=group.pk,
            code=group.code,
            what=group.service_code.label,
            therapist=group.therapist.display_name,
            minutes=group.minutes,
            count=counts.get(group.pk, 0),
            next_at=following.get(group.pk),
        )
        for group in wanted
    ]


def members(
    group: Group, reader: Membership, *, on: date, permissions: clients.Permissions
) -> Members:
    """Return who is or was in a group, those of today first, as a reader may see them."""
    every = list(
        GroupMember.objects.filter(group=group).prefetch_related("left").order_by("joins_on", "id")
    )
    seen = clients.visible_to(reader, on=on, permissions=permissions)
    ids = set(seen.filter(pk__in=[row.client_id for row in every]).values_list("pk", flat=True))
    people = clients.shown(ids, permissions=permissions)
    made, hidden = [], 0
    for row in every:
        last_on = next((left.last_on for left in row.left.all()), None)
        state = _state(row.joins_on, last_on, on)
        if row.client_id in people:
            made.append(MemberRow(row.pk, people[row.client_id], row.joins_on, last_on, state))
        else:
            hidden += state == "active"
    return Members(sorted(made, key=lambda each: each.state == "ended"), hidden)


def _state(joins_on: date, last_on: date | None, on: date) -> str:
    if last_on is not None and (last_on < on or last_on < joins_on):
        return "ended"
    return "ahead" if joins_on > on else "active"
