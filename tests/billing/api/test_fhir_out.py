"""FHIR out: resources that the R4B models accept, of one client, to whom they may go."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from tests.billing import desk
from tests.houses import House
from tests.programs import program, program_of

KINDS = ["Account", "ChargeItem", "Invoice", "PaymentReconciliation"]
FHIR = "application/fhir+json"


@pytest.fixture
def client_id(practice: House, front_desk: Membership) -> UUID:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
        client = desk.client(front_desk)
        invoice = desk.invoice(client, front_desk)
        desk.invoice(client, front_desk, dollars="90.05")
        desk.session(client, front_desk, dollars="0.10")
        desk.cash(client, front_desk, "170.05", apply_to=invoice, keep_rest=True)
        desk.cash(desk.client(front_desk, "Quill"), front_desk, "5.00", keep_rest=True)
        return client.pk


@pytest.fixture
def asking(client_id: UUID, front_desk: Membership) -> Client:
    return program_of(front_desk)


def search(asking: Client, kind: str, client_id: object, **query: str | int) -> Any:
    return asking.get(f"/api/fhir/{kind}", {"patient": str(client_id), **query})


def resources(answer: Any) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in answer.json().get("entry", [])]


@pytest.mark.parametrize(("kind", "number"), list(zip(KINDS, [1, 3, 2, 1], strict=True)))
def test_every_resource_is_one_of_r4(
    asking: Client, client_id: UUID, kind: str, number: int
) -> None:
    answer = search(asking, kind, client_id)
    found = resources(answer)

    assert answer["Content-Type"] == FHIR
    assert Bundle.model_validate_json(answer.content).type == "searchset"
    assert len(found) == number
    for resource in found:
        one = asking.get(f"/api/fhir/{kind}/{resource['id']}")
        get_fhir_model_class(kind).model_validate_json(one.content)
        assert one.json() == resource


def test_amounts_are_those_of_the_books_to_the_cent(asking: Client, client_id: UUID) -> None:
    invoices: Any = Bundle.model_validate_json(search(asking, "Invoice", client_id).content)
    charges: Any = Bundle.model_validate_json(search(asking, "ChargeItem", client_id).content)
    accounts: Any = Bundle.model_validate_json(search(asking, "Account", client_id).content)
    [account] = accounts.entry
    text = search(asking, "ChargeItem", client_id).content.decode()

    assert [entry.resource.totalNet.value for entry in invoices.entry] == [
        Decimal("150.00"),
        Decimal("90.05"),
    ]
    assert '"value":0.10,"currency":"USD"' in text
    assert sorted(entry.resource.status for entry in charges.entry) == ["billable", *["billed"] * 2]
    assert account.resource.extension[0].valueMoney.value == Decimal("70.00")


def test_an_invoice_says_which_charges_it_bills_and_whether_it_is_paid(
    asking: Client, client_id: UUID
) -> None:
    found = resources(search(asking, "Invoice", client_id))
    charges = {each["id"] for each in resources(search(asking, "ChargeItem", client_id))}
    billed = {
        line["chargeItemReference"]["reference"].removeprefix("ChargeItem/")
        for invoice in found
        for line in invoice["lineItem"]
    }

    assert [invoice["status"] for invoice in found] == ["balanced", "issued"]
    assert billed < charges


def test_a_payment_says_which_invoice_it_paid(asking: Client, client_id: UUID) -> None:
    [payment] = resources(search(asking, "PaymentReconciliation", client_id))
    first = resources(search(asking, "Invoice", client_id))[0]

    assert payment["detail"][0]["request"]["reference"] == f"Invoice/{first['id']}"
    assert payment["paymentAmount"]["value"] == 170.05


def test_a_search_goes_on_by_its_links(asking: Client, client_id: UUID) -> None:
    seen, url = [], f"/api/fhir/ChargeItem?patient=Patient/{client_id}&_count=2"
    while url:
        answer = asking.get(url)
        told: Any = Bundle.model_validate_json(answer.content)
        seen += [entry.resource.id for entry in told.entry or []]
        onward = [link.url for link in told.link if link.relation == "next"]
        parts = urlsplit(onward[0]) if onward else None
        url = f"{parts.path}?{parts.query}" if parts else ""

    assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_here_names_the_person(asking: Client, client_id: UUID, kind: str) -> None:
    answer = search(asking, kind, client_id)

    assert "Okonkwo" not in answer.content.decode()
    assert "Amara" not in answer.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_who_may_not_be_seen_is_not_there(
    other_practice: House, client_id: UUID, therapist: Membership, kind: str
) -> None:
    asking = [program_of(therapist), program_of(other_practice.people["front-desk"])]

    answers = [search(each, kind, pk) for each in asking for pk in (client_id, uuid7())]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        OperationOutcome.model_validate_json(answer.content)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_client_nothing_is_searched(asking: Client, kind: str) -> None:
    for query in ({}, {"patient": "Okonkwo"}, {"patient": ""}, {"subject": str(uuid7())}):
        answer = asking.get(f"/api/fhir/{kind}", query)

        assert answer.status_code == 400
        OperationOutcome.model_validate_json(answer.content)


@pytest.mark.parametrize("kind", KINDS)
def test_every_look_is_on_the_log(
    practice: House, asking: Client, client_id: UUID, kind: str
) -> None:
    with practice_scope(practice.id):
        before = Event.objects.latest("seq").seq

    search(asking, kind, client_id)

    with practice_scope(practice.id):
        [event] = Event.objects.filter(seq__gt=before).exclude(action__contains="request")
        touched = list(Touch.objects.filter(seq=event.seq).values_list("client_id", flat=True))
    assert touched == [client_id]


def test_what_is_spoken_here_is_said_to_everybody(db: None) -> None:
    answer = program().get("/api/fhir/metadata")
    told: Any = CapabilityStatement.model_validate_json(answer.content)

    assert answer.status_code == 200
    assert [each.type for each in told.rest[0].resource] == KINDS


@pytest.mark.parametrize("path", ["Patient", "Invoice/x", "metadata/x", "$everything"])
def test_what_is_not_there_is_told_as_an_outcome(asking: Client, path: str) -> None:
    answer = asking.get(f"/api/fhir/{path}")

    assert answer.status_code == 404
    assert answer["Content-Type"] == FHIR
    OperationOutcome.model_validate_json(answer.content)
