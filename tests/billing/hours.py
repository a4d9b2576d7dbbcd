"""Planned hours and policies for tests, made through the product's own services."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Membership
from accounts.selectors import members
from billing.models import (
    Appointment,
    MissedPolicy,
    NotBilled,
    PayerRule,
    ServiceCode,
    Session,
    SessionAddOn,
)
from billing.selectors import prices
from billing.services import (
    add_ons,
    appointments,
    missed_policies,
    not_billed,
    outcomes,
    payer_rules,
    series,
    service_codes,
)
from billing.services.appointments import Hour
from billing.services.codings import Coding
from billing.services.missed_policies import Cost
from clients.models import Client, Payer
from ledger.money import Money
from tests.billing.desk import NOW, TODAY, ZONE

TOMORROW = TODAY + timedelta(days=1)


def at(on: date, hour: int = 10, minute: int = 0) -> datetime:
    """Return a moment by New York's clock."""
    return datetime.combine(on, time(hour, minute), ZONE)


def hour(
    of: Client, *, starts_at: datetime | None = None, code: str = "90834", place: str = "11"
) -> Hour:
    return Hour(
        client=of,
        therapist=members.therapists().get(),
        service_code=ServiceCode.objects.get(code=code),
        starts_at=starts_at or at(TODAY),
        minutes=50,
        place=place,
    )


def planned(
    of: Client,
    by: Membership,
    *,
    starts_at: datetime | None = None,
    code: str = "90834",
    place: str = "11",
    now: datetime = NOW,
) -> Appointment:
    """Plan 50 minutes, at 10:00 of today where nothing else is said."""
    return appointments.plan(
        hour=hour(of, starts_at=starts_at, code=code, place=place),
        key=uuid4(),
        is_meant=True,
        now=now,
        by=by,
    )


def offered(by: Membership, code: str, dollars: str = "15.00") -> ServiceCode:
    """Put a service on the fee list, from January on, unless it is there."""
    return ServiceCode.objects.filter(code=code).first() or service_codes.add(
        code=code,
        label=f"Our {code}",
        fee=Money.parse(dollars),
        starts_on=date(2026, 1, 1),
        now=NOW,
        by=by,
    )


def added(session: Session, by: Membership, code: str = "90785", **changes: Any) -> SessionAddOn:
    """Add to a session what was done beside it."""
    told: dict[str, Any] = {"key": uuid4(), "now": NOW, "by": by}
    return add_ons.add(session=session, service_code=offered(by, code), **{**told, **changes})


def wants(payer: Payer, by: Membership, *said: str, place: str = "", **changes: Any) -> PayerRule:
    """Say which modifiers a payer wants for telehealth by video, 95 from January on."""
    told: dict[str, Any] = {
        "remote": "VIDEO",
        "coding": Coding(place, said or ("95",)),
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "now": NOW,
        "by": by,
    }
    return payer_rules.set_rule(payer=payer, **{**told, **changes})


def policy(by: Membership, **changes: Any) -> MissedPolicy:
    """Ask for 24 hours' notice: half of the session where it is late, 75.00 where nobody comes."""
    told: dict[str, Any] = {
        "starts_on": TODAY,
        "notice_hours": 24,
        "late": Cost(percent=50),
        "no_show": Cost(amount=Money(75_00)),
        "first_is_free": False,
        "today": TODAY,
        "now": NOW,
        "by": by,
    }
    return missed_policies.set_policy(**{**told, **changes})


def held(appointment: Appointment, by: Membership, **changes: Any) -> Session:
    """Record that a planned hour took place as planned, at the usual price."""
    price = prices.of(appointment.client, appointment.service_code, on=TODAY)
    told: dict[str, Any] = {
        "service_code": appointment.service_code,
        "started_at": appointment.starts_at,
        "minutes": appointment.minutes,
        "fee": price,
        "now": NOW,
        "by": by,
    }
    return outcomes.hold(appointment=appointment, **{**told, **changes})


def missed(appointment: Appointment, by: Membership, **changes: Any) -> outcomes.Marked:
    """Say that nobody came, some hours after the hour should have begun."""
    now = appointment.starts_at + timedelta(hours=2)
    return outcomes.miss(appointment=appointment, **{"now": now, "by": by, **changes})


def cancelled(
    appointment: Appointment, by: Membership, *, told_at: datetime, **changes: Any
) -> outcomes.Marked:
    told: dict[str, Any] = {"cancelled_for": "CLIENT", "now": told_at, "by": by}
    return outcomes.cancel(appointment=appointment, told_at=told_at, **{**told, **changes})


def history(of: Client, by: Membership) -> dict[str, UUID]:
    """Let everything become of an hour that can, so that each of its tables has a row."""
    policy(by, first_is_free=True)
    series.plan(
        hour=hour(of, starts_at=at(TODAY + timedelta(days=30))),
        every_weeks=1,
        occurrences=2,
        key=uuid4(),
        is_meant=True,
        now=NOW,
        by=by,
    )
    waits = planned(of, by, starts_at=at(TOMORROW))
    session = held(planned(of, by, starts_at=at(TODAY, 9)), by, coding=Coding("11"))
    added(session, by)
    missed(planned(of, by, starts_at=at(TODAY, 11)), by)
    charged = missed(planned(of, by, starts_at=at(TODAY, 12)), by)
    assert charged.fee
    kept = not_billed.keep_back(hour=charged.fee, reason="GOODWILL", now=NOW, by=by)
    assert isinstance(kept, NotBilled)
    not_billed.bill_after_all(row=kept, now=NOW, by=by)
    outcomes.take_back(outcome=charged.outcome, now=NOW, by=by)
    again = missed(charged.outcome.appointment, by)
    assert again.fee
    return {
        "appointment": waits.pk,
        "outcome": again.outcome.pk,
        "held session": session.pk,
        "missed fee": again.fee.pk,
    }


def left_open(of: Client, by: Membership) -> dict[str, UUID]:
    """Leave something of each kind to be done: to mark, to bill, to waive, to bill after all."""
    policy(by)
    series.plan(
        hour=hour(of, starts_at=at(TOMORROW)),
        every_weeks=1,
        occurrences=3,
        key=uuid4(),
        now=NOW,
        by=by,
    )
    waits = Appointment.objects.order_by("starts_at")[0]
    session = held(planned(of, by, starts_at=at(TODAY, 9)), by)
    charged = missed(planned(of, by), by).fee
    other = missed(planned(of, by, starts_at=at(TODAY, 11)), by, waive="GOODWILL")
    assert charged
    assert isinstance(other.waiver, NotBilled)
    return {
        "appointment": waits.pk,
        "session": session.pk,
        "missed fee": charged.pk,
        "not billed": other.waiver.pk,
        "service": session.service_code_id,
    }
