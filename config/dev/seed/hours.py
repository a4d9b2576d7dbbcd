"""What is planned in a demo: appointments of today and the coming weeks, and what missing costs."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.selectors import members
from billing.models import Session
from billing.services import appointments, missed_policies, outcomes, series
from billing.services.appointments import Hour
from billing.services.missed_policies import Cost
from clients.models import Client
from ledger.money import Money

if TYPE_CHECKING:
    from config.dev.seed.history import Desk

WEEKS_AHEAD = 6


def publish(desk: "Desk") -> None:
    """Say what missed appointments cost from today on."""
    missed_policies.set_policy(
        starts_on=desk.today,
        notice_hours=24,
        late=Cost(amount=Money(75_00)),
        no_show=Cost(percent=100),
        first_is_free=True,
        today=desk.today,
        now=desk.now,
        by=members.automaton(),
    )


def write(
    desk: "Desk", client: Client, therapist: Membership, number: int, held: list[Session]
) -> None:
    """Plan what comes: every other client weeks ahead, and those not seen yet later today.

    One who should have come this morning did not, and one has cancelled.
    """
    if not held:
        return
    last = held[-1]
    hour = Hour(client, therapist, last.service_code, _at(desk, desk.today, number), last.minutes)
    if number % 2 == 0:
        first = _at(desk, desk.today + timedelta(days=1 + number % 6), number)
        series.plan(
            hour=Hour(client, therapist, last.service_code, first, last.minutes),
            every_weeks=1 + number % 4 // 2,
            occurrences=WEEKS_AHEAD,
            key=uuid7(),
            is_meant=True,
            now=desk.now,
            by=desk.front_desk,
        )
    if last.started_at >= desk.moment(desk.today, 0):
        return
    planned = appointments.plan(
        hour=hour, key=uuid7(), is_meant=True, now=desk.now, by=desk.front_desk
    )
    if number % 5 == 3 and planned.starts_at < desk.now:
        outcomes.miss(appointment=planned, now=desk.now, by=desk.front_desk)
    elif number % 5 == 1 and planned.starts_at > desk.now:
        outcomes.cancel(
            appointment=planned,
            told_at=desk.now,
            cancelled_for=outcomes.CancelledFor.CLIENT,
            now=desk.now,
            by=desk.front_desk,
        )


def _at(desk: "Desk", on: date, number: int) -> datetime:
    return datetime.combine(on, time(9 + number % 8), desk.zone)
