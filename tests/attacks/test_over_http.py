"""Asking with the other practice's ids: in the path, the query and the body.

The answer is the same, letter for letter, as for an id that nobody has.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.ids import uuid7
from accounts.models import Membership, Role
from accounts.services import grants
from accounts.sessions import PRACTICE, SessionStore
from accounts.tenancy import practice_scope
from tests.attacks import raw
from tests.attacks.addresses import PARAMETERS, WORDS, rows_named
from tests.attacks.conftest import Street
from tests.attacks.furnishing import signature, webhook_body
from tests.billing import desk as at
from tests.catalogue import TENANT_TABLES
from tests.houses import browser_of
from tests.programs import program_of
from tests.test_programs import API_ROUTES

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

Ids = dict[str, UUID]

PATHS = {
    "accounts:person": {"member_id": "therapist"},
    "accounts:role": {"role_id": "role"},
    "billing:checkout_return": {"pk": "card intent"},
    "billing:checkout_start": {"pk": "invoice"},
    "billing:client": {"pk": "client"},
    "billing:invoice": {"pk": "invoice"},
    "billing:fhir_files": {"batch": "chosen files"},
    "billing:invoice_pdf": {"pk": "invoice"},
    "billing:payment": {"pk": "payment"},
    "billing:client_statements": {"pk": "client"},
    "billing:receipt_pdf": {"pk": "payment"},
    "clients:assign": {"pk": "client"},
    "clients:assignment_end": {"pk": "client", "assignment_id": "assignment"},
}
"""Routes that name a row in their path, and which row."""

WEBHOOK = "billing:stripe_webhook"
"""It is Stripe that asks here, so it is tried by itself: the answer is a refused signature's."""

EVERY_PATH = {
    **{
        route: {name: str(table) for other, name, table in rows_named() if other == route}
        for route, _, _ in rows_named()
        if route != WEBHOOK
    },
    **PATHS,
}
"""Every route that names a row in its path, and which row; by its table where it is not above."""

QUERIES = [
    ("billing:payment_new", "client", "client"),
    ("billing:payment_new", "invoice", "invoice"),
    ("billing:session_new", "client", "client"),
    ("billing:invoice_list", "client", "client"),
    ("accounts:log", "who", "therapist"),
]
"""Route, parameter, and which row it asks for."""

PAYMENT = {
    "code": "C-0001",
    "amount": "1.00",
    "method": "CASH",
    "received_on": "2026-03-03",
    "keep_rest": "on",
}
SESSION = {
    "code": "C-0001",
    "on": "2026-03-03",
    "at": "10:00",
    "minutes": "45",
    "fee": "150.00",
}

BODIES: list[tuple[str, dict[str, str], str, str]] = [
    ("accounts:choose_practice", {}, "practice", "practice"),
    ("billing:invoice_issue", {}, "sessions", "session"),
    ("billing:payment_new", PAYMENT | {"key": str(uuid4())}, "invoice", "open invoice"),
    ("billing:session_new", SESSION, "therapist", "therapist"),
    ("billing:session_new", SESSION, "service", "service"),
]
"""Route, what else is sent, the field, and which row it names."""


@pytest.fixture(scope="module")
def intruder(street: Street) -> Membership:
    """Somebody of this practice who holds every role, so that nothing but the wall is left."""
    member = street.here.house.people["front-desk"]
    with practice_scope(street.here.id):
        grants.hold_exactly(
            member=member,
            wanted=list(Role.objects.all()),
            now=at.NOW,
            by=street.here.house.automaton,
        )
    return member


@pytest.fixture
def browser(intruder: Membership) -> Client:
    return browser_of(intruder)


def told(answer: Any) -> tuple[int, str, str]:
    """Return what an answer says, without what differs from one request to the next."""
    where = raw.UUIDS.sub("…", str(answer.get("Location", "")))
    return answer.status_code, where, raw.masked(answer)


def alike(street: Street, ask: Callable[[Ids], Any]) -> tuple[int, str, str]:
    """Ask with the other practice's ids and with nobody's, and return what both are told."""
    nobodys = {name: uuid7() for name in street.there.ids}
    foreign, missing = told(ask(street.there.ids)), told(ask(nobodys))
    assert foreign == missing
    return foreign


def url(route: str, ids: Ids) -> str:
    rows = {name: ids[row] for name, row in EVERY_PATH[route].items()}
    words = {name: WORDS[name] for name in PARAMETERS[route] - rows.keys()}
    return reverse(route, kwargs=words | rows)


