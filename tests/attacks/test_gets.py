"""Looking changes nothing: every row of every table is the same after every GET."""

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.services import grants
from accounts.tenancy import practice_scope
from tests.attacks.addresses import PARAMETERS, WORDS
from tests.attacks.conftest import Street
from tests.attacks.test_over_http import EVERY_PATH, QUERIES, WEBHOOK
from tests.billing import desk as at
from tests.houses import browser_of
from tests.test_permissions import EVERY_ROUTE

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

WRITTEN_BY_LOOKING = {
    "audit_event": "each look is on the log",
    "audit_head": "the end of the log's chain",
    "audit_touch": "whose records were looked at",
}
"""Tables that a GET adds to, or whose one row follows them."""

PASSING = {
    "accounts_signinsession": ("last_seen_at", "when the person was here last"),
}
"""Columns that a GET may set."""


@pytest.fixture(scope="module")
def everybody_in_one(street: Street) -> Client:
    """The browser of somebody who holds every role, so that every GET gets as far as it can."""
    member = street.here.house.people["front-desk"]
    with practice_scope(street.here.id):
        grants.hold_exactly(
            member=member,
            wanted=list(Role.objects.all()),
            now=at.NOW,
            by=street.here.house.automaton,
        )
    return browser_of(member)


def addresses(street: Street) -> Iterator[str]:
    """Yield the address of every route that names rows of this practice, and of those without."""
    for route, view in sorted(EVERY_ROUTE.items()):
        if route != WEBHOOK and hasattr(view, "get"):
            rows = {name: street.here.ids[row] for name, row in EVERY_PATH.get(route, {}).items()}
            left = PARAMETERS[route] - rows.keys()
            guessed = {name: WORDS.get(name, UUID(int=7)) for name in left}
            yield reverse(route, kwargs=guessed | rows)
    for route, name, row in QUERIES:
        yield f"{reverse(route)}?{urlencode({name: street.here.ids[row]})}"
    yield from ("/nothing/", "/invoices/?page=2&state=open", "/clients/?page=9")


def tables(using: str = "backup") -> list[str]:
    """Return the tables whose rows a role may read: ``backup`` reads all but the signing keys."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def fingerprints() -> dict[str, object]:
    """Return a digest of all rows of each table, without what looking may set."""
    read = set(tables()) - set(WRITTEN_BY_LOOKING)
    return digests("backup", read) | digests("owner", set(tables("owner")) - set(tables()))


def digests(using: str, names: set[str]) -> dict[str, object]:
    asked = []
    for table in sorted(names):
        row = f"to_jsonb(t) - '{PASSING[table][0]}'" if table in PASSING else "to_jsonb(t)"
        asked.append(
            f"SELECT '{table}', count(*), md5(string_agg(line, '|' ORDER BY line))"
            f" FROM (SELECT ({row})::text AS line FROM {table} AS t) AS rows"
        )
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return {table: rest for table, *rest in cursor.fetchall()}


def test_what_looking_writes_is_there(street: Street) -> None:
    known = {*WRITTEN_BY_LOOKING, *PASSING, "clients_client", "accounts_user"}

    assert set(tables()) >= known
    assert "accounts_contextkey" in fingerprints()


def test_no_get_changes_a_row(street: Street, everybody_in_one: Client) -> None:
    before = fingerprints()
    changed = {}
    for address in addresses(street):
        everybody_in_one.get(address)
        after = fingerprints()
        if differing := different(before, after):
            changed[address] = differing
        before = after

    assert changed == {}


def test_no_other_way_of_looking_changes_a_row(street: Street, everybody_in_one: Client) -> None:
    before = fingerprints()

    for address in addresses(street):
        everybody_in_one.get(address, headers={"HX-Request": "true"})
        everybody_in_one.head(address)
        everybody_in_one.options(address)

    assert different(before, fingerprints()) == set()


def test_a_document_is_kept_when_it_is_first_asked_for_and_never_again(
    street: Street, everybody_in_one: Client
) -> None:
    """The one GET that adds rows of its own: the bytes that every later one gives again, and beside
    its event the mark of what was sealed.
    """
    address = reverse("billing:invoice_pdf", kwargs={"pk": street.here.ids["open invoice"]})
    before = fingerprints()

    first, once = everybody_in_one.get(address).content, fingerprints()
    again, twice = everybody_in_one.get(address).content, fingerprints()

    assert different(before, once) == {
        *("billing_document", "billing_documentbody"),
        "audit_value",
    }
    assert different(once, twice) == set()
    assert first == again


def test_a_stranger_changes_no_row_by_looking(street: Street) -> None:
    before = fingerprints()

    for address in addresses(street):
        Client().get(address)

    assert different(before, fingerprints()) == set()


def test_a_row_that_is_changed_is_noticed(street: Street) -> None:
    before = fingerprints()

    browser_of(street.here.house.people["front-desk"]).get("/clients/")

    assert different(before, fingerprints()) == {"accounts_signinsession"}


def different(before: dict[str, object], after: dict[str, object]) -> set[str]:
    """Return the tables whose rows are not the same any more."""
    return {table for table in after if after[table] != before[table]}
