"""What becomes of planned hours, and what it costs."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import (
    Appointment,
    AppointmentOutcome,
    MissedFee,
    NotBilled,
    OutcomeTakenBack,
    ServiceCode,
    Session,
)
from billing.selectors import integrity, missed, unbilled
from billing.selectors.prices import Price
from billing.services import not_billed, outcomes, sessions
from billing.services.missed_policies import Cost
from clients.models import Client
from ledger.chart import Role
from ledger.models import Posting
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import hours, raw
from tests.billing.desk import NOW, TODAY, ZONE
from tests.billing.issuing import issue_one
from tests.clients import records

Kind = AppointmentOutcome.Kind


def waits_for_an_invoice(client: Client) -> list[tuple[Money, bool]]:
    work = unbilled.of_clients([client.pk])
    rows = unbilled.rows(work.keys(), zone=ZONE, permissions=frozenset())
    assert work.tally().count == len(rows)
    assert work.tally().total == sum((row.fee for row in rows), ZERO)
    return [(row.fee, row.is_fee) for row in rows]


def test_an_hour_that_was_held_is_a_session_at_the_agreed_fee(
    desk: Membership, amara: Client
) -> None:
    records.agreement(amara, desk, percent=60)

    session = hours.held(hours.planned(amara, desk), desk)

    assert (session.list_fee, session.fee) == (Money(150_00), Money(90_00))
    assert waits_for_an_invoice(amara) == [(Money(90_00), False)]


def test_an_hour_is_held_once_however_often_it_is_said(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk)

    assert hours.held(appointment, desk) == hours.held(appointment, desk)
    assert Session.objects.count() == 1


def test_tomorrows_hour_is_not_held_yet(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk, starts_at=hours.at(hours.TOMORROW))

    with pytest.raises(sessions.NotYetHeld):
        hours.held(appointment, desk)
    assert not AppointmentOutcome.objects.exists()


def test_what_is_held_is_not_missed(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk)
    hours.held(appointment, desk)

    with pytest.raises(outcomes.AlreadyMarked):
        hours.missed(appointment, desk)
    with pytest.raises(outcomes.AlreadyMarked):
        hours.cancelled(appointment, desk, told_at=NOW)


def test_what_is_cancelled_is_not_held(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk)
    hours.cancelled(appointment, desk, told_at=NOW)

    with pytest.raises(outcomes.AlreadyMarked):
        hours.held(appointment, desk)


def test_a_cancellation_in_time_costs_nothing(desk: Membership, amara: Client) -> None:
    hours.policy(desk)
    appointment = hours.planned(amara, desk, starts_at=NOW + timedelta(hours=24))

    marked = hours.cancelled(appointment, desk, told_at=NOW)

    assert (marked.outcome.kind, marked.fee) == (Kind.CANCELLED, None)
    assert waits_for_an_invoice(amara) == []


def test_a_minute_too_late_costs_what_the_policy_says(desk: Membership, amara: Client) -> None:
    hours.policy(desk)
    appointment = hours.planned(amara, desk, starts_at=NOW + timedelta(hours=24))

    marked = hours.cancelled(appointment, desk, told_at=NOW + timedelta(minutes=1))

    assert marked.outcome.kind == Kind.LATE_CANCELLED
    assert waits_for_an_invoice(amara) == [(Money(75_00), True)]


def test_a_percentage_is_of_what_the_client_would_have_paid(
    desk: Membership, amara: Client
) -> None:
    hours.policy(desk)
    records.agreement(amara, desk, percent=61)

    marked = hours.cancelled(
        hours.planned(amara, desk, starts_at=NOW + timedelta(hours=2)), desk, told_at=NOW
    )

    assert marked.fee
    assert marked.fee.amount == Money(45_75)


def test_who_does_not_come_is_charged_the_amount(desk: Membership, amara: Client) -> None:
    hours.policy(desk)

    marked = hours.missed(hours.planned(amara, desk), desk)

    assert marked.outcome.kind == Kind.NO_SHOW
    assert waits_for_an_invoice(amara) == [(Money(75_00), True)]


def test_without_a_policy_nothing_is_charged(desk: Membership, amara: Client) -> None:
    assert hours.missed(hours.planned(amara, desk), desk).fee is None
    told = hours.cancelled(
        hours.planned(amara, desk, starts_at=NOW + timedelta(minutes=1)), desk, told_at=NOW
    )
    assert told.outcome.kind == Kind.CANCELLED


def test_a_policy_counts_for_hours_from_its_day_on(desk: Membership, amara: Client) -> None:
    hours.policy(desk, starts_on=hours.TOMORROW)

    today = hours.missed(hours.planned(amara, desk), desk)
    tomorrow = hours.missed(hours.planned(amara, desk, starts_at=hours.at(hours.TOMORROW)), desk)

    assert today.fee is None
    assert tomorrow.fee


def test_the_first_one_is_free_and_the_second_is_not(desk: Membership, amara: Client) -> None:
    hours.policy(desk, first_is_free=True)

    first = hours.missed(hours.planned(amara, desk), desk)
    second = hours.missed(hours.planned(amara, desk, starts_at=hours.at(TODAY, 12)), desk)

    assert (first.outcome.is_free, first.fee) == (True, None)
    assert not second.outcome.is_free
    assert second.fee


def test_a_free_one_that_was_a_mistake_is_free_again(desk: Membership, amara: Client) -> None:
    hours.policy(desk, first_is_free=True)
    first = hours.missed(hours.planned(amara, desk), desk)
    outcomes.take_back(outcome=first.outcome, now=NOW, by=desk)

    again = hours.missed(first.outcome.appointment, desk)

    assert again.outcome.is_free


def test_what_the_practice_cancels_costs_nothing(desk: Membership, amara: Client) -> None:
    hours.policy(desk)

    marked = hours.cancelled(
        hours.planned(amara, desk), desk, told_at=NOW, cancelled_for="PRACTICE"
    )

    assert (marked.outcome.kind, marked.fee) == (Kind.CANCELLED, None)


def test_an_hour_that_is_ahead_is_not_missed(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk, starts_at=hours.at(hours.TOMORROW))

    with pytest.raises(outcomes.NotYet):
        outcomes.miss(appointment=appointment, now=NOW, by=desk)


def test_nobody_cancels_in_the_future(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk)

    with pytest.raises(outcomes.ToldInFuture):
        hours.cancelled(appointment, desk, told_at=NOW + timedelta(minutes=1), now=NOW)


def test_nobody_cancels_what_is_not_planned_yet(desk: Membership, amara: Client) -> None:
    """Else a late cancellation is told in time, some years ago."""
    hours.policy(desk)
    appointment = hours.planned(amara, desk, starts_at=hours.at(TODAY, 12))

    for told_at in (hours.at(date(2000, 1, 1)), NOW - timedelta(minutes=1)):
        with pytest.raises(outcomes.ToldTooEarly, match="planned on Mar 3, 2026 only"):
            hours.cancelled(appointment, desk, told_at=told_at, now=NOW)
    assert hours.cancelled(appointment, desk, told_at=NOW).fee is not None


def test_what_is_planned_can_be_cancelled_within_the_minute(
    desk: Membership, amara: Client
) -> None:
    """What is typed has no seconds."""
    appointment = hours.planned(amara, desk, now=NOW + timedelta(seconds=40))

    hours.cancelled(appointment, desk, told_at=NOW, now=NOW + timedelta(seconds=50))


def test_the_database_cancels_nothing_before_it_was_planned(
    desk: Membership, amara: Client
) -> None:
    appointment = hours.planned(amara, desk)

    with pytest.raises(IntegrityError, match="cancelled before it was planned"), raw.committing():
        AppointmentOutcome.objects.create(
            appointment=appointment,
            kind=Kind.CANCELLED,
            told_at=NOW - timedelta(minutes=1),
            cancelled_for="CLIENT",
            noted_at=NOW,
            noted_by=desk,
        )


@pytest.mark.parametrize(
    ("told_at", "is_late"),
    [
        # The clocks go forward on March 8, 2026: from 10:00 to 10:00 are 23 hours.
        (hours.at(date(2026, 3, 7), 10), False),
        (hours.at(date(2026, 3, 7), 10, 1), True),
    ],
)
def test_a_days_notice_is_a_day_where_the_clocks_skip_an_hour(
    desk: Membership, amara: Client, told_at: datetime, is_late: bool
) -> None:
    hours.policy(desk)
    appointment = hours.planned(amara, desk, starts_at=hours.at(date(2026, 3, 8)))

    assert missed.is_late(appointment, told_at, zone=ZONE) == is_late


@pytest.mark.parametrize(
    ("told_at", "is_late"),
    [
        # They go back on November 1, 2026: from 11:00 to the next 10:00 are 24 hours.
        (hours.at(date(2026, 10, 31), 11), False),
        (hours.at(date(2026, 10, 31), 11, 1), True),
    ],
)
def test_a_days_notice_is_24_hours_where_the_clocks_repeat_one(
    desk: Membership, amara: Client, told_at: datetime, is_late: bool
) -> None:
    hours.policy(desk)
    appointment = hours.planned(amara, desk, starts_at=hours.at(date(2026, 11, 1)))

    assert missed.is_late(appointment, told_at, zone=ZONE) == is_late


def test_a_fee_is_billed_on_its_own_account_of_income(desk: Membership, amara: Client) -> None:
    hours.policy(desk)
    fee = hours.missed(hours.planned(amara, desk), desk).fee
    assert fee
    session = hours.held(hours.planned(amara, desk, starts_at=hours.at(TODAY, 9)), desk)

    invoice = issue_one(sessions=[session], missed_fees=[fee], issued_on=TODAY, now=NOW, by=desk)

    lines = Posting.objects.filter(entry=invoice.entry_id)
    assert set(lines.values_list("account__role", "debit", "credit")) == {
        (Role.CLIENT_RECEIVABLE, Money(225_00), ZERO),
        (Role.SESSION_FEES, ZERO, Money(150_00)),
        (Role.CANCELLATION_FEES, ZERO, Money(75_00)),
    }
    assert waits_for_an_invoice(amara) == []
    assert list(integrity.findings()) == []


def test_a_waived_fee_never_waits(desk: Membership, amara: Client) -> None:
    hours.policy(desk)

    marked = hours.missed(hours.planned(amara, desk), desk, waive="EMERGENCY")

    assert isinstance(marked.waiver, NotBilled)
    assert marked.waiver.amount == Money(75_00)
    assert waits_for_an_invoice(amara) == []


def test_a_waiver_above_ones_limit_waits_for_a_second_person(
    desk: Membership, amara: Client
) -> None:
    hours.policy(desk, no_show=Cost(amount=Money(200_01)))

    marked = hours.missed(hours.planned(amara, desk), desk, waive="EMERGENCY")

    assert isinstance(marked.waiver, outcomes.Waiting)
    assert waits_for_an_invoice(amara) == [(Money(200_01), True)]


def test_a_mistake_is_taken_back_and_the_hour_waits_again(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk)
    session = hours.held(appointment, desk)
    outcome = AppointmentOutcome.objects.get()

    outcomes.take_back(outcome=outcome, now=NOW, by=desk)

    assert waits_for_an_invoice(amara) == []
    assert Session.objects.get() == session
    assert hours.missed(appointment, desk).outcome.kind == Kind.NO_SHOW


def test_a_mistake_is_taken_back_once(desk: Membership, amara: Client) -> None:
    outcome = hours.cancelled(hours.planned(amara, desk), desk, told_at=NOW).outcome
    outcomes.take_back(outcome=outcome, now=NOW, by=desk)

    with pytest.raises(outcomes.AlreadyMarked):
        outcomes.take_back(outcome=outcome, now=NOW, by=desk)


def test_what_is_billed_is_not_taken_back(desk: Membership, amara: Client) -> None:
    session = hours.held(hours.planned(amara, desk), desk)
    issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)

    with pytest.raises(outcomes.StandsOnInvoice, match="INV-2026-0001"):
        outcomes.take_back(outcome=AppointmentOutcome.objects.get(), now=NOW, by=desk)


def test_taking_a_long_session_back_needs_a_second_person(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk)
    hours.held(appointment, desk, fee=Price(Money(200_01)))

    answer = outcomes.take_back(outcome=AppointmentOutcome.objects.get(), now=NOW, by=desk)

    assert isinstance(answer, outcomes.Waiting)
    assert not OutcomeTakenBack.objects.exists()


def test_what_was_marked_by_mistake_is_never_billed(desk: Membership, amara: Client) -> None:
    hours.held(hours.planned(amara, desk), desk)
    outcomes.take_back(outcome=AppointmentOutcome.objects.get(), now=NOW, by=desk)

    with pytest.raises(not_billed.MarkedByMistake):
        not_billed.bill_after_all(row=NotBilled.objects.get(), now=NOW, by=desk)


def outcome_row(appointment: Appointment, by: Membership, **told: object) -> AppointmentOutcome:
    row = {"kind": "NO_SHOW", "noted_at": NOW, "noted_by": by}
    return AppointmentOutcome.objects.create(appointment=appointment, **{**row, **told})


def test_the_database_lets_one_outcome_stand(desk: Membership, amara: Client) -> None:
    appointment = hours.planned(amara, desk)
    outcome_row(appointment, desk)

    with pytest.raises(IntegrityError, match="is known already"):
        outcome_row(appointment, desk)


def test_the_database_refuses_another_clients_session(desk: Membership, amara: Client) -> None:
    session = at.session(at.client(desk, "Whitfield"), desk)

    with pytest.raises(IntegrityError, match="became another client's"):
        outcome_row(hours.planned(amara, desk), desk, kind="HELD", session=session)


def test_the_database_refuses_a_move_to_another_client(desk: Membership, amara: Client) -> None:
    other = hours.planned(at.client(desk, "Whitfield"), desk)

    with pytest.raises(IntegrityError, match="became another client's"):
        outcome_row(hours.planned(amara, desk), desk, kind="MOVED", moved_to=other)


@pytest.mark.parametrize(
    ("told", "guard"),
    [
        ({"kind": "HELD"}, "held_with_its_session"),
        ({"kind": "MOVED"}, "moved_to_another"),
        ({"kind": "CANCELLED"}, "cancelled_by_someone"),
        ({"kind": "CANCELLED", "told_at": NOW}, "cancelled_by_someone"),
        ({"told_at": NOW}, "cancelled_by_someone"),
        (
            {"kind": "LATE_CANCELLED", "told_at": NOW, "cancelled_for": "PRACTICE"},
            "late_is_the_clients",
        ),
        (
            {"kind": "CANCELLED", "told_at": NOW, "cancelled_for": "CLIENT", "is_free": True},
            "free_where_missed",
        ),
    ],
)
def test_the_database_refuses_a_senseless_outcome(
    desk: Membership, amara: Client, told: dict[str, object], guard: str
) -> None:
    with pytest.raises(IntegrityError, match=f"billing_outcome_{guard}"):
        outcome_row(hours.planned(amara, desk), desk, **told)


def fee_row(outcome: AppointmentOutcome, by: Membership, **told: object) -> MissedFee:
    appointment = outcome.appointment
    row = {
        "client": appointment.client,
        "therapist": appointment.therapist,
        "service_code": ServiceCode.objects.get(code="90834"),
        "policy": hours.policy(by),
        "missed_on": TODAY,
        "amount": Money(1),
        "charged_at": NOW,
        "charged_by": by,
    }
    return MissedFee.objects.create(outcome=outcome, **{**row, **told})


def test_the_database_wants_a_fee_to_be_of_a_missed_hour(desk: Membership, amara: Client) -> None:
    told = {"kind": "CANCELLED", "told_at": NOW, "cancelled_for": "CLIENT"}
    outcome = outcome_row(hours.planned(amara, desk), desk, **told)

    with pytest.raises(IntegrityError, match="of no hour that its client missed"):
        fee_row(outcome, desk)


@pytest.mark.parametrize("wrong", ["client", "day", "therapist", "free"])
def test_the_database_wants_a_fee_to_be_of_its_own_hour(
    desk: Membership, amara: Client, front_desk: Membership, wrong: str
) -> None:
    outcome = outcome_row(hours.planned(amara, desk), desk, is_free=wrong == "free")
    wrongs: dict[str, dict[str, object]] = {
        "client": {"client": at.client(desk, "Whitfield")},
        "day": {"missed_on": hours.TOMORROW},
        "therapist": {"therapist": front_desk},
        "free": {},
    }

    with pytest.raises(IntegrityError, match="of no hour that its client missed"):
        fee_row(outcome, desk, **wrongs[wrong])


def test_the_database_keeps_what_is_moved(desk: Membership, amara: Client) -> None:
    other = hours.planned(amara, desk, starts_at=hours.at(hours.TOMORROW))
    before = hours.planned(amara, desk, starts_at=hours.at(TODAY, 12))
    moved = outcome_row(before, desk, kind="MOVED", moved_to=other)

    with pytest.raises(IntegrityError, match="was moved"):
        OutcomeTakenBack.objects.create(outcome=moved, taken_back_at=NOW, taken_back_by=desk)


def test_the_database_lets_no_session_wait_of_an_hour_that_was_a_mistake(
    desk: Membership, amara: Client
) -> None:
    hours.held(hours.planned(amara, desk), desk)
    outcome = AppointmentOutcome.objects.get()

    with pytest.raises(IntegrityError, match="is billed, or waits to be"):
        OutcomeTakenBack.objects.create(outcome=outcome, taken_back_at=NOW, taken_back_by=desk)
