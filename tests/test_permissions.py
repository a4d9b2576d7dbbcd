"""Who may ask for what: every route, every role, the other practice, and nobody.

The whole of access control is this one table. A cell is the status of an answer:
302 leads elsewhere, 403 may be known and not done, 404 may not be known of, 405 is no such act,
422 got as far as the form (sent empty). "other" is somebody of the other practice who holds every
role there, and asks with this practice's ids.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views import View

from accounts.ids import uuid7
from accounts.models import Role
from accounts.services import grants
from accounts.tenancy import practice_scope
from accounts.views.base import MemberView, OutsideView, PracticeView
from clients.services import assignments
from tests.billing import desk
from tests.houses import House, browser_of

COLUMNS = ["front-desk", "accountant", "therapist", "administrator", "auditor", "other", "nobody"]

# fmt: off
TABLE = """
                                 front  accou  thera  admin  audit  other  nobody
accounts:home             GET    302    302    302    302    302    302    302
accounts:sign_in          GET    302    302    302    302    302    302    200
accounts:sign_in          POST   422    422    422    422    422    422    422
accounts:sign_in_code     GET    302    302    302    302    302    302    302
accounts:sign_in_code     POST   302    302    302    302    302    302    302
accounts:sign_in_recovery GET    302    302    302    302    302    302    302
accounts:sign_in_recovery POST   302    302    302    302    302    302    302
accounts:enroll           GET    302    302    302    302    302    302    302
accounts:enroll           POST   302    302    302    302    302    302    302
accounts:choose_practice  GET    200    200    200    200    200    200    302
accounts:choose_practice  POST   422    422    422    422    422    422    302
accounts:sign_out         POST   302    302    302    302    302    302    302
accounts:stay             POST   204    204    204    204    204    204    302
accounts:theme            POST   302    302    302    302    302    302    302
accounts:people           GET    403    403    403    200    200    200    302
accounts:person           GET    403    403    403    200    200    404    302
accounts:person           POST   403    403    403    302    403    404    302
accounts:roles            GET    403    403    403    200    200    200    302
accounts:role             GET    403    403    403    200    200    404    302
accounts:role             POST   403    403    403    200    403    404    302
accounts:log              GET    403    403    403    200    200    200    302

clients:list              GET    200    200    200    403    403    200    302
clients:search            GET    302    302    302    403    403    302    302
clients:search            POST   302    302    302    403    403    302    302
clients:new               GET    200    403    403    403    403    200    302
clients:new               POST   422    403    403    403    403    422    302
clients:assign            GET    200    403    403    403    403    404    302
clients:assign            POST   422    403    403    403    403    404    302
clients:assignment_end    GET    405    403    403    403    403    405    302
clients:assignment_end    POST   302    403    403    403    403    404    302

billing:today             GET    200    403    200    403    403    200    302
billing:my_clients        GET    200    200    200    403    403    200    302
billing:client            GET    200    200    200    403    403    404    302
billing:session_new       GET    200    403    200    403    403    200    302
billing:session_new       POST   422    403    422    403    403    422    302
billing:unbilled          GET    200    403    200    403    403    200    302
billing:invoice_list      GET    200    200    200    403    403    200    302
billing:invoice_issue     POST   422    403    403    403    403    422    302
billing:invoice           GET    200    200    200    403    403    404    302
billing:invoice_pdf       GET    200    403    200    403    403    404    302
billing:checkout_start    GET    200    403    403    403    403    404    302
billing:checkout_start    POST   302    403    403    403    403    404    302
billing:checkout_return   GET    404    403    403    403    403    404    302
billing:payment_new       GET    200    200    403    403    403    200    302
billing:payment_new       POST   422    422    403    403    403    422    302
billing:payment           GET    200    200    200    403    403    404    302
billing:trial_balance     GET    403    200    403    403    200    200    302
billing:aging             GET    403    200    403    403    200    200    302

