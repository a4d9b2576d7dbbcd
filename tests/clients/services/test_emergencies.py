"""Opening a record in an emergency: an hour, told at once, reviewed by somebody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, Role
from accounts.services import roles
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from audit.services import events
from clients.models import Client, EmergencyAccess
from clients.selectors import clients, search
from clients.selectors import emergencies as opened
from clients.services import emergencies
from tests.clients.people import TODAY, added
from tests.houses import House

CRISIS = EmergencyAccess.Reason.CRISIS
RIGHT = EmergencyAccess.Finding.JUSTIFIED


@pytest.fixture
def client_record(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


def open_record(client: Client, by: Membership, minutes_ago: float = 0) -> EmergencyAccess:
    now = timezone.now() - timedelta(minutes=minutes_ago)
    return emergencies.open_record(client=client, reason=CRISIS, now=now, by=by)


def sees(member: Membership) -> bool:
    return clients.visible_to(member, on=TODAY).exists()


def test_a_record_is_open_for_an_hour(client_record: Client, therapist: Membership) -> None:
    assert not sees(therapist)
    open_record(client_record, therapist, minutes_ago=59.9)
    assert sees(therapist)


def test_and_not_longer(client_record: Client, therapist: Membership) -> None:
    open_record(client_record, therapist, minutes_ago=60.1)

    assert not sees(therapist)


def test_it_opens_no_other_record(
    client_record: Client, front_desk: Membership, therapist: Membership
) -> None:
    added(front_desk, family_name="Somebody Else")
    open_record(client_record, therapist)

    assert list(clients.visible_to(therapist, on=TODAY)) == [client_record]


def test_it_opens_nothing_to_anybody_else(
    practice: House, client_record: Client, therapist: Membership, front_desk: Membership
) -> None:
    colleague = practice.people["auditor"]
    roles.grant(
        member=colleague,
        role=Role.objects.get(slug="therapist"),
        now=timezone.now(),
        by=front_desk,
    )
    open_record(client_record, therapist)

    assert not sees(colleague)


def test_losing_the_right_shuts_the_record(
    client_record: Client, therapist: Membership, front_desk: Membership
) -> None:
    open_record(client_record, therapist)
    role = Role.objects.get(slug="therapist")
    roles.withdraw(member=therapist, role=role, now=timezone.now(), by=front_desk)

    assert not sees(therapist)


def test_opening_twice_does_not_prolong_it(client_record: Client, therapist: Membership) -> None:
    first = open_record(client_record, therapist, minutes_ago=30)

    assert open_record(client_record, therapist) == first
    assert EmergencyAccess.objects.count() == 1


def test_the_administrators_are_told_and_the_letter_names_no_client(
    client_record: Client, therapist: Membership, administrator: Membership
) -> None:
    open_record(client_record, therapist)

    letter = OutgoingMail.objects.get()
    assert letter.to == "administrator@harbor-lane.example"
    assert therapist.display_name in letter.body
    assert "/emergencies/" in letter.body
    for told in ("Razo", "María", client_record.code):
        assert told not in letter.subject + letter.body


def test_all_looks_in_the_hour_are_on_the_list(practice: House, therapist: Membership) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        client, other = added(therapist), added(therapist, family_name="Other")
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
    with practice_scope(practice.id, person_id=therapist.person_id):
        open_record(client, therapist)
    with practice_scope(practice.id, person_id=therapist.person_id):
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        events.record(Action.CLIENT_VIEWED, target=other, touched=[other.pk])

    with practice_scope(practice.id):
        [waiting] = opened.waiting(practice.people["administrator"], now=timezone.now())

    assert [line.action for line in waiting.looked_at] == [
        Action.EMERGENCY_OPENED,
        Action.CLIENT_VIEWED,
    ]


def test_it_waits_until_somebody_else_has_reviewed_it(
    client_record: Client, therapist: Membership, administrator: Membership
) -> None:
    access = open_record(client_record, therapist, minutes_ago=61)
    assert len(opened.waiting(administrator, now=timezone.now())) == 1

    with pytest.raises(emergencies.OneselfReviewed):
        emergencies.review(opened=access, finding=RIGHT, now=timezone.now(), by=therapist)
    emergencies.review(opened=access, finding=RIGHT, now=timezone.now(), by=administrator)
    with pytest.raises(emergencies.AlreadyReviewed):
        emergencies.review(opened=access, finding=RIGHT, now=timezone.now(), by=administrator)

    assert not opened.waiting(administrator, now=timezone.now())
    [done] = opened.reviewed(administrator, now=timezone.now())
    assert done.finding == "It was right"


@pytest.mark.parametrize(
    ("given", "is_found"),
    [
        ({"code": " c-0001 "}, True),
        ({"code": "C-0002"}, False),
        ({"name": "maria luisa RAZO", "birth_date": "1973-08-01"}, True),
        ({"name": "Razo, María Luisa", "birth_date": "1973-08-01"}, False),
        ({"name": "Razo", "birth_date": "1973-08-01"}, False),
        ({"name": "María Luisa Razo", "birth_date": "1973-08-02"}, False),
        ({"name": "María Luisa Razo"}, False),
        ({"birth_date": "1973-08-01"}, False),
        ({}, False),
    ],
)
def test_only_who_knows_exactly_whom_finds_anybody(
    client_record: Client, given: dict[str, str], is_found: bool
) -> None:
    birth_date = given.get("birth_date")
    found = search.exactly(
        code=given.get("code", ""),
        name=given.get("name", ""),
        birth_date=type(TODAY).fromisoformat(birth_date) if birth_date else None,
    )

    assert (found == client_record) is is_found


def test_two_who_are_alike_are_not_guessed_between(
    client_record: Client, front_desk: Membership
) -> None:
    added(front_desk)

    found = search.exactly(name="María Luisa Razo", birth_date=client_record.birth_date)

    assert found is None


def raw(client: Client, member: Membership, **values: object) -> None:
    now = timezone.now()
    EmergencyAccess.objects.create(
        **{
            "client": client,
            "member": member,
            "reason": CRISIS,
            "opened_at": now,
            "ends_at": now + timedelta(minutes=60),
            **values,
        }
    )


def test_the_database_refuses_more_than_an_hour(
    client_record: Client, therapist: Membership
) -> None:
    ends_at = timezone.now() + timedelta(minutes=61)

    with pytest.raises(IntegrityError, match="an_hour"), transaction.atomic():
        raw(client_record, therapist, ends_at=ends_at)


def test_the_database_refuses_a_review_by_oneself(
    client_record: Client, therapist: Membership
) -> None:
    own = {"finding": RIGHT, "reviewed_at": timezone.now(), "reviewed_by": therapist}

    with pytest.raises(IntegrityError, match="not_by_oneself"), transaction.atomic():
        raw(client_record, therapist, **own)


def test_the_log_tells_who_opened_what_and_why(practice: House, therapist: Membership) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        open_record(added(therapist), therapist)

    with practice_scope(practice.id):
        event = Event.objects.get(action=Action.EMERGENCY_OPENED)
        assert (event.label, event.facts) == ("C-0001", {"reason": "crisis"})
        assert event.person_id == therapist.person_id