def test_every_route_that_names_a_row_is_attacked() -> None:
    unknown = [f"{route}.{name}" for route, name, table in rows_named() if table is None]

    assert unknown == [], "say in addresses.py which row it names"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["plain", "htmx"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", EVERY_PATH)
def test_a_foreign_row_in_the_path_is_not_there(
    street: Street, intruder: Membership, route: str, method: str, headers: dict[str, str]
) -> None:
    asking = program_of(intruder) if route in API_ROUTES else browser_of(intruder)
    send = getattr(asking, method)

    status, _, _ = alike(street, lambda ids: send(url(route, ids), headers=headers))

    assert status in {404, 405}


def test_a_foreign_row_under_an_own_one_is_not_there(street: Street, browser: Client) -> None:
    mine = street.here.ids["client"]

    status, _, _ = alike(
        street,
        lambda ids: browser.post(url("clients:assignment_end", ids | {"client": mine})),
    )

    assert status == 404


@pytest.mark.parametrize(("route", "name", "row"), QUERIES)
def test_a_foreign_row_in_the_query_is_not_there(
    street: Street, browser: Client, route: str, name: str, row: str
) -> None:
    alike(street, lambda ids: browser.get(reverse(route), {name: str(ids[row])}))


@pytest.mark.parametrize(("route", "others", "name", "row"), BODIES)
def test_a_foreign_row_in_the_body_is_not_there(
    street: Street, browser: Client, route: str, others: dict[str, str], name: str, row: str
) -> None:
    own = {"therapist": str(street.here.ids["therapist"])}
    own |= {"service": str(street.here.ids["service"])} if route.endswith("session_new") else {}
    before = state_of(street.there.id)

    status, _, _ = alike(
        street,
        lambda ids: browser.post(reverse(route), own | others | {name: str(ids[row])}),
    )

    assert status in {404, 422}
    assert state_of(street.there.id) == before


@pytest.mark.parametrize("route", sorted(PATHS.keys() - {"clients:assignment_end"}))
def test_ones_own_row_is_there(street: Street, browser: Client, route: str) -> None:
    """What is refused above is refused for whose it is."""
    assert browser.get(url(route, street.here.ids)).status_code == 200


@pytest.mark.parametrize(
    ("route", "others", "name", "row"), [body for body in BODIES if "issue" not in body[0]]
)
def test_ones_own_row_in_the_body_is_taken(
    street: Street, browser: Client, route: str, others: dict[str, str], name: str, row: str
) -> None:
    ids = {name: str(found) for name, found in street.here.ids.items()}

    answer = browser.post(reverse(route), ids | others | {name: ids[row]})

    assert answer.status_code == 302, answer.content.decode()


def test_the_log_holds_the_refusals_and_no_foreign_id(street: Street, browser: Client) -> None:
    browser.get(url("billing:client", street.there.ids))

    log = raw.looked_up(
        "SELECT concat_ws('|', action, target_id, label, facts) FROM audit_event"
        " WHERE practice_id = %s",
        street.here.id,
    )
    told = " ".join(line for (line,) in log)

    assert "billing:client" in told
    assert not [name for name, found in street.there.ids.items() if str(found) in told]


def test_a_foreign_session_spoils_the_pick(street: Street, browser: Client) -> None:
    mine = str(street.here.ids["session"])

    status, _, _ = alike(
        street,
        lambda ids: browser.post(
            reverse("billing:invoice_issue"), {"sessions": [mine, str(ids["session"])]}
        ),
    )

    assert status == 422


@pytest.mark.parametrize(
    ("route", "name", "row"),
    [("clients:assign", "therapist", "therapist"), ("accounts:person", "roles", "role")],
)
def test_a_foreign_row_is_not_given_to_an_own_one(
    street: Street, browser: Client, route: str, name: str, row: str
) -> None:
    address = url(route, street.here.ids)

    status, _, _ = alike(
        street,
        lambda ids: browser.post(address, {name: str(ids[row]), "starts_on": "2026-03-03"}),
    )

    assert status == 422


def test_a_foreign_name_is_not_found(street: Street, browser: Client) -> None:
    search = reverse("billing:search")

    found, unknown = (
        told(browser.post(search, {"q": name}))[2].replace(name, "…")
        for name in ("Zabriskie", "Quxwright")
    )

    assert found == unknown
    assert (
        "Zabriskie"
        in told(
            browser_of(street.there.house.people["front-desk"]).post(search, {"q": "Zabriskie"})
        )[2]
    )


def test_a_session_that_was_moved_to_another_practice_opens_nothing(street: Street) -> None:
    member = street.here.house.people["front-desk"]
    browser = browser_of(member)
    [cookie] = browser.cookies.values()
    session = SessionStore(cookie.value)
    session[PRACTICE] = str(street.there.id)
    session.save()

    answer = browser.get(reverse("clients:list"))

    assert answer.status_code == 302
    assert reverse("accounts:sign_in") in answer["Location"]
    assert browser.get(reverse("clients:list")).status_code == 302


def test_a_webhook_of_one_practice_is_not_believed_by_another(street: Street) -> None:
    body, endpoint = webhook_body(), street.there.ids["endpoint"]
    before = raw.looked_up("SELECT count(*) FROM billing_webhookevent")

    answer = Client().post(
        reverse(WEBHOOK, kwargs={"endpoint_id": endpoint}),
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": signature(body, street.here.signing_secret)},
    )

    assert answer.status_code == 400
    assert raw.looked_up("SELECT count(*) FROM billing_webhookevent") == before


def test_nobody_finds_out_which_webhooks_there_are(street: Street, browser: Client) -> None:
    def ask(ids: Ids) -> Any:
        path = reverse(WEBHOOK, kwargs={"endpoint_id": ids["endpoint"]})
        return browser.post(path, data=webhook_body(), content_type="application/json")

    status, _, _ = alike(street, ask)

    assert status == 400


def state_of(practice_id: UUID) -> list[tuple[object, ...]]:
    """Return a fingerprint of every row that a practice has."""
    return [
        raw.looked_up(
            f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"
            " WHERE practice_id = %s",
            practice_id,
        )[0]
        for table in TENANT_TABLES
    ]
