"""What one planned hour's page shows: what it will be, what became of it, and what it costs."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.models import Appointment, AppointmentOutcome
from billing.selectors import days, hour_codes, known_details, missed, prices, schedule
from billing.selectors.hour_codes import HourCodes
from billing.selectors.schedule import HourRow
from clients.selectors import clients
from ledger.money import Money

Kind = AppointmentOutcome.Kind


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an hour, in a sentence."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class HourPage:
    """An hour with what its page says. ``outcome_id`` is None while it waits.

    ``fee`` and ``listed`` are what it will cost, None where the service has no list fee then.
    ``moved_to`` is where it went. ``place`` and ``modifiers`` are its session's, in words,
    or as it is planned.
    """

    row: HourRow
    on: date
    code: str
    fee: Money | None
    listed: Money | None
    outcome_id: UUID | None
    moved_to: HourRow | None
    session_id: UUID | None
    place: str
    modifiers: str
    add_ons: tuple[str, ...]
    fee_id: UUID | None
    missed_fee: Money | None
    history: list[Event]

    @property
    def pk(self) -> UUID | None:
        return self.row.appointment_id

    @property
    def is_waiting(self) -> bool:
        return self.outcome_id is None

    @property
    def may_be_taken_back(self) -> bool:
        return self.outcome_id is not None and self.moved_to is None


def of(appointment: Appointment, *, zone: ZoneInfo, permissions: clients.Permissions) -> HourPage:
    """Return what the page of a planned hour shows, of one that a member may see."""
    outcomes = list(
        AppointmentOutcome.objects.filter(appointment=appointment)
        .select_related("noted_by")
        .prefetch_related("taken_back__taken_back_by")
        .order_by("noted_at", "id")
    )
    standing = next((row for row in outcomes if not row.taken_back.all()), None)
    wanted = [appointment.pk] + (
        [standing.moved_to_id] if standing and standing.moved_to_id else []
    )
    shown = schedule.rows(
        [schedule.Key(appointment.starts_at, pk, False) for pk in wanted], permissions=permissions
    )
    on = days.day_of(appointment.starts_at, zone)
    price = prices.of(appointment.client, appointment.service_code, on=on)
    fees = missed.of_outcomes(row.pk for row in outcomes)
    fee = fees.get(standing.pk) if standing else None
    session_id = standing.session_id if standing else None
    planned = HourCodes(appointment.place_of_service)
    codes = hour_codes.of(session_id) if session_id else planned
    return HourPage(
        row=shown[0],
        on=on,
        code=appointment.service_code.code,
        fee=price.fee if price else None,
        listed=price.listed if price else None,
        outcome_id=standing.pk if standing else None,
        moved_to=shown[1] if len(shown) > 1 else None,
        session_id=session_id,
        place=known_details.label_of_place(codes.place_of_service),
        modifiers=codes.modifiers_said,
        add_ons=codes.add_ons,
        fee_id=fee.pk if fee else None,
        missed_fee=fee.amount if fee else None,
        history=_history(appointment, outcomes),
    )


def _history(appointment: Appointment, outcomes: list[AppointmentOutcome]) -> list[Event]:
    told = [Event(appointment.planned_at, f"{appointment.planned_by.display_name} planned it.")]
    for row in outcomes:
        word = str(Kind(row.kind).label)
        told.append(Event(row.noted_at, f"{row.noted_by.display_name} marked it: {word.lower()}."))
        told += [
            Event(back.taken_back_at, f"{back.taken_back_by.display_name} took that back.")
            for back in row.taken_back.all()
        ]
    return sorted(told, key=lambda event: event.at, reverse=True)
