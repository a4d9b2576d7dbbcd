"""Runs of the billing: whom they bill, whom not and why, gone on with and asked for again."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.models import (
    BillingCycle,
    CycleRun,
    CycleRunClient,
    Invoice,
    InvoiceLine,
    MissedFee,
    Rhythm,
    ServiceCode,
    Session,
)
from billing.models.cycle import RUN
from billing.selectors import cycle_runs as found_runs
from billing.selectors import cycles, integrity
from billing.selectors import periods as periods_of
from billing.services import cycle_runs, invoices, not_billed, service_codes, sessions
from billing.services import cycles as services
from clients.models import Client
from ledger.money import Money
from ledger.services import periods
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing import hours
from tests.billing.conftest import Billed
from tests.billing.cycling import asked, every, gone_on, ran
from tests.billing.raw import execute
from tests.billing.test_merged_clients import merge

FEBRUARY, DAY = date(2026, 2, 28), date(2026, 2, 1)
Outcome = CycleRunClient.Outcome


@pytest.fixture
def monthly(desk: Membership) -> Membership:
    """Harbor Lane bills every month."""
    every(Rhythm.MONTHLY, desk)
    return desk


@pytest.fixture
def billed_later(billed: Billed) -> Billed:
    """A session of the first client waits for the month's billing."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        every(Rhythm.MONTHLY, by)
        at.session(billed.own, by)
    return billed


def outcome_of(client: Client, by: Membership) -> str:
    [row] = ran(Rhythm.MONTHLY, FEBRUARY, by)
    assert row.client_id == client.pk
    return str(row.outcome)


