"""What somebody who goes round everything has changed of packages is found, and named."""

import pytest

from accounts.tenancy import practice_scope
from billing.selectors import integrity
from tests.billing import prepaid, raw
from tests.billing.conftest import Billed

TAMPERINGS = {
    "a package is cheaper": (
        "UPDATE billing_package SET price = price - 1 WHERE reference = 'PK-00001'",
        ("I-3", "PK-00001 is not sold and posted as its offer says"),
    ),
    "a package has another session": (
        "UPDATE billing_package SET sessions = sessions + 1 WHERE reference = 'PK-00001'",
        ("I-3", "PK-00001 is not sold and posted as its offer says"),
    ),
    "a package is valid for less": (
        "UPDATE billing_package SET valid_until = sold_on + 1 WHERE reference = 'PK-00001'",
        ("I-4", "PK-00001 pays what it does not cover"),
    ),
    "a session of it is worth more": (
        "UPDATE billing_packageredemption SET amount = amount + 1",
        ("I-3", "A session of package PK-00001 is not posted as paid"),
    ),
    "a session of it disappears": (
        "DELETE FROM billing_redemptiontakenback; DELETE FROM billing_packageredemption",
        ("I-3", "is not what is left of a package"),
    ),
    "an end is of less": (
        'UPDATE billing_packageend SET "left" = "left" - 1, formula = 0, credited = 0',
        ("I-3", "The end of package PK-00002 is not posted as recorded"),
    ),
    "an end that was taken back counts again": (
        "DELETE FROM billing_packageendtakenback",
        ("I-5", "PK-00002 has ended more than once"),
    ),
    "a session is paid before the package was sold": (
        "WITH moved AS (UPDATE ledger_journalentry SET entry_date = '2026-01-05'"
        " WHERE source LIKE 'redemption:%' AND source NOT LIKE '%:taken_back' RETURNING id)"
        " UPDATE ledger_posting SET entry_date = '2026-01-05'"
        " WHERE entry_id IN (SELECT id FROM moved)",
        ("I-4", "PK-00001 holds less than nothing on 2026-01-05"),
    ),
    "a number is skipped": (
        "UPDATE billing_package SET reference = 'PK-00009' WHERE reference = 'PK-00002'",
        ("I-6", "The series PK lacks number 2"),
    ),
}


@pytest.fixture
def bought(billed: Billed) -> Billed:
    """The first client bought two packages: one is used, and one was given back twice."""
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        prepaid.history(billed.own, by)
        prepaid.used(billed.own, by)
    return billed


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(bought: Billed, tampering: str) -> None:
    statements, (invariant, told) = TAMPERINGS[tampering]
    with practice_scope(bought.house.id):
        assert list(integrity.findings()) == []

    raw.as_owner_unguarded(*statements.split(";"))

    with practice_scope(bought.house.id):
        found = list(integrity.findings())
    assert any(each.invariant == invariant and told in each.sentence for each in found), found
