"""Assignments that end: planned, at once, and covers for a colleague who is away."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership, Role
from accounts.services import roles
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from clients.models import Assignment, Client
from clients.selectors import clients
from clients.services import assignments
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
    given = {"starts_on": TODAY, "now": NOW, "by": therapist, **more}
    return assignments.assign(client=client, therapist=therapist, **given)  # type: ignore[arg-type]  # as given


def sees(member: Membership, on: date = TODAY) -> bool:
    return clients.visible_to(member, on=on).exists()


def test_what_ends_today_shuts_the_record_at_once(
    client_record: Client, therapist: Membership
) -> None:
    assignment = assign(client_record, therapist)
    assert sees(therapist)

    assignments.end(assignment=assignment, ends_on=TODAY, now=NOW, by=therapist)

    assert not sees(therapist)


def test_a_planned_end_leaves_the_record_open_to_its_last_day(
    client_record: Client, therapist: Membership
) -> None:
    assign(client_record, therapist, ends_on=TODAY + A_WEEK)

    assert [sees(therapist, TODAY + timedelta(days=days)) for days in (-1, 0, 7, 8)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_planned_end_may_come_earlier_and_not_later(
    client_record: Client, therapist: Membership
) -> None:
    assignment = assign(client_record, therapist, ends_on=TODAY + A_WEEK)

    with pytest.raises(assignments.AlreadyEnded):
        assignments.end(assignment=assignment, ends_on=TODAY + 2 * A_WEEK, now=NOW, by=therapist)
    assignments.end(assignment=assignment, ends_on=TODAY, now=NOW, by=therapist)

    assert not sees(therapist)


def test_what_was_ended_by_mistake_is_given_back_on_the_same_day(
    client_record: Client, therapist: Membership
) -> None:
    assignments.end(
        assignment=assign(client_record, therapist), ends_on=TODAY, now=NOW, by=therapist
    )

    assign(client_record, therapist)

    assert sees(therapist)


def test_a_cover_opens_the_record_to_its_last_day(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    assign(client_record, therapist)
    assert not sees(colleague)

    assign(client_record, colleague, covers_for=therapist.pk, ends_on=TODAY + A_WEEK)

    assert sees(colleague, TODAY + A_WEEK)
    assert not sees(colleague, TODAY + A_WEEK + timedelta(days=1))
    assert sees(therapist, TODAY + 2 * A_WEEK)


def test_a_cover_has_a_last_day(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    assign(client_record, therapist)

    with pytest.raises(assignments.NobodyToCover, match="until when"):
        assign(client_record, colleague, covers_for=therapist.pk)


def test_a_cover_stands_in_for_somebody_who_cares_for_the_client(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    with pytest.raises(assignments.NobodyToCover, match="cares for this client"):
        assign(client_record, colleague, covers_for=therapist.pk, ends_on=TODAY)


def test_the_last_day_does_not_lie_before_the_first(
    client_record: Client, therapist: Membership
) -> None:
    with pytest.raises(assignments.EndsBeforeItStarts):
        assign(client_record, therapist, ends_on=TODAY - A_WEEK)


def test_the_log_tells_of_a_cover(practice: House, therapist: Membership) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        both = practice.people["auditor"]
        roles.grant(member=both, role=Role.objects.get(slug="therapist"), now=NOW, by=therapist)
        client = added(therapist)
        assign(client, therapist)
        assign(client, both, covers_for=therapist.pk, ends_on=TODAY + A_WEEK)

    with practice_scope(practice.id):
        event = Event.objects.get(action=Action.COVER_STARTED)
        assert event.facts == {"therapist": str(both.pk), "ends_on": "2026-03-09"}
        assert event.label == "C-0001"


def test_the_database_refuses_a_cover_without_a_last_day(
    client_record: Client, therapist: Membership, colleague: Membership
) -> None:
    with pytest.raises(IntegrityError, match="cover_has_a_last_day"), transaction.atomic():
        Assignment.objects.create(
            client=client_record,
            therapist=colleague,
            covers_for=therapist,
            starts_on=TODAY,
            assigned_at=NOW,
            assigned_by=therapist,
        )


def test_the_database_refuses_a_cover_for_oneself(
    client_record: Client, therapist: Membership
) -> None:
    with pytest.raises(IntegrityError, match="covers_for_another"), transaction.atomic():
        Assignment.objects.create(
            client=client_record,
            therapist=therapist,
            covers_for=therapist,
            starts_on=TODAY,
            ends_on=TODAY,
            ended_at=NOW,
            ended_by=therapist,
            assigned_at=NOW,
            assigned_by=therapist,
        )
