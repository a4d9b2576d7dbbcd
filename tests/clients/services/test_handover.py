"""A leaving therapist's clients: who takes them over, and from which day."""

from datetime import date, timedelta

import pytest

from accounts.models import Membership, Role
from accounts.services import roles
from clients.models import Assignment, Client
from clients.selectors import clients
from clients.services import assignments, handover
from tests.clients.people import NOW, TODAY, added
from tests.houses import House

A_WEEK = timedelta(days=7)


@pytest.fixture
def client_record(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


@pytest.fixture
def colleague(practice: House, scope: None, front_desk: Membership) -> Membership:
    """The auditor, who is a therapist too."""
    both = practice.people["auditor"]
    roles.grant(member=both, role=Role.objects.get(slug="therapist"), now=NOW, by=front_desk)
    return both


def assign(client: Client, therapist: Membership, **more: object) -> Assignment:
    given = {"starts_on": TODAY - A_WEEK, "now": NOW, "by": therapist, **more}
    return assignments.assign(client=client, therapist=therapist, **given)  # type: ignore[arg-type]  # as given


def hand_over(
    member: Membership, to: Membership | None, starts_on: date = TODAY
) -> handover.HandedOver:
    return handover.hand_over(
        member=member, to=to, today=TODAY, starts_on=starts_on, now=NOW, by=member
    )


def sees(member: Membership, on: date = TODAY) -> bool:
    return clients.visible_to(member, on=on).exists()


def test_a_colleague_takes_over_on_the_same_day(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    assign(client_record, therapist)

    assert hand_over(therapist, colleague) == handover.HandedOver(1, 1)

    assert not sees(therapist)
    assert sees(colleague)
    assert handover.count_clients(therapist, on=TODAY) == 0


def test_a_colleague_takes_over_later_and_the_leaver_stops_today(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    assign(client_record, therapist)

    hand_over(therapist, colleague, TODAY + A_WEEK)

    assert not sees(therapist)
    seen = [sees(colleague, TODAY + timedelta(days=days)) for days in (0, 6, 7)]
    assert seen == [False, False, True]


def test_without_a_colleague_the_assignments_only_end(
    client_record: Client, therapist: Membership
) -> None:
    assign(client_record, therapist)

    assert hand_over(therapist, None) == handover.HandedOver(1, 0)

    assert not sees(therapist)


def test_who_cares_already_takes_nothing_over_twice(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    assign(client_record, therapist)
    assign(client_record, colleague)

    assert hand_over(therapist, colleague) == handover.HandedOver(1, 0)

    assert Assignment.objects.filter(therapist=colleague).count() == 1
    assert sees(colleague)


def test_what_was_planned_is_handed_over_with_its_days(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    first, last = TODAY + A_WEEK, TODAY + A_WEEK * 3
    assign(client_record, therapist, starts_on=first, ends_on=last)

    assert hand_over(therapist, colleague) == handover.HandedOver(1, 1)

    taken = Assignment.objects.get(therapist=colleague)
    assert (taken.starts_on, taken.ends_on) == (first, last)


def test_a_cover_goes_on_with_somebody_else_but_not_with_the_covered(
    practice: House, client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    assign(client_record, therapist)
    assign(client_record, colleague, ends_on=TODAY + A_WEEK, covers_for=therapist.pk)

    assert hand_over(colleague, therapist) == handover.HandedOver(1, 0)
    assert not sees(colleague)
    assert sees(therapist)


def test_what_has_ended_is_left_alone(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    over = assign(client_record, therapist)
    assignments.end(assignment=over, ends_on=TODAY, now=NOW, by=therapist)

    assert hand_over(therapist, colleague) == handover.HandedOver(0, 0)


def test_nobody_takes_over_who_is_no_therapist(
    practice: House, client_record: Client, therapist: Membership
) -> None:
    assign(client_record, therapist)

    with pytest.raises(assignments.NotATherapist):
        hand_over(therapist, practice.people["accountant"])
