"""The hours of a day or a week: planned ones with what became of them, and sessions beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from billing.models import Appointment, AppointmentOutcome, MissedFee, Session
from billing.selectors import (
    add_ons,
    appointments,
    days,
    hour_codes,
    known_details,
    missed,
    not_billed,
    sessions,
)
from clients.selectors import clients, families

Kind = AppointmentOutcome.Kind
AHEAD_SHOWN = 5
REMOTE = "Telehealth"
STATE_OF = {
    Kind.CANCELLED: "cancelled",
    Kind.LATE_CANCELLED: "cancelled_late",
    Kind.NO_SHOW: "no_show",
    Kind.MOVED: "moved",
}
"""What became of an hour → the word of the badges; of one that was held, its session says it."""


class Key(NamedTuple):
    """Where an hour stands in a list: when, and of which row. Of a group, it is the group's."""

    at: datetime
    pk: UUID
    is_session: bool
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class HourRow:
    """An hour as lists show it; ``name`` is "" for those who see codes only.

    ``appointment_id`` is None for a session that nobody planned. ``state`` is a word of the
    badges, ``note`` what it costs where it was missed, ``where`` says "Telehealth" of an hour that
    is not in one room.
    """

    at: datetime
    minutes: int
    client_id: UUID
    code: str
    name: str
    therapist_id: UUID
    therapist: str
    what: str
    state: str
    note: str
    appointment_id: UUID | None
    is_series: bool
    where: str = ""
    is_group = False

    @property
    def client_url(self) -> str:
        return reverse("billing:client", args=[self.client_id])

    @property
    def url(self) -> str:
        """Its own page, or its client's where it has none."""
        if self.appointment_id is None:
            return self.client_url
        return reverse("billing:appointment", args=[self.appointment_id])

    @property
    def is_planned(self) -> bool:
        return self.state == "planned"


