"""Bundles over HTTP: a transaction as a whole or not at all, again without effect."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.operationoutcome import OperationOutcome

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import Session
from clients.models import Client as Person
from tests.billing import desk
from tests.clients import bundles
from tests.houses import House
from tests.programs import program_of

URL = "/api/fhir/"
FHIR = "application/fhir+json"
SYNTHEA = sorted((Path(settings.BASE_DIR).parent / "shared/data/fhir/synthea").glob("*.json"))


@pytest.fixture
def asking(practice: House, front_desk: Membership) -> Client:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
    return program_of(front_desk)


def send(asking: Client, content: object, kind: str = FHIR) -> Any:
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return asking.post(URL, text, content_type=kind)


def counts(house: House) -> tuple[int, int]:
    with practice_scope(house.id):
        return Person.objects.count(), Session.objects.count()


def issues(answer: Any) -> list[tuple[str, str]]:
    """Check that an answer is an OperationOutcome, and return its places and words."""
    OperationOutcome.model_validate_json(answer.content)
    return [
        ((issue.get("expression") or [""])[0], issue["diagnostics"])
        for issue in answer.json()["issue"]
    ]


def test_a_transaction_is_taken_in(practice: House, asking: Client) -> None:
    answer = send(asking, bundles.whole())

    told: Any = Bundle.model_validate_json(answer.content)
    assert answer.status_code == 200
    assert answer["Content-Type"] == FHIR
    assert told.type == "transaction-response"
    assert len(told.entry) == len(bundles.whole()["entry"])
    assert {entry.response.status for entry in told.entry} == {"200 OK"}
    assert counts(practice) == (1, 2)


def test_the_same_again_changes_nothing(practice: House, asking: Client) -> None:
    first = send(asking, bundles.whole())
    before = counts(practice)

    again = send(asking, bundles.whole())

    assert (again.status_code, again.json()) == (200, first.json())
    assert counts(practice) == before


def test_a_transaction_with_a_fault_is_refused_as_a_whole(practice: House, asking: Client) -> None:
    faulty = bundles.bundle(bundles.patient(), bundles.patient(id="p-2", identifier=[], name=[]))

    answer = send(asking, faulty)

    assert answer.status_code == 422
    assert issues(answer) == [("Bundle.entry[1].resource.name", "The person has no name.")]
    assert counts(practice) == (0, 0)


def test_of_a_batch_what_can_be_used_is_taken_in(practice: House, asking: Client) -> None:
    faulty = bundles.bundle(bundles.patient(), bundles.patient(id="p-2", identifier=[], name=[]))

    answer = send(asking, faulty | {"type": "batch"})

    told: Any = Bundle.model_validate_json(answer.content)
    assert [entry.response.status for entry in told.entry] == ["200 OK", "422 Unprocessable Entity"]
    assert counts(practice) == (1, 0)


@pytest.mark.parametrize("request_", [{"method": "DELETE"}, {"method": "GET"}, {}, "x", []])
def test_an_entry_that_asks_for_another_act_is_not_taken_for_a_record(
    practice: House, asking: Client, request_: object
) -> None:
    content = bundles.bundle(bundles.patient())
    content["entry"][0]["request"] = request_

    answer = send(asking, content)

    assert answer.status_code == 422
    assert issues(answer)[0][0] == "Bundle.entry[0].request.method"
    assert counts(practice) == (0, 0)


@pytest.mark.parametrize(
    ("content", "status", "path"),
    [
        ("", 400, "resourceType"),
        ("{", 400, ""),
        (b"\xff", 400, ""),
        ("[" * 100_000, 400, ""),
        ('{"a": NaN}', 400, ""),
        ("[]", 400, "resourceType"),
        ("null", 400, "resourceType"),
        ({"resourceType": "Patient"}, 400, "resourceType"),
        ({"resourceType": "Bundle"}, 400, "Bundle.type"),
        ({"resourceType": "Bundle", "type": ["transaction"]}, 400, "Bundle.type"),
        ({"resourceType": "Bundle", "type": "history"}, 400, "Bundle.type"),
        ({"resourceType": "Bundle", "type": "batch", "entry": {}}, 400, "Bundle.entry"),
        ({"resourceType": "Bundle", "type": "batch", "entry": [1]}, 400, "Bundle.entry"),
    ],
)
def test_what_is_no_bundle_is_refused_with_its_place(
    practice: House, asking: Client, content: object, status: int, path: str
) -> None:
    answer = send(asking, content)

    assert answer.status_code == status
    assert issues(answer)[0][0] == path
    assert counts(practice) == (0, 0)


def test_what_is_too_large_is_refused(asking: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.api.fhir.LARGEST_BYTES", 1000)

    answer = send(asking, json.dumps(bundles.whole()))

    assert answer.status_code == 413
    assert issues(answer)


def test_only_fhir_is_read(asking: Client) -> None:
    assert send(asking, bundles.whole(), "application/json").status_code == 415


def test_taking_in_needs_both_rights(practice: House, front_desk: Membership) -> None:
    narrow = program_of(front_desk, {Permission.CLIENT_CREATE, Permission.CLIENT_VIEW})

    answer = send(narrow, bundles.whole())

    assert answer.status_code == 403
    assert issues(answer)
    assert counts(practice) == (0, 0)


def test_nothing_of_what_was_sent_is_in_a_refusal_or_on_the_log(
    practice: House, asking: Client
) -> None:
    content = bundles.bundle(
        bundles.patient(birthDate="Quillfeather"), bundles.patient(id="p-2", name=[])
    )

    answer = send(asking, content)

    assert answer.status_code == 422
    assert "Quillfeather" not in answer.content.decode()
    with practice_scope(practice.id):
        log = repr(list(Event.objects.values()))
    assert "Quillfeather" not in log
    assert "Laureano" not in log


@pytest.mark.skipif(not SYNTHEA, reason="the Synthea bundles are not at hand")
def test_a_synthea_bundle_is_taken_in_as_a_batch(practice: House, asking: Client) -> None:
    content = json.loads(min(SYNTHEA, key=lambda path: path.stat().st_size).read_bytes())

    strict = send(asking, content)
    taken = send(asking, content | {"type": "batch"})
    after = counts(practice)
    again = send(asking, content | {"type": "batch"})

    assert (strict.status_code, taken.status_code, again.status_code) == (422, 200, 200)
    Bundle.model_validate_json(taken.content)
    assert after[0] == 1
    assert counts(practice) == after
