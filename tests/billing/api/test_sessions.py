"""Sessions recorded by a program: by the rules of the page, once for each key."""

import json
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client

from accounts.ids import uuid7
from accounts.models import ApiWrite, Membership
from accounts.permissions import Permission
from accounts.tenancy import practice_scope
from billing.models import Session
from clients.services import assignments
from tests.billing import desk
from tests.houses import House
from tests.programs import program, program_of, token_of

SESSIONS = "/api/v1/sessions/"
P = Permission


@pytest.fixture
def client_id(practice: House, front_desk: Membership) -> UUID:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
        return desk.client(front_desk).pk


@pytest.fixture
def body(practice: House, client_id: UUID) -> dict[str, Any]:
    return {
        "client": str(client_id),
        "therapist": str(practice.people["therapist"].pk),
        "service": "90834",
        "started_at": "2026-03-02T10:00:00-05:00",
        "minutes": 45,
    }


def send(asking: Client, body: object, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(uuid4())}
    text = body if isinstance(body, str) else json.dumps(body)
    return asking.post(SESSIONS, text, content_type="application/json", headers=headers)


def count(house: House) -> int:
    with practice_scope(house.id):
        return Session.objects.count()


def test_a_session_is_recorded_at_the_list_fee(
    practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    answer = send(program_of(front_desk), body)

    told = answer.json()
    assert answer.status_code == 201
    with practice_scope(practice.id):
        row = Session.objects.get(pk=told["id"])
    assert told["fee_cents"] == row.fee.cents > 0
    assert row.recorded_by_id == front_desk.pk
    assert told["started_at"] == "2026-03-02T15:00:00Z"
    assert (told["minutes"], told["service"], told["is_billed"]) == (45, "90834", False)


def test_the_same_key_gives_the_same_answer_and_does_nothing(
    practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    asking = program_of(front_desk)
    first = send(asking, body, "key-of-mine")

    again = send(asking, dict(reversed(body.items())) | {}, "key-of-mine")

    assert count(practice) == 1
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first


def test_a_key_is_used_for_one_thing(
    practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    asking = program_of(front_desk)
    send(asking, body, "key-of-mine")

    answer = send(asking, body | {"minutes": 46}, "key-of-mine")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert count(practice) == 1


def test_a_key_is_a_tokens_own(
    practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    send(program_of(front_desk), body, "key-of-mine")

    send(program_of(front_desk), body, "key-of-mine")

    assert count(practice) == 2


def test_what_was_refused_leaves_the_key_free(
    practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    asking = program_of(front_desk)
    refused = send(asking, body | {"service": "99999"}, "key-of-mine")

    taken = send(asking, body, "key-of-mine")

    assert (refused.status_code, taken.status_code) == (422, 201)
    assert count(practice) == 1


@pytest.mark.parametrize("key", ["", "short", "x" * 256, "with space", "ключ-ключ"])
def test_a_key_is_needed_and_has_a_form(
    front_desk: Membership, body: dict[str, Any], key: str
) -> None:
    sent = {"Idempotency-Key": key} if key else {}

    answer = program_of(front_desk).post(
        SESSIONS, json.dumps(body), content_type="application/json", headers=sent
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.commits
def test_of_many_at_once_under_one_key_one_is_done(
    practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    text, answers = token_of(front_desk).text, []

    def ask() -> None:
        answers.append(send(program(text), body, "key-of-mine"))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert count(practice) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client": str(uuid7())}, "client"),
        ({"client": "C-0001"}, "client"),
        ({"client": None}, "client"),
        ({"client": 7}, "client"),
        ({"therapist": str(uuid7())}, "therapist"),
        ({"service": "99999"}, "service"),
        ({"service": 90834}, "service"),
        ({"service": "90834\x00"}, "service"),
        ({"service": "9083\ud800"}, "service"),
        ({"service": "x" * 13}, "service"),
        ({"minutes": "45"}, "minutes"),
        ({"minutes": 45.5}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"minutes": 10**30}, "minutes"),
        ({"fee_cents": -1}, "fee_cents"),
        ({"fee_cents": 12.5}, "fee_cents"),
        ({"fee_cents": 10**12}, "fee_cents"),
        ({"fee_cents": None}, "fee_cents"),
        ({"started_at": "2026-03-02T10:00:00"}, "started_at"),
        ({"started_at": "2026-02-30T10:00:00Z"}, "started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
        ({"started_at": "9999-12-31T23:59:59-14:00"}, "started_at"),
        ({"started_at": "2199-01-01T10:00:00Z"}, "started_at"),
        ({"started_at": 1772000000}, "started_at"),
        ({"note": "x"}, "note"),
        ({"practice_id": str(uuid7())}, "practice_id"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_field(
    practice: House,
    front_desk: Membership,
    body: dict[str, Any],
    change: dict[str, object],
    field: str,
) -> None:
    answer = send(program_of(front_desk), body | change)

    assert answer.status_code == 422
    assert field in {each["field"] for each in answer.json()["errors"]}
    assert count(practice) == 0


def test_a_foreign_client_is_as_unknown_as_one_who_is_not_there(
    practice: House, other_practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    there = other_practice.people["front-desk"]
    with practice_scope(other_practice.id, person_id=there.person_id):
        desk.open_books(there)
        foreign = desk.client(there).pk
    asking = program_of(front_desk)

    answers = [send(asking, body | {"client": str(pk)}).json() for pk in (foreign, uuid7())]

    assert answers[0]["errors"] == answers[1]["errors"]


def test_a_therapists_program_records_their_own_sessions_of_their_own_clients(
    practice: House, front_desk: Membership, therapist: Membership, body: dict[str, Any]
) -> None:
    asking = program_of(therapist)
    unseen = send(asking, body)
    with practice_scope(practice.id, person_id=front_desk.person_id):
        client = desk.client(front_desk, "Quill")
        assignments.assign(
            client=client, therapist=therapist, starts_on=desk.TODAY, now=desk.NOW, by=front_desk
        )
    mine = send(asking, body | {"client": str(client.pk)})

    assert (unseen.status_code, mine.status_code) == (422, 201)
    [choice] = asking.get(f"{SESSIONS}choices/").json()["therapists"]
    assert choice["id"] == str(therapist.pk)


def test_recording_needs_its_own_right(front_desk: Membership, body: dict[str, Any]) -> None:
    asking = program_of(front_desk, {P.CLIENT_VIEW, P.CLIENT_VIEW_ALL, P.SESSION_VIEW})

    assert send(asking, body).status_code == 403
    assert asking.get(SESSIONS).status_code == 200


def test_a_session_is_read_as_it_was_recorded(
    front_desk: Membership, body: dict[str, Any], client_id: UUID
) -> None:
    asking = program_of(front_desk)
    told = send(asking, body).json()

    assert asking.get(f"{SESSIONS}{told['id']}/").json() == told
    assert asking.get(f"{SESSIONS}?client={client_id}").json()["data"] == [told]
    assert asking.get(f"{SESSIONS}?client={uuid7()}").json()["data"] == []


def test_what_was_answered_is_kept_sealed(
    practice: House, front_desk: Membership, body: dict[str, Any]
) -> None:
    told = send(program_of(front_desk), body)
    with practice_scope(practice.id), connections["default"].cursor() as cursor:
        cursor.execute("SELECT answer FROM accounts_apiwrite")
        [(sealed,)] = cursor.fetchall()
        opened = ApiWrite.objects.get().answer

    assert told.json()["id"].encode() not in bytes(sealed)
    assert opened == {"status": 201, "body": told.content.decode()}