def test_a_run_makes_one_invoice_for_each_client(monthly: Membership, amara: Client) -> None:
    other = at.client(monthly, "Whitfield")
    at.session(amara, monthly, on=date(2026, 2, 3))
    at.session(amara, monthly, on=FEBRUARY)
    at.session(other, monthly, dollars="90.00", on=date(2026, 1, 20))

    done = ran(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert [(row.client_id, row.outcome) for row in done] == [
        (amara.pk, Outcome.INVOICED),
        (other.pk, Outcome.INVOICED),
    ]
    assert [(row.line_count, row.total) for row in Invoice.objects.order_by("number")] == [
        (2, Money(300_00)),
        (1, Money(90_00)),
    ]


def test_an_invoice_is_of_the_last_day_and_its_terms_count_from_today(
    monthly: Membership, amara: Client
) -> None:
    at.session(amara, monthly, on=date(2026, 2, 3))

    [row] = ran(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert row.invoice.issued_on == FEBRUARY
    assert row.invoice.due_on == at.TODAY + timedelta(days=14)


def test_what_lies_after_the_last_day_waits(monthly: Membership, amara: Client) -> None:
    at.session(amara, monthly, on=date(2026, 3, 1))

    with pytest.raises(cycle_runs.NothingDue, match="everything is on an invoice"):
        asked(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert not CycleRun.objects.exists()


def test_fees_of_missed_hours_are_billed_too(monthly: Membership, amara: Client) -> None:
    hours.policy(monthly)
    hours.missed(hours.planned(amara, monthly, starts_at=hours.at(at.TODAY)), monthly)
    every(Rhythm.DAILY, monthly, of=amara)

    [row] = ran(Rhythm.DAILY, at.TODAY, monthly)

    assert row.invoice.total == MissedFee.objects.get().amount


def test_once_more_makes_none(monthly: Membership, amara: Client) -> None:
    at.session(amara, monthly)
    first = asked(Rhythm.MONTHLY, FEBRUARY, monthly)
    gone_on(first, monthly)

    again = asked(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert again.pk == first.pk
    assert again.finished_at is not None
    assert gone_on(again, monthly) == []
    assert Invoice.objects.count() == 1


def test_what_was_put_right_is_billed_when_asked_again(monthly: Membership, amara: Client) -> None:
    planned = hours.planned(
        amara, monthly, starts_at=hours.at(FEBRUARY), now=at.at_noon(date(2026, 2, 1))
    )
    assert outcome_of(amara, monthly) == Outcome.UNMARKED
    hours.held(planned, monthly)

    [row] = ran(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert row.outcome == Outcome.INVOICED
    assert CycleRun.objects.count() == 1


def test_what_was_recorded_since_is_billed_when_asked_again(
    monthly: Membership, amara: Client
) -> None:
    at.session(amara, monthly)
    ran(Rhythm.MONTHLY, FEBRUARY, monthly)
    other = at.client(monthly, "Whitfield")
    at.session(other, monthly)

    [row] = ran(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert row.client_id == other.pk


def test_a_client_whose_hours_cost_nothing_together_is_held_up(
    monthly: Membership, amara: Client
) -> None:
    at.session(amara, monthly, dollars="0.00")

    assert outcome_of(amara, monthly) == Outcome.FREE


def test_what_can_be_billed_is_billed_without_the_rest(monthly: Membership, amara: Client) -> None:
    at.session(amara, monthly)
    short(amara, monthly, code="90791", minutes=15)

    [row] = ran(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert row.outcome == Outcome.INVOICED
    assert row.invoice.total == Money(150_00)


def test_too_few_minutes_for_any_code_are_held_up(monthly: Membership, amara: Client) -> None:
    short(amara, monthly, code="90834", minutes=15)

    assert outcome_of(amara, monthly) == Outcome.MINUTES


def test_fewer_minutes_that_another_code_has_are_billed(monthly: Membership, amara: Client) -> None:
    """Whoever recorded it was asked, and said that it is right."""
    short(amara, monthly, code="90837", minutes=16)

    assert outcome_of(amara, monthly) == Outcome.INVOICED


def test_what_holds_up_a_session_holds_up_its_add_on(monthly: Membership, amara: Client) -> None:
    hours.added(short(amara, monthly, code="90832", minutes=15), monthly)

    assert outcome_of(amara, monthly) == Outcome.MINUTES


def test_an_add_on_is_billed_with_its_session(monthly: Membership, amara: Client) -> None:
    hours.added(at.session(amara, monthly, on=FEBRUARY), monthly)

    assert outcome_of(amara, monthly) == Outcome.INVOICED
    assert Invoice.objects.get().line_count == 2


@pytest.mark.commits
def test_a_code_that_was_deleted_since_is_held_up(billed_later: Billed) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE billing_knowncode SET valid_until = '2026-01-31' WHERE code = '90834'"
        )
    by = billed_later.house.people["front-desk"]

    with practice_scope(billed_later.house.id, person_id=by.person_id):
        assert outcome_of(billed_later.own, by) == Outcome.CODE


def test_an_appointment_without_a_list_fee_is_held_up(monthly: Membership, amara: Client) -> None:
    code = ServiceCode.objects.get(code="90834")
    service_codes.set_fee(
        service_code=code,
        fee=None,
        starts_on=FEBRUARY,
        today=date(2026, 2, 1),
        now=at.at_noon(date(2026, 2, 1)),
        by=monthly,
    )
    hours.planned(amara, monthly, starts_at=hours.at(FEBRUARY), now=at.at_noon(date(2026, 2, 1)))

    assert outcome_of(amara, monthly) == Outcome.NO_FEE


def test_far_above_an_estimate_a_person_has_to_say_why(desk: Membership, amara: Client) -> None:
    every(Rhythm.DAILY, desk)
    an.estimate(amara, desk, expected=[an.expected(times=1, dollars="1.00")])
    at.session(amara, desk, dollars="450.00", on=at.TODAY)

    [row] = ran(Rhythm.DAILY, at.TODAY, desk)

    assert row.outcome == Outcome.ESTIMATE
    assert not Invoice.objects.exists()


def test_an_estimate_holds_up_the_hours_of_its_provider_alone(
    desk: Membership, amara: Client
) -> None:
    every(Rhythm.DAILY, desk)
    an.estimate(amara, desk, expected=[an.expected(times=1, dollars="1.00")])
    far = at.session(amara, desk, dollars="450.00", on=at.TODAY)
    rest = at.session(amara, desk, dollars="120.00", on=at.TODAY, therapist=desk)

    [row] = ran(Rhythm.DAILY, at.TODAY, desk)

    assert row.outcome == Outcome.IN_PART
    assert row.invoice is not None
    assert [line.session for line in row.invoice.lines.all()] == [rest]
    assert not InvoiceLine.objects.filter(session=far).exists()
    told = found_runs.tally([row.run_id])[row.run_id]
    assert (told.invoiced, told.held_up, told.total) == (1, 0, Money(120_00))
    assert list(integrity.findings()) == []


def test_a_closed_month_keeps_its_invoices_out(
    monthly: Membership, amara: Client, accountant: Membership
) -> None:
    at.invoice(at.client(monthly, "Whitfield"), monthly, issued_on=FEBRUARY)
    at.session(amara, monthly)
    periods.close(month=date(2026, 2, 1), today=at.TODAY, by=accountant)

    assert outcome_of(amara, monthly) == Outcome.CLOSED
    assert Invoice.objects.count() == 1


def test_what_was_left_unbilled_meanwhile_is_nothing(monthly: Membership, amara: Client) -> None:
    session = at.session(amara, monthly)
    run = asked(Rhythm.MONTHLY, FEBRUARY, monthly)
    not_billed.keep_back(hour=session, reason="GOODWILL", now=at.NOW, by=monthly)

    [row] = gone_on(run, monthly)

    assert row.outcome == Outcome.NOTHING


def test_a_client_has_a_rhythm_of_their_own(monthly: Membership, amara: Client) -> None:
    other = at.client(monthly, "Whitfield")
    for client in (amara, other):
        at.session(client, monthly, on=date(2026, 3, 2))
    every(Rhythm.DAILY, monthly, of=amara)

    [row] = ran(Rhythm.DAILY, date(2026, 3, 2), monthly)

    assert row.client_id == amara.pk


def test_by_hand_is_billed_by_no_run(monthly: Membership, amara: Client) -> None:
    at.session(amara, monthly)
    every(Rhythm.BY_HAND, monthly, of=amara)

    with pytest.raises(cycle_runs.NothingDue):
        asked(Rhythm.MONTHLY, FEBRUARY, monthly)


def test_as_the_practice_does_ends_an_own_rhythm(monthly: Membership, amara: Client) -> None:
    at.session(amara, monthly)
    every(Rhythm.BY_HAND, monthly, of=amara)
    every(Rhythm.PRACTICE, monthly, of=amara, on=date(2026, 2, 20))

    assert cycles.rhythm_of(amara.pk, on=date(2026, 2, 19)) == Rhythm.BY_HAND
    assert outcome_of(amara, monthly) == Outcome.INVOICED


def test_a_merged_record_is_billed_as_its_kept_one_is(
    monthly: Membership, amara: Client, accountant: Membership
) -> None:
    double = at.client(monthly, "Okonkwo-Bell")
    at.session(double, monthly)
    every(Rhythm.BY_HAND, monthly, of=double)
    merge(amara, double, monthly, accountant)

    assert outcome_of(double, monthly) == Outcome.INVOICED


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.integers(0, 1), st.dates(date(2026, 2, 1), at.TODAY)),
        st.tuples(st.just("set"), st.sampled_from([*RUN, Rhythm.BY_HAND]), st.dates(DAY, at.TODAY)),
        st.tuples(st.just("run"), st.sampled_from(RUN), st.dates(date(2026, 2, 7), at.TODAY)),
    ),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_bills_each_session_once_and_not_before_its_period(
    desk: Membership, steps: list[tuple[str, Any, date]]
) -> None:
    with transaction.atomic():
        people = [at.client(desk), at.client(desk, "Whitfield")]
        for kind, what, on in steps:
            if kind == "hold":
                at.session(people[what], desk, on=on)
            elif kind == "set":
                with suppress(services.NothingChanges):
                    every(what, desk, on=on)
            else:
                with suppress(cycle_runs.NothingDue):
                    ran(what, periods_of.last_over(what, on), desk)

        lines = InvoiceLine.objects.select_related("invoice")
        billed = [line.session_id for line in lines]
        assert len(billed) == len(set(billed))
        assert all(line.served_on <= line.invoice.issued_on for line in lines)
        assert list(integrity.findings()) == []
        transaction.set_rollback(True)


def test_nothing_is_billed_before_a_rhythm_counts(desk: Membership, amara: Client) -> None:
    at.session(amara, desk)
    every(Rhythm.MONTHLY, desk, on=at.TODAY)

    with pytest.raises(cycle_runs.NothingDue):
        asked(Rhythm.MONTHLY, FEBRUARY, desk)


def test_after_each_session_a_day_has_several_runs(desk: Membership, amara: Client) -> None:
    every(Rhythm.AFTER_SESSION, desk)
    at.session(amara, desk, on=at.TODAY)
    ran(Rhythm.AFTER_SESSION, at.TODAY, desk)
    at.session(amara, desk, on=at.TODAY, dollars="90.00")
    ran(Rhythm.AFTER_SESSION, at.TODAY, desk)

    with pytest.raises(cycle_runs.NothingDue):
        asked(Rhythm.AFTER_SESSION, at.TODAY, desk)
    assert [run.turn for run in CycleRun.objects.order_by("turn")] == [1, 2]
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize(
    ("rhythm", "last_day"),
    [
        (Rhythm.MONTHLY, date(2026, 3, 31)),
        (Rhythm.MONTHLY, date(2026, 2, 27)),
        (Rhythm.WEEKLY, date(2026, 3, 8)),
        (Rhythm.WEEKLY, date(2026, 2, 28)),
        (Rhythm.DAILY, date(2026, 3, 4)),
    ],
)
def test_only_what_is_over_is_billed(
    monthly: Membership, amara: Client, rhythm: Rhythm, last_day: date
) -> None:
    at.session(amara, monthly)

    with pytest.raises(cycle_runs.NotOver, match="once it is over"):
        asked(rhythm, last_day, monthly)


def test_one_who_fails_is_told_and_tried_again(
    monthly: Membership, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.session(amara, monthly)
    run = asked(Rhythm.MONTHLY, FEBRUARY, monthly)
    with monkeypatch.context() as patched:
        patched.setattr(invoices, "bill", lambda **_: 1 // 0)
        with pytest.raises(cycle_runs.NotBillable) as failure, transaction.atomic():
            cycle_runs.bill_next(run_id=run.pk, today=at.TODAY, now=at.NOW, by=monthly)
    cycle_runs.fail(run_id=run.pk, client_id=failure.value.client_id, now=at.NOW)
    assert cycle_runs.finish(run_id=run.pk, now=at.NOW)

    [row] = ran(Rhythm.MONTHLY, FEBRUARY, monthly)

    assert failure.value.kind == "ZeroDivisionError"
    assert row.outcome == Outcome.INVOICED


def test_what_counted_in_the_past_does_not_change(desk: Membership, amara: Client) -> None:
    with pytest.raises(services.CycleOfThePast):
        services.set_rhythm(
            rhythm=Rhythm.DAILY,
            client=None,
            starts_on=at.TODAY - timedelta(days=1),
            today=at.TODAY,
            now=at.NOW,
            by=desk,
        )


def test_the_same_is_not_set_twice(monthly: Membership) -> None:
    with pytest.raises(services.NothingChanges):
        every(Rhythm.MONTHLY, monthly)

    assert BillingCycle.objects.count() == 1


def test_the_database_sets_nothing_backwards(desk: Membership) -> None:
    with pytest.raises(IntegrityError, match="does not change for the past"), transaction.atomic():
        BillingCycle.objects.create(
            rhythm=Rhythm.DAILY,
            starts_on=at.TODAY - timedelta(days=1),
            set_at=at.NOW,
            set_by=desk,
        )


def test_the_database_lets_no_practice_follow_itself(desk: Membership) -> None:
    with pytest.raises(IntegrityError, match="rhythm_known"), transaction.atomic():
        BillingCycle.objects.create(
            rhythm=Rhythm.PRACTICE, starts_on=at.TODAY, set_at=at.NOW, set_by=desk
        )


@pytest.mark.parametrize(
    ("rhythm", "last_day"), [("WEEKLY", FEBRUARY), ("MONTHLY", date(2026, 2, 27))]
)
def test_the_database_knows_when_a_period_ends(
    desk: Membership, rhythm: str, last_day: date
) -> None:
    with pytest.raises(IntegrityError, match="ends_a_period"), transaction.atomic():
        CycleRun.objects.create(rhythm=rhythm, last_day=last_day, asked_at=at.NOW, asked_by=desk)


def test_the_database_has_one_run_of_a_period(monthly: Membership, amara: Client) -> None:
    at.session(amara, monthly)
    run = asked(Rhythm.MONTHLY, FEBRUARY, monthly)

    with pytest.raises(IntegrityError, match="period_once"), transaction.atomic():
        CycleRun.objects.create(
            rhythm=run.rhythm, last_day=run.last_day, asked_at=at.NOW, asked_by=monthly
        )
    with pytest.raises(IntegrityError, match="has_runs"), transaction.atomic():
        CycleRun.objects.create(
            rhythm=run.rhythm, last_day=run.last_day, turn=2, asked_at=at.NOW, asked_by=monthly
        )


def test_the_database_keeps_who_was_invoiced(monthly: Membership, amara: Client) -> None:
    at.session(amara, monthly)
    [row] = ran(Rhythm.MONTHLY, FEBRUARY, monthly)

    with pytest.raises(IntegrityError, match="was invoiced in run"), transaction.atomic():
        execute(
            "UPDATE billing_cyclerunclient SET outcome = 'WAITING', invoice_id = NULL,"
            " decided_at = NULL WHERE id = %s",
            row.pk,
        )


def test_the_database_takes_no_other_clients_invoice(monthly: Membership, amara: Client) -> None:
    strange = at.invoice(at.client(monthly, "Whitfield"), monthly, issued_on=FEBRUARY)
    at.session(amara, monthly)
    run = asked(Rhythm.MONTHLY, FEBRUARY, monthly)

    with pytest.raises(IntegrityError, match="another client's or day's"), transaction.atomic():
        execute(
            "UPDATE billing_cyclerunclient SET outcome = 'INVOICED', invoice_id = %s,"
            " decided_at = now() WHERE run_id = %s",
            *(strange.pk, run.pk),
        )


def test_the_database_ends_no_run_in_which_somebody_waits(
    monthly: Membership, amara: Client
) -> None:
    at.session(amara, monthly)
    run = asked(Rhythm.MONTHLY, FEBRUARY, monthly)

    with pytest.raises(IntegrityError, match="somebody waits"), transaction.atomic():
        execute("UPDATE billing_cyclerun SET finished_at = now() WHERE id = %s", run.pk)


def short(of: Client, by: Membership, *, code: str, minutes: int) -> Session:
    """Record a session that is too short for its code, as an import may bring it."""
    return sessions.record(
        client=of,
        therapist=members.therapists().get(),
        service_code=ServiceCode.objects.get(code=code),
        started_at=hours.at(date(2026, 2, 17), 14),
        minutes=minutes,
        fee=Money(60_00),
        now=at.NOW,
        by=by,
    )
