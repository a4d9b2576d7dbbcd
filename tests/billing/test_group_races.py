"""Groups from many sides at once, with real commits."""

from collections.abc import Callable
from functools import partial
from itertools import cycle
from uuid import uuid4

import pytest

from accounts.tenancy import practice_scope
from billing.models import (
    Appointment,
    AppointmentOutcome,
    GroupHour,
    GroupMember,
    MissedFee,
    Session,
)
from billing.selectors import integrity, missed
from billing.services import group_hours, groups
from billing.services.appointments import AlreadyMarked
from tests.billing import desk as at
from tests.billing import grouping, hours
from tests.billing.conftest import Billed
from tests.billing.test_races import SIDES, race


def ready(billed: Billed) -> GroupHour:
    """Plan an hour of a group with both clients of the practice."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        hours.policy(by)
        group = grouping.group(by)
        grouping.joined(group, billed.own, by)
        grouping.joined(group, billed.other, by)
        [hour] = grouping.planned(group, by, hours.at(at.TODAY, 9))
    return hour


@pytest.mark.commits
def test_a_group_that_many_mark_at_once_is_marked_once(billed: Billed) -> None:
    hour, by = ready(billed), billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        before = Session.objects.count()

    assert race(billed, lambda: grouping.held(hour, by)) == [True] * SIDES

    with practice_scope(billed.house.id):
        assert Session.objects.count() == before + 2
        assert AppointmentOutcome.objects.count() == 2
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_one_press_and_a_mark_beside_it_leave_one_outcome_of_each_place(billed: Billed) -> None:
    hour, by = ready(billed), billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        place = Appointment.objects.get(group_hour=hour, client=billed.own)
    acts: list[Callable[[], object]] = [
        partial(grouping.held, hour, by),
        partial(hours.missed, place, by),
    ]
    sides = cycle(acts)

    race(billed, lambda: next(sides)(), AlreadyMarked)

    with practice_scope(billed.house.id):
        assert missed.standing().filter(appointment__group_hour=hour).count() == 2
        came = AppointmentOutcome.objects.filter(appointment=place, kind="HELD").count()
        assert came + MissedFee.objects.count() == 1
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_client_who_is_let_in_from_many_sides_is_in_once(billed: Billed) -> None:
    hour, by = ready(billed), billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        third = at.client(by, "Marsh")

    won = race(billed, lambda: grouping.joined(hour.group, third, by), groups.AlreadyIn)

    assert sum(won) == 1
    with practice_scope(billed.house.id):
        assert GroupMember.objects.filter(client=third).count() == 1
        assert Appointment.objects.filter(client=third).count() == 1


@pytest.mark.commits
def test_who_joins_while_the_group_is_planned_has_a_place_in_each_hour(billed: Billed) -> None:
    hour, by = ready(billed), billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        third = at.client(by, "Marsh")
    start = hours.at(hours.TOMORROW, 16)
    acts: list[Callable[[], object]] = [
        partial(grouping.planned, hour.group, by, start, key=uuid4()),
        partial(grouping.joined, hour.group, third, by, joins_on=hours.TOMORROW, key=uuid4()),
    ]
    sides = cycle(acts)

    race(billed, lambda: next(sides)(), groups.AlreadyIn, group_hours.NobodyIsIn)

    with practice_scope(billed.house.id):
        [made] = GroupHour.objects.filter(starts_at=start)
        assert made.appointments.count() == 3
