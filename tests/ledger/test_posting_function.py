"""The server's posting function called without Python, with what Python would have refused."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.models import Account, JournalEntry
from ledger.services import chart
from tests.houses import House
from tests.ledger import raw
from tests.ledger.events import JANUARY


def asked(by: Membership, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a voucher as the function takes it; the lines are those of rent without any."""
    rent = [
        {"role": "RENT", "debit": 500, "credit": 0},
        {"role": "OPERATING_BANK", "debit": 0, "credit": 500},
    ]
    return {
        "id": str(uuid7()),
        "source": f"raw:{uuid4()}",
        "date": JANUARY.isoformat(),
        "memo": "Raw",
        "by": str(by.pk),
        "lines": list(lines) or rent,
    } | changes


def post(*vouchers: dict[str, Any]) -> list[str]:
    """Call the function and return the outcomes, by place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome FROM ledger_post(%s::jsonb) ORDER BY place", [json.dumps(vouchers)]
        )
        return [outcome for (outcome,) in cursor.fetchall()]


def debit(cents: object, **more: object) -> dict[str, Any]:
    return {"role": "RENT", "debit": cents, "credit": 0} | more


def credit(cents: object, **more: object) -> dict[str, Any]:
    return {"role": "OPERATING_BANK", "debit": 0, "credit": cents} | more


def test_a_sound_voucher_is_posted(books: Membership) -> None:
    with raw.committing():
        assert post(asked(books)) == ["POSTED"]


REFUSED = {
    "unbalanced": ([debit(500), credit(499)], "out of balance by 1 cents"),
    "one line": ([debit(500)], "two_postings"),
    "zero": ([debit(0), credit(0)], "one_sided"),
    "negative": ([debit(-5), credit(-5)], "one_sided"),
    "both sides": ([debit(5, credit=5), credit(5, debit=5)], "one_sided"),
    "a fraction of a cent": ([debit(10.5), credit(10.5)], "invalid input syntax"),
    "no amount": ([{"role": "RENT"}, credit(5)], "null value"),
    "no open item": (
        [debit(5), credit(5, role="CLIENT_CREDITS")],
        "names no party and item",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_the_database_refuses_bad_lines(books: Membership, kind: str) -> None:
    lines, words = REFUSED[kind]

    with pytest.raises(DatabaseError, match=words), raw.committing():
        post(asked(books, *lines))

    assert not JournalEntry.objects.exists()


def test_the_database_refuses_another_currency(books: Membership) -> None:
    with pytest.raises(IntegrityError, match="kept in USD"), transaction.atomic():
        post(asked(books), asked(books, currency="EUR"))


def test_a_voucher_without_lines_posts_nothing(books: Membership) -> None:
    assert post(asked(books) | {"lines": []}) == ["EMPTY"]
    assert not JournalEntry.objects.exists()


def test_a_voucher_on_no_account_keeps_the_others_back(books: Membership) -> None:
    outcomes = post(asked(books), asked(books, debit(5, role="NOTHING"), credit(5)))

    assert outcomes == ["NO_ACCOUNT", "NO_ACCOUNT"]
    assert not JournalEntry.objects.exists()


def test_nobody_posts_for_another_practice(other_practice: House, books: Membership) -> None:
    """Neither in a member's name, nor onto an account, nor as a reversal of what is there."""
    stranger = other_practice.people["accountant"]
    with pytest.raises(IntegrityError, match="posted_by_id_same_practice"), transaction.atomic():
        post(asked(stranger))


@pytest.mark.commits
def test_another_practices_entry_is_not_reversed(other_practice: House, practice: House) -> None:
    with practice_scope(other_practice.id):
        chart.open(by=other_practice.automaton)
        foreign = asked(other_practice.automaton)
        post(foreign)
    with practice_scope(practice.id):
        chart.open(by=practice.automaton)
        reversal = asked(practice.automaton, reverses=foreign["id"])
        del reversal["lines"]

        assert post(reversal) == ["EMPTY"]
        with pytest.raises(IntegrityError, match="reverses_id_same_practice"), transaction.atomic():
            post(asked(practice.automaton, reverses=foreign["id"]))


@pytest.mark.commits
def test_outside_a_scope_nothing_is_posted(practice: House) -> None:
    with practice_scope(practice.id):
        chart.open(by=practice.automaton)
        assert Account.objects.exists()

    assert post(asked(practice.automaton)) == ["NO_ACCOUNT"]