@dataclass(frozen=True, slots=True)
class Span:
    """Business dates from a first to a last one."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(count)]

    @property
    def before(self) -> date:
        """The first day of the span before, as long as this one."""
        return self.first - timedelta(days=len(self.days))

    @property
    def after(self) -> date:
        return self.last + timedelta(days=1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        return days.bounds(self.first, zone)[0], days.bounds(self.last, zone)[1]


def day(on: date) -> Span:
    return Span(on, on)


def week(on: date) -> Span:
    """Return the week of a day, from Sunday to Saturday."""
    first = on - timedelta(days=(on.weekday() + 1) % 7)
    return Span(first, first + timedelta(days=6))


def keys(
    member: Membership,
    span: Span,
    *,
    on: date,
    zone: ZoneInfo,
    permissions: clients.Permissions,
    therapist_id: UUID | None = None,
) -> list[Key]:
    """Return the hours of a span that a member may see, in order, in two queries.

    Those that were moved away are left out, and add-ons,
    which are no hours. ``therapist_id`` leaves out the hours of others. The places in an hour of
    a group are one line for those who may open it.
    """
    begin, end = span.bounds(zone)
    whose = Q(therapist=therapist_id) if therapist_id else Q()
    moved = missed.standing().filter(appointment=OuterRef("pk"), kind=Kind.MOVED)
    planned = appointments.visible_to(member, on=on, permissions=permissions).filter(
        ~Exists(moved), whose, starts_at__gte=begin, starts_at__lt=end
    )
    held = sessions.visible_to(member, on=on, permissions=permissions).filter(
        ~Exists(AppointmentOutcome.objects.filter(session=OuterRef("pk"))),
        ~add_ons.IS_ADD_ON,
        whose,
        started_at__gte=begin,
        started_at__lt=end,
    )
    sees_all = Permission.CLIENT_VIEW_ALL in permissions
    listed = planned.values_list("starts_at", "pk", "group_hour_id", "therapist_id")
    found = {
        Key(at, group_id, False, True)
        if group_id and (sees_all or whose_id == member.pk)
        else Key(at, pk, False)
        for at, pk, group_id, whose_id in listed
    }
    found |= {Key(at, pk, True) for at, pk in held.values_list("started_at", "pk")}
    return sorted(found)


def ahead(client_id: UUID, *, permissions: clients.Permissions) -> list[HourRow]:
    """Return the first ``AHEAD_SHOWN`` appointments of a client that still wait, on any record."""
    waiting = appointments.waiting(
        Appointment.objects.filter(client__in=families.ids_of([client_id]))
    )
    found = waiting.order_by("starts_at", "id").values_list("starts_at", "pk")[:AHEAD_SHOWN]
    return rows([Key(at, pk, False) for at, pk in found], permissions=permissions)


def rows(wanted: Sequence[Key], *, permissions: clients.Permissions) -> list[HourRow]:
    """Return hours as lists show them, in their order, in a number of queries that is constant."""
    planned = {
        row.pk: row
        for row in Appointment.objects.filter(
            pk__in=[key.pk for key in wanted if not key.is_session]
        ).select_related("therapist", "service_code")
    }
    outcomes = standing_of(planned)
    held_ids = [key.pk for key in wanted if key.is_session]
    held_ids += [outcome.session_id for outcome in outcomes.values() if outcome.session_id]
    held = {row.pk: row for row in _with_states(Session.objects.filter(pk__in=held_ids))}
    fees = missed.of_outcomes(outcome.pk for outcome in outcomes.values())
    whose = {row.client_id for row in planned.values()}
    whose |= {row.client_id for row in held.values()}
    people = clients.shown(whose, permissions=permissions)
    remote = _remote(planned.values(), held)
    made = []
    for key in wanted:
        if key.is_session:
            made.append(_of_session(held[key.pk], people, remote))
        elif key.pk in planned:
            row = _of_planned(planned[key.pk], outcomes.get(key.pk), held, fees, people, remote)
            made.append(row)
    return made


def standing_of(appointment_ids: Iterable[UUID]) -> dict[UUID, AppointmentOutcome]:
    """Return appointment id → what became of it, where that is known, in one query."""
    rows = missed.standing().filter(appointment__in=list(appointment_ids))
    return {row.appointment_id: row for row in rows}


def state_of_session(session: Session) -> str:
    """Return the word of the badges for a session with its ``_with_states``."""
    if session.is_billed:  # type: ignore[attr-defined]  # annotated
        return "invoiced"
    return "not_billed" if session.is_kept else "ready"  # type: ignore[attr-defined]  # annotated


def note_of_fee(fee: MissedFee | None, outcome: AppointmentOutcome) -> str:
    """Say what a missed hour costs, and what of it was billed."""
    if fee is None:
        return "The first one, free" if outcome.is_free else ""
    if fee.is_kept:  # type: ignore[attr-defined]  # annotated by missed.of_outcomes
        return f"{fee.amount.dollars}, waived"
    billed = ", invoiced" if fee.is_billed else ""  # type: ignore[attr-defined]  # likewise
    return f"{fee.amount.dollars}{billed}"


def _with_states(found: QuerySet[Session]) -> QuerySet[Session]:
    annotated = found.annotate(is_billed=sessions.BILLED, is_kept=not_billed.KEPT_SESSION)
    return annotated.select_related("therapist", "service_code")


def _remote(planned: Iterable[Appointment], held: Iterable[UUID]) -> set[UUID]:
    """Return which hours are of telehealth: as it was held, else as it is planned."""
    places = known_details.remote_places()
    said = hour_codes.of_sessions(held)
    found = {row.pk for row in planned if row.place_of_service in places}
    return found | {pk for pk, codes in said.items() if codes.place_of_service in places}


def _of_session(session: Session, people: dict[UUID, clients.Shown], remote: set[UUID]) -> HourRow:
    client = people[session.client_id]
    return HourRow(
        at=session.started_at,
        minutes=session.minutes,
        client_id=client.pk,
        code=client.code,
        name=client.name,
        therapist_id=session.therapist_id,
        therapist=session.therapist.display_name,
        what=session.service_code.label,
        state=state_of_session(session),
        note="",
        appointment_id=None,
        is_series=False,
        where=REMOTE if session.pk in remote else "",
    )


def _of_planned(
    row: Appointment,
    outcome: AppointmentOutcome | None,
    held: dict[UUID, Session],
    fees: dict[UUID, MissedFee],
    people: dict[UUID, clients.Shown],
    remote: set[UUID],
) -> HourRow:
    client = people[row.client_id]
    state, note, session = "planned", "", None
    if outcome is not None and outcome.session_id:
        session = held[outcome.session_id]
        state = state_of_session(session)
    elif outcome is not None:
        state = STATE_OF[Kind(outcome.kind)]
        note = note_of_fee(fees.get(outcome.pk), outcome)
    return HourRow(
        at=session.started_at if session else row.starts_at,
        minutes=session.minutes if session else row.minutes,
        client_id=client.pk,
        code=client.code,
        name=client.name,
        therapist_id=row.therapist_id,
        therapist=row.therapist.display_name,
        what=(session or row).service_code.label,
        state=state,
        note=note,
        appointment_id=row.pk,
        is_series=row.series_id is not None,
        where=REMOTE if (session.pk if session else row.pk) in remote else "",
    )
