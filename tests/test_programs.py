"""Which program may ask for what: every route below /api/, by tokens of every role.

The whole of access by token is this one table. A cell is the status of an answer. "other" is a
program of the other practice with every right there, which asks with this practice's ids.
"none" shows no token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.api.views import ApiView
from accounts.tenancy import practice_scope
from clients.services import assignments
from tests.billing import desk
from tests.houses import House
from tests.programs import CAN_HOLD, program, program_of
from tests.test_permissions import EVERY_ROUTE, hold_every_role, put_back

COLUMNS = ["front-desk", "accountant", "therapist", "other", "none"]

# fmt: off
TABLE = """
                                                front  accou  thera  other  none
accounts:api_schema                       GET    200    200    200    200    200
clients:api_clients                       GET    200    200    200    200    401
clients:api_client                        GET    200    200    200    404    401
billing:api_balances                      GET    200    200    200    200    401
billing:api_balance                       GET    200    200    200    404    401
billing:api_sessions                      GET    200    403    200    200    401
billing:api_sessions                      POST   422    403    422    422    401
billing:api_session                       GET    200    403    200    404    401
billing:api_session_choices               GET    200    403    200    200    401
billing:api_invoices                      GET    200    200    200    200    401
billing:api_invoice                       GET    200    200    200    404    401
billing:api_fhir                          POST   400    403    403    400    401
billing:api_fhir_metadata                 GET    200    200    200    200    200
billing:api_fhir_accounts                 GET    200    200    200    404    401
billing:api_fhir_account                  GET    200    200    200    404    401
billing:api_fhir_invoices                 GET    200    200    200    404    401
billing:api_fhir_invoice                  GET    200    200    200    404    401
billing:api_fhir_chargeitems              GET    200    403    200    404    401
billing:api_fhir_chargeitem               GET    200    403    200    404    401
billing:api_fhir_paymentreconciliations   GET    200    200    200    404    401
billing:api_fhir_paymentreconciliation    GET    200    200    200    404    401
api_nothing                               GET    404    404    404    404    404
api_nothing                               POST   404    404    404    404    404
"""
# fmt: on

ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()[1:]]
API_ROUTES = {name: view for name, view in EVERY_ROUTE.items() if issubclass(view, ApiView)}


@dataclass(frozen=True, slots=True)
class Land:
    """Harbor Lane with a client who was billed and paid, and programs of its people."""

    house: House
    ids: Mapping[str, dict[str, Any]]
    client_id: str
    programs: Mapping[str, Client]

    def ask(self, column: str, route: str, method: str = "GET", **sent: Any) -> Any:
        url = reverse(route, kwargs=self.ids.get(route, {}))
        if method == "GET":
            asked = {"patient": self.client_id} if is_search(route) else {}
            return self.programs[column].get(url, asked, **sent)
        kind = "application/fhir+json" if "fhir" in route else "application/json"
        headers = {"Idempotency-Key": "one-of-mine"}
        return self.programs[column].post(url, "{}", content_type=kind, headers=headers)


def is_search(route: str) -> bool:
    return "fhir" in route and route.endswith("s")


@pytest.fixture
def land(practice: House, other_practice: House) -> Land:
    by, therapist = practice.people["front-desk"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        client = desk.client(by)
        assignments.assign(
            client=client, therapist=therapist, starts_on=desk.TODAY, now=desk.NOW, by=by
        )
        session = desk.session(client, by)
        invoice = desk.invoice(client, by)
        payment = desk.cash(client, by, "20.00", apply_to=invoice)
    hold_every_role(other_practice)
    of_client, of_session = {"client_id": client.pk}, {"session_id": session.pk}
    of_invoice, of_payment = {"invoice_id": invoice.pk}, {"payment_id": payment.pk}
    ids: dict[str, dict[str, Any]] = {
        "clients:api_client": of_client,
        "billing:api_balance": of_client,
        "billing:api_session": of_session,
        "billing:api_invoice": of_invoice,
        "billing:api_fhir_account": of_client,
        "billing:api_fhir_invoice": of_invoice,
        "billing:api_fhir_chargeitem": of_session,
        "billing:api_fhir_paymentreconciliation": of_payment,
        "api_nothing": {"rest": "v1/nothing/"},
    }
    programs = {column: program_of(practice.people[column]) for column in CAN_HOLD}
    programs |= {"other": program_of(other_practice.people["front-desk"]), "none": program()}
    return Land(practice, ids, str(client.pk), programs)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_program_is_answered_as_the_table_says(land: Land, column: str) -> None:
    expected = {(row[0], row[1]): row[2 + COLUMNS.index(column)] for row in ROWS}
    answers = {}
    for route, method in expected:
        with put_back():
            answers[route, method] = str(land.ask(column, route, method).status_code)

    assert answers == expected


def test_every_route_for_programs_has_its_rows_in_the_table() -> None:
    methods = {
        (name, method.upper())
        for name, view in API_ROUTES.items()
        for method in ("get", "post")
        if hasattr(view, method) and method in view.http_method_names
    }

    assert methods <= {(row[0], row[1]) for row in ROWS}
    assert {row[0] for row in ROWS} == set(API_ROUTES)


def test_only_what_says_nothing_of_a_practice_is_open_without_a_token() -> None:
    assert {name for name, view in API_ROUTES.items() if view.permission is None} == {
        "accounts:api_schema",
        "api_nothing",
        "billing:api_fhir_metadata",
    }
