"""Assigning therapists to clients."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from clients.models import Assignment, Client
from clients.services import assignments
from tests.clients.people import NOW, TODAY, added
from tests.houses import House


@pytest.fixture
def client_record(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


def assign(client: Client, therapist: Membership, starts_on: date = TODAY) -> Assignment:
    return assignments.assign(
        client=client, therapist=therapist, starts_on=starts_on, now=NOW, by=therapist
    )


def end(assignment: Assignment, ends_on: date = TODAY) -> Assignment:
    return assignments.end(assignment=assignment, ends_on=ends_on, now=NOW, by=assignment.therapist)


def test_an_assignment_has_no_end_at_first(client_record: Client, therapist: Membership) -> None:
    assignment = assign(client_record, therapist)

    assert (assignment.starts_on, assignment.ends_on) == (TODAY, None)


def test_only_a_therapist_is_assigned(client_record: Client, accountant: Membership) -> None:
    with pytest.raises(assignments.NotATherapist):
        assign(client_record, accountant)


@pytest.mark.parametrize("days", [-30, 0, 30])
def test_a_therapist_is_assigned_once_at_a_time(
    client_record: Client, therapist: Membership, days: int
) -> None:
    assign(client_record, therapist)

    with pytest.raises(assignments.AlreadyAssigned):
        assign(client_record, therapist, TODAY + timedelta(days=days))


def test_a_therapist_comes_back_after_the_last_day(
    client_record: Client, therapist: Membership
) -> None:
    end(assign(client_record, therapist), TODAY + timedelta(days=1))

    with pytest.raises(assignments.AlreadyAssigned):
        assign(client_record, therapist, TODAY + timedelta(days=1))
    assign(client_record, therapist, TODAY + timedelta(days=2))

    assert Assignment.objects.count() == 2


def test_an_assignment_ends_once(client_record: Client, therapist: Membership) -> None:
    assignment = assign(client_record, therapist)
    end(assignment)

    with pytest.raises(assignments.AlreadyEnded):
        end(assignment, TODAY + timedelta(days=7))


def test_an_assignment_does_not_end_before_it_starts(
    client_record: Client, therapist: Membership
) -> None:
    with pytest.raises(assignments.EndsBeforeItStarts):
        end(assign(client_record, therapist), TODAY - timedelta(days=1))


def test_the_log_tells_whom_and_by_whom(practice: House, therapist: Membership) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        end(assign(added(therapist), therapist))

    with practice_scope(practice.id):
        told = Event.objects.filter(action__startswith="clients.assignment").order_by("seq")
        assert [event.action for event in told] == [
            "clients.assignment.started",
            "clients.assignment.ended",
        ]
        assert all(event.facts == {"therapist": str(therapist.pk)} for event in told)
        assert {event.label for event in told} == {"C-0001"}


def test_the_database_refuses_a_second_open_assignment(
    client_record: Client, therapist: Membership
) -> None:
    assign(client_record, therapist)

    with pytest.raises(IntegrityError, match="open_once"), transaction.atomic():
        Assignment.objects.create(
            client=client_record,
            therapist=therapist,
            starts_on=TODAY,
            assigned_at=NOW,
            assigned_by=therapist,
        )


def test_the_database_refuses_a_therapist_of_another_practice(
    stranger: Membership, client_record: Client, therapist: Membership
) -> None:
    with pytest.raises(IntegrityError, match="same_practice"), transaction.atomic():
        Assignment.objects.create(
            client=client_record,
            therapist_id=stranger.pk,
            starts_on=TODAY,
            assigned_at=NOW,
            assigned_by=therapist,
        )