billing:stripe_webhook    POST   404    404    404    404    404    404    404
healthz                   GET    200    200    200    200    200    200    200
readyz                    GET    200    200    200    200    200    200    200
"""
# fmt: on

ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()[1:] if line]

OUTSIDE = {
    "accounts:choose_practice",
    "accounts:enroll",
    "accounts:sign_in",
    "accounts:sign_in_code",
    "accounts:sign_in_recovery",
    "accounts:sign_out",
    "accounts:stay",
    "accounts:theme",
    "billing:stripe_webhook",
    "healthz",
    "readyz",
}
"""Routes that stand outside any practice: each one checks for itself what it needs."""

ANY_MEMBER = {"accounts:home"}
"""Routes that everybody in a practice has."""

DEMO_ONLY = {"gallery"}


@dataclass(frozen=True, slots=True)
class World:
    """Harbor Lane with a client whom its therapist cares for, and what was billed and paid."""

    house: House
    other: House
    ids: dict[str, dict[str, UUID]]

    def url(self, route: str) -> str:
        return reverse(route, kwargs=self.ids.get(route, {}))

    def browser(self, column: str) -> Client:
        """Return the browser of a role here, of somebody of the other practice, or of nobody."""
        if column == "nobody":
            return Client()
        return browser_of(
            self.other.people["front-desk"] if column == "other" else self.house.people[column]
        )


@pytest.fixture
def world(practice: House, other_practice: House) -> World:
    by, therapist = practice.people["front-desk"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        client = desk.client(by)
        assigned = assignments.assign(
            client=client, therapist=therapist, starts_on=desk.TODAY, now=desk.NOW, by=by
        )
        invoice = desk.invoice(client, by)
        payment = desk.cash(client, by, "20.00", apply_to=invoice)
        role = Role.objects.get(slug="therapist")
    hold_every_role(other_practice)
    one = {"pk": invoice.pk}
    return World(
        practice,
        other_practice,
        {
            "accounts:person": {"member_id": therapist.pk},
            "accounts:role": {"role_id": role.pk},
            "clients:assign": {"pk": client.pk},
            "clients:assignment_end": {"pk": client.pk, "assignment_id": assigned.pk},
            "billing:client": {"pk": client.pk},
            "billing:invoice": one,
            "billing:invoice_pdf": one,
            "billing:checkout_start": one,
            "billing:checkout_return": {"pk": uuid7()},
            "billing:payment": {"pk": payment.pk},
            "billing:stripe_webhook": {"endpoint_id": uuid7()},
        },
    )


def hold_every_role(house: House) -> None:
    """Give a house's front desk every role, so that only the wall between practices stops it."""
    with practice_scope(house.id):
        desk.open_books(house.people["front-desk"])
        grants.hold_exactly(
            member=house.people["front-desk"],
            wanted=list(Role.objects.all()),
            now=desk.NOW,
            by=house.automaton,
        )


def routes(
    patterns: list[Any] | None = None, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Walk the URLconf: the name of every route, and the route."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(found, URLResolver):
            yield from routes(found.url_patterns, f"{found.namespace}:" if found.namespace else "")
        else:
            yield f"{namespace}{found.name}", found


EVERY_ROUTE: dict[str, type[View]] = {
    name: route.callback.view_class  # type: ignore[attr-defined]  # set by as_view()
    for name, route in routes()
    if name not in DEMO_ONLY
}


@contextmanager
def put_back() -> Iterator[None]:
    """Undo whatever a request changed, so that the next one finds the same world."""
    marks = {alias: transaction.savepoint(using=alias) for alias in ("default", "gate")}
    yield
    for alias, mark in marks.items():
        transaction.savepoint_rollback(mark, using=alias)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_person_is_answered_as_the_table_says(world: World, column: str) -> None:
    expected = {(row[0], row[1]): row[2 + COLUMNS.index(column)] for row in ROWS}
    answers = {}
    for route, method in expected:
        with put_back():
            browser = world.browser(column)
            ask = browser.get if method == "GET" else browser.post
            answers[route, method] = str(ask(world.url(route)).status_code)

    assert answers == expected


def test_every_route_has_its_rows_in_the_table() -> None:
    in_table = {(row[0], row[1]) for row in ROWS}
    methods = {
        (name, method.upper())
        for name, view in EVERY_ROUTE.items()
        for method in ("get", "post")
        if hasattr(view, method) and method in view.http_method_names
    }

    assert methods - in_table == set()
    assert {name for name, _ in in_table} == set(EVERY_ROUTE)


@pytest.mark.parametrize("name", sorted(EVERY_ROUTE))
def test_every_route_declares_its_permission(name: str) -> None:
    view = EVERY_ROUTE[name]

    if name in OUTSIDE:
        assert issubclass(view, OutsideView)
    elif name in ANY_MEMBER:
        assert issubclass(view, MemberView)
    else:
        assert issubclass(view, PracticeView)
        assert view.permission is not None


def test_only_what_is_listed_stands_outside() -> None:
    outside = {name for name, view in EVERY_ROUTE.items() if not issubclass(view, PracticeView)}

    assert outside == OUTSIDE


def test_no_route_knows_any_other_method() -> None:
    known = {
        (name, method)
        for name, view in EVERY_ROUTE.items()
        for method in ("put", "patch", "delete", "trace")
        if hasattr(view, method)
    }

    assert not known


def test_a_client_of_somebody_else_is_not_there_for_a_therapist(world: World) -> None:
    by = world.house.people["front-desk"]
    with practice_scope(world.house.id, person_id=by.person_id):
        client = desk.client(by, "Whitfield")
        invoice = desk.invoice(client, by)
        payment = desk.cash(client, by, "20.00", apply_to=invoice)
    browser = world.browser("therapist")

    answers = {
        route: browser.get(reverse(route, kwargs={"pk": row.pk})).status_code
        for route, row in {
            "billing:client": client,
            "billing:invoice": invoice,
            "billing:invoice_pdf": invoice,
            "billing:payment": payment,
        }.items()
    }

    assert set(answers.values()) == {404}, answers


def test_a_method_named_in_a_field_is_not_obeyed(world: World) -> None:
    browser = world.browser("auditor")

    answer = browser.post(world.url("accounts:log"), {"_method": "GET"})

    assert answer.status_code == 405
