"""Planning hours: one, several, another time, and no more."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4, uuid5

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import (
    Appointment,
    AppointmentOutcome,
    AppointmentSeries,
    MissedFee,
    MissedPolicy,
)
from billing.selectors import appointments as found
from billing.services import appointments, missed_policies, series
from billing.services.missed_policies import Cost
from clients.models import Client
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import hours, raw
from tests.billing.desk import NOW, TODAY, ZONE
from tests.billing.test_merged_clients import merge

SATURDAY = date(2026, 3, 7)
"""The clocks go forward in the night after."""


def plan(by: Membership, of: Client, **changes: Any) -> Appointment:
    starts_at = changes.pop("starts_at", hours.at(TODAY))
    told = {"hour": hours.hour(of, starts_at=starts_at), "key": uuid4(), "now": NOW, "by": by}
    return appointments.plan(**{**told, **changes})


def weekly(by: Membership, of: Client, **changes: Any) -> AppointmentSeries:
    starts_at = changes.pop("starts_at", hours.at(hours.TOMORROW))
    told = {
        "hour": hours.hour(of, starts_at=starts_at),
        "every_weeks": 1,
        "occurrences": 4,
        "key": uuid4(),
        "now": NOW,
        "by": by,
    }
    return series.plan(**{**told, **changes})


def walls(of: AppointmentSeries) -> list[str]:
    rows = Appointment.objects.filter(series=of).order_by("starts_at")
    return [f"{row.starts_at.astimezone(ZONE):%m-%d %H:%M}" for row in rows]


def test_a_form_that_is_sent_twice_plans_one_hour(desk: Membership, amara: Client) -> None:
    key = uuid4()

    assert plan(desk, amara, key=key) == plan(desk, amara, key=key)
    assert Appointment.objects.count() == 1


def test_a_key_is_not_used_for_another_hour(desk: Membership, amara: Client) -> None:
    key = uuid4()
    plan(desk, amara, key=key)

    with pytest.raises(appointments.KeyReused):
        plan(desk, amara, key=key, starts_at=hours.at(hours.TOMORROW))


def test_a_day_that_is_over_is_not_planned(desk: Membership, amara: Client) -> None:
    with pytest.raises(appointments.IsOver):
        plan(desk, amara, starts_at=hours.at(TODAY - timedelta(days=1), 23, 59))


def test_the_morning_of_today_can_still_be_planned(desk: Membership, amara: Client) -> None:
    plan(desk, amara, starts_at=hours.at(TODAY, 0))

    assert found.waiting().count() == 1


def test_a_year_that_was_mistyped_is_refused(desk: Membership, amara: Client) -> None:
    with pytest.raises(appointments.TooFarAhead):
        plan(desk, amara, starts_at=hours.at(date(2062, 3, 3)))


@pytest.mark.parametrize("minute", [0, 20, 49])
def test_two_hours_do_not_overlap_unless_it_is_meant(
    desk: Membership, amara: Client, minute: int
) -> None:
    plan(desk, amara)
    other = at.client(desk, "Whitfield")
    begins = hours.at(TODAY, 10, minute)

    with pytest.raises(
        appointments.Clash, match="Therapist of Harbor Lane has another appointment on"
    ):
        plan(desk, other, starts_at=begins)
    plan(desk, other, starts_at=begins, is_meant=True)

    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("begins", [(9, 10), (10, 50)])
def test_hours_that_touch_do_not_overlap(
    desk: Membership, amara: Client, begins: tuple[int, int]
) -> None:
    plan(desk, amara)

    plan(desk, at.client(desk, "Whitfield"), starts_at=hours.at(TODAY, *begins))


def test_an_hour_that_was_cancelled_makes_room(desk: Membership, amara: Client) -> None:
    hours.cancelled(plan(desk, amara), desk, told_at=NOW)

    plan(desk, amara)


def test_an_hour_is_moved_and_stays_on_record(desk: Membership, amara: Client) -> None:
    before = plan(desk, amara, starts_at=hours.at(TODAY, 12))

    after = appointments.move(
        appointment=before,
        to=hours.hour(amara, starts_at=hours.at(TODAY, 12, 30)),
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    assert list(found.waiting()) == [after]
    assert AppointmentOutcome.objects.get().moved_to == after


def test_an_hour_whose_outcome_is_known_is_not_moved(desk: Membership, amara: Client) -> None:
    before = plan(desk, amara)
    hours.held(before, desk)

    with pytest.raises(appointments.AlreadyMarked):
        appointments.move(
            appointment=before,
            to=hours.hour(amara, starts_at=hours.at(hours.TOMORROW)),
            key=uuid4(),
            now=NOW,
            by=desk,
        )


def test_a_series_keeps_its_time_by_the_wall(desk: Membership, amara: Client) -> None:
    made = weekly(desk, amara, starts_at=hours.at(SATURDAY, 10), occurrences=3)

    assert walls(made) == ["03-07 10:00", "03-14 10:00", "03-21 10:00"]
    utc = [row.starts_at.hour for row in Appointment.objects.order_by("starts_at")]
    assert utc == [15, 14, 14]


def test_every_other_week_is_every_other_week(desk: Membership, amara: Client) -> None:
    made = weekly(desk, amara, every_weeks=2, occurrences=3)

    assert walls(made) == ["03-04 10:00", "03-18 10:00", "04-01 10:00"]


def test_a_time_that_the_clocks_skip_is_an_hour_later_that_day(
    desk: Membership, amara: Client
) -> None:
    sunday = date(2026, 3, 8)

    made = weekly(
        desk, amara, starts_at=hours.at(sunday - timedelta(weeks=1), 2, 30), occurrences=3,
        now=NOW - timedelta(days=7),
    )  # fmt: skip

    assert walls(made) == ["03-01 02:30", "03-08 03:30", "03-15 02:30"]


@pytest.mark.parametrize(
    ("last", "number"),
    [(date(2026, 3, 3), 0), (date(2026, 3, 4), 1), (date(2026, 3, 24), 3), (date(2026, 3, 25), 4)],
)
def test_a_series_until_a_day_has_that_many_hours(last: date, number: int) -> None:
    assert series.number_until(hours.TOMORROW, last, 1) == number


@pytest.mark.parametrize("occurrences", [0, 105])
def test_a_series_has_between_one_hour_and_two_years(
    desk: Membership, amara: Client, occurrences: int
) -> None:
    with pytest.raises(series.TooMany):
        weekly(desk, amara, occurrences=occurrences)


def test_a_series_that_is_sent_twice_is_planned_once(desk: Membership, amara: Client) -> None:
    key = uuid4()

    assert weekly(desk, amara, key=key) == weekly(desk, amara, key=key)
    assert Appointment.objects.count() == 4


def test_a_series_says_which_of_its_hours_overlaps(desk: Membership, amara: Client) -> None:
    plan(desk, at.client(desk, "Whitfield"), starts_at=hours.at(date(2026, 3, 18)))

    with pytest.raises(appointments.Clash, match="Mar 18 at 10:00 AM"):
        weekly(desk, amara)
    assert Appointment.objects.count() == 1


def third(made: AppointmentSeries) -> Appointment:
    return Appointment.objects.filter(series=made).order_by("starts_at")[2]


def test_one_hour_of_a_series_is_moved_alone(desk: Membership, amara: Client) -> None:
    made = weekly(desk, amara)

    appointments.move(
        appointment=third(made),
        to=hours.hour(amara, starts_at=hours.at(date(2026, 3, 19), 14)),
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    waits = found.waiting().order_by("starts_at")
    assert [f"{row.starts_at.astimezone(ZONE):%m-%d %H}" for row in waits] == [
        "03-04 10",
        "03-11 10",
        "03-19 14",
        "03-25 10",
    ]


def test_an_hour_and_the_later_ones_are_moved_alike(desk: Membership, amara: Client) -> None:
    made = weekly(desk, amara)

    new = series.change_later(
        appointment=third(made),
        to=hours.hour(amara, starts_at=hours.at(date(2026, 3, 19), 14)),
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    assert walls(new) == ["03-19 14:00", "03-26 14:00"]
    assert new.follows == made
    assert found.waiting(Appointment.objects.filter(series=made)).count() == 2


def test_a_later_hour_that_was_marked_stays(desk: Membership, amara: Client) -> None:
    made = weekly(desk, amara)
    last = Appointment.objects.filter(series=made).order_by("-starts_at")[0]
    hours.cancelled(last, desk, told_at=NOW)

    new = series.change_later(
        appointment=third(made),
        to=hours.hour(amara, starts_at=hours.at(date(2026, 3, 19), 14)),
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    assert walls(new) == ["03-19 14:00"]


def test_the_rest_of_a_series_is_cancelled(desk: Membership, amara: Client) -> None:
    made = weekly(desk, amara)

    done = series.cancel_rest(appointment=third(made), cancelled_for="CLIENT", now=NOW, by=desk)

    assert done == series.Cancelled(2, 0, ZERO)
    assert found.waiting().count() == 2


def test_what_is_today_is_marked_by_itself(desk: Membership, amara: Client) -> None:
    """A late cancellation costs something: the rest of a series is what lies ahead."""
    hours.policy(desk)
    made = weekly(desk, amara, starts_at=hours.at(TODAY, 17))
    first = Appointment.objects.filter(series=made).order_by("starts_at")[0]

    done = series.cancel_rest(appointment=first, cancelled_for="CLIENT", now=NOW, by=desk)
    assert (done.count, done.late) == (3, 0)
    assert list(found.waiting()) == [first]


@pytest.mark.parametrize(
    ("cancelled_for", "kind", "late"),
    [("CLIENT", "LATE_CANCELLED", 1), ("PRACTICE", "CANCELLED", 0)],
)
def test_what_the_client_cancels_too_late_costs_as_one_by_one(
    desk: Membership, amara: Client, cancelled_for: str, kind: str, late: int
) -> None:
    hours.policy(desk, notice_hours=48, late=Cost(amount=Money(40_00)))
    made = weekly(desk, amara)
    first = Appointment.objects.filter(series=made).order_by("starts_at")[0]

    done = series.cancel_rest(appointment=first, cancelled_for=cancelled_for, now=NOW, by=desk)

    assert done == series.Cancelled(4, late, Money(40_00 * late))
    assert first.outcomes.get().kind == kind
    assert AppointmentOutcome.objects.filter(kind="CANCELLED").count() == 4 - late
    assert MissedFee.objects.count() == late


def moved(appointment: Appointment, by: Membership, *, now: datetime, may_waive: bool) -> object:
    return appointments.move(
        appointment=appointment,
        to=hours.hour(appointment.client, starts_at=hours.at(date(2026, 3, 19), 14)),
        key=uuid4(),
        may_waive=may_waive,
        now=now,
        by=by,
    )


def test_an_hour_that_has_begun_moves_no_more(desk: Membership, amara: Client) -> None:
    """Held or missed, it costs something; moved, it would not."""
    hours.policy(desk)
    made = weekly(desk, amara)
    first = Appointment.objects.filter(series=made).order_by("starts_at")[0]

    for moment in (first.starts_at, first.starts_at + timedelta(days=3)):
        with pytest.raises(appointments.HasBegun):
            moved(first, desk, now=moment, may_waive=True)
        with pytest.raises(appointments.HasBegun):
            series.change_later(
                appointment=first,
                to=hours.hour(amara, starts_at=hours.at(date(2026, 3, 19), 14)),
                key=uuid4(),
                may_waive=True,
                now=moment,
                by=desk,
            )


def test_too_late_to_cancel_for_nothing_is_too_late_to_move(
    desk: Membership, amara: Client
) -> None:
    hours.policy(desk, late=Cost(amount=Money(75_00)))
    appointment = plan(desk, amara, starts_at=hours.at(hours.TOMORROW, 9))

    with pytest.raises(appointments.TooLate, match=r"cancelled now, it costs \$75.00"):
        moved(appointment, desk, now=NOW, may_waive=False)
    moved(appointment, desk, now=NOW, may_waive=True)

    assert MissedFee.objects.count() == 0


def test_who_waives_less_than_the_fee_does_not_move_it_either(
    desk: Membership, amara: Client
) -> None:
    """The desk waives 200.00 alone."""
    hours.policy(desk, late=Cost(amount=Money(200_01)))
    appointment = plan(desk, amara, starts_at=hours.at(hours.TOMORROW, 9))

    with pytest.raises(appointments.TooLate):
        moved(appointment, desk, now=NOW, may_waive=True)


def test_in_time_anybody_moves_it(desk: Membership, amara: Client) -> None:
    hours.policy(desk)

    moved(plan(desk, amara, starts_at=hours.at(hours.TOMORROW, 11)), desk, now=NOW, may_waive=False)


def test_the_database_moves_no_hour_that_has_begun(
    desk: Membership, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    appointment = plan(desk, amara, starts_at=hours.at(TODAY, 12))
    monkeypatch.setattr(appointments, "require_movable", lambda *rows, **how: None)

    with pytest.raises(IntegrityError, match="has begun"), raw.committing():
        moved(appointment, desk, now=appointment.starts_at, may_waive=True)
    moved(appointment, desk, now=appointment.starts_at - timedelta(minutes=1), may_waive=True)


def test_hours_of_another_record_of_the_client_clash(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    other = at.client(desk, "Whit")
    plan(desk, other)
    merge(amara, other, desk, accountant)

    rows = found.clashing(
        client_ids=[amara.pk], therapist_id=uuid4(), starts=[(hours.at(TODAY), 50)]
    )

    assert [row.client for row in rows] == [other]
    with pytest.raises(appointments.Clash, match="The client has another appointment on"):
        plan(desk, amara)


def test_the_key_of_an_hour_makes_no_series(desk: Membership, amara: Client) -> None:
    key = uuid4()
    plan(desk, amara, key=uuid5(key, "0"))

    with pytest.raises(appointments.KeyReused, match="for another appointment"):
        weekly(desk, amara, key=key)


def test_nothing_is_left_to_cancel(desk: Membership, amara: Client) -> None:
    made = weekly(desk, amara)
    series.cancel_rest(appointment=third(made), cancelled_for="CLIENT", now=NOW, by=desk)

    with pytest.raises(appointments.AlreadyMarked):
        series.cancel_rest(appointment=third(made), cancelled_for="CLIENT", now=NOW, by=desk)


@pytest.mark.parametrize("cost", [Cost(), Cost(percent=50, amount=Money(1)), Cost(percent=101)])
def test_a_policy_is_a_percentage_or_an_amount(desk: Membership, cost: Cost) -> None:
    with pytest.raises(missed_policies.PercentOrAmount):
        hours.policy(desk, late=cost)


def test_a_policy_of_the_past_does_not_change(desk: Membership) -> None:
    with pytest.raises(missed_policies.PolicyOfThePast):
        hours.policy(desk, starts_on=TODAY - timedelta(days=1))


def policy_row(by: Membership, **told: Any) -> MissedPolicy:
    row = {
        "starts_on": TODAY,
        "notice_hours": 24,
        "late_percent": 50,
        "no_show_percent": 100,
        "first_is_free": False,
        "set_at": NOW,
        "set_by": by,
    }
    return MissedPolicy.objects.create(**{**row, **told})


def test_the_database_refuses_a_policy_of_the_past(desk: Membership) -> None:
    with pytest.raises(IntegrityError, match="a policy of the past does not change"):
        policy_row(desk, starts_on=TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    "told",
    [
        {"late_cents": 1},
        {"late_percent": None},
        {"late_percent": 101},
        {"no_show_percent": None, "no_show_cents": -1},
        {"notice_hours": 337},
    ],
)
def test_the_database_refuses_a_senseless_policy(desk: Membership, told: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="billing_missedpolicy"):
        policy_row(desk, **told)
