"""What programs read: the fields of their role, the figures of the pages, nothing of others."""

from uuid import UUID

import pytest

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from tests.billing import desk
from tests.houses import House
from tests.programs import program_of


@pytest.fixture
def client_id(practice: House, front_desk: Membership) -> UUID:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
        client = desk.client(front_desk)
        invoice = desk.invoice(client, front_desk)
        desk.cash(client, front_desk, "20.00", apply_to=invoice)
        return client.pk


def test_each_answer_has_these_fields_and_no_others(
    practice: House, front_desk: Membership, client_id: UUID
) -> None:
    asking = program_of(front_desk)
    invoice_id = asking.get("/api/v1/invoices/").json()["data"][0]["id"]
    session_id = asking.get("/api/v1/sessions/").json()["data"][0]["id"]

    fields = {
        path: set(asking.get(f"/api/v1/{path}").json())
        for path in (
            f"clients/{client_id}/",
            f"clients/{client_id}/balance/",
            f"invoices/{invoice_id}/",
            f"sessions/{session_id}/",
        )
    }

    assert list(fields.values()) == [
        {"id", "code", "name", "added_at", "identity"},
        {
            *("client", "code", "owes_cents", "late_cents", "credit_cents"),
            *("open_invoices", "oldest_due_on"),
        },
        {
            *("id", "number", "client", "code", "name", "issued_on", "due_on"),
            *("total_cents", "open_cents", "days_late", "is_void", "lines"),
        },
        {
            *("id", "client", "code", "name", "therapist", "therapist_name", "service"),
            *("started_at", "minutes", "fee_cents", "list_fee_cents", "is_billed"),
        },
    ]


def test_an_accountants_program_sees_codes_and_money_and_no_names(
    accountant: Membership, client_id: UUID
) -> None:
    asking = program_of(accountant)
    invoices = asking.get("/api/v1/invoices/").json()["data"]
    paths = [
        "clients/",
        f"clients/{client_id}/",
        "balances/",
        "invoices/",
        f"invoices/{invoices[0]['id']}/",
    ]

    texts = [asking.get(f"/api/v1/{path}").content.decode() for path in paths]

    assert all("C-0001" in text for text in texts)
    assert not any("Okonkwo" in text or "Amara" in text for text in texts)
    assert asking.get(f"/api/v1/clients/{client_id}/").json()["identity"] is None
    assert (invoices[0]["total_cents"], invoices[0]["open_cents"]) == (15000, 13000)


def test_balances_are_those_of_the_page(front_desk: Membership, client_id: UUID) -> None:
    asking = program_of(front_desk)
    one = asking.get(f"/api/v1/clients/{client_id}/balance/").json()

    assert one["owes_cents"] == 13000
    assert one["open_invoices"] == 1
    assert asking.get("/api/v1/balances/").json()["data"] == [one]


def test_a_therapists_program_sees_nobody_who_is_not_assigned(
    therapist: Membership, client_id: UUID
) -> None:
    asking = program_of(therapist)

    lists = [
        asking.get(f"/api/v1/{path}/").json()["data"]
        for path in ("clients", "balances", "invoices", "sessions")
    ]

    assert lists == [[], [], [], []]
    assert asking.get(f"/api/v1/clients/{client_id}/").status_code == 404


def test_every_list_is_one_event_with_its_clients(
    practice: House, front_desk: Membership, client_id: UUID
) -> None:
    asking = program_of(front_desk)
    with practice_scope(practice.id):
        before = Event.objects.latest("seq").seq

    for path in ("clients", "balances", "invoices", "sessions"):
        asking.get(f"/api/v1/{path}/")

    with practice_scope(practice.id):
        told = [each.action for each in Event.objects.filter(seq__gt=before).order_by("seq")]
        touched = set(Touch.objects.filter(seq__gt=before).values_list("client_id", flat=True))
    assert told == [
        "clients.client.listed",
        "clients.client.listed",
        "billing.invoice.listed",
        "billing.session.listed",
    ]
    assert touched == {client_id}


@pytest.mark.parametrize(
    "text", ["O'Brien", "Ñandú", "李小龙", "عبد الله", "Ḿ\u0301", "<b>&amp;\"'"]
)
def test_names_come_back_exactly_as_typed(
    practice: House, front_desk: Membership, text: str
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
        client = desk.client(front_desk, text)

    told = program_of(front_desk).get(f"/api/v1/clients/{client.pk}/").json()

    assert told["name"] == f"Amara {text}"
