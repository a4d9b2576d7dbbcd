"""Journals that others keep, posted through the import's door: their own trial balances come out.

The files lie beside the project, and these tests are skipped where they do not.
"""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from accounts.models import Membership
from config.dev.state import BASE_DIR
from ledger.chart import CONTROL_ROLES, Role
from ledger.models import JournalEntry
from ledger.money import ZERO, Money
from ledger.selectors import integrity, reports
from ledger.services import journal
from ledger.services.journal import Line, Voucher
from tests.ledger import raw

FOLDER = BASE_DIR.parent / "shared" / "data" / "ledger"
BOOKS = ("fava-query-example-usd", "ledger-demo", "ledger-drewr3")
ROLES = [role for role in Role if role not in CONTROL_ROLES]

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the foreign books are not on this machine"),
    pytest.mark.parametrize("name", BOOKS),
]


def rows(name: str, kind: str) -> list[dict[str, str]]:
    with Path(FOLDER / f"{name}.{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def roles_of(postings: list[dict[str, str]]) -> dict[str, Role]:
    """Give each foreign account a role of our chart: which one says nothing here."""
    accounts = sorted({row["account"] for row in postings})
    return dict(zip(accounts, ROLES, strict=False))


def vouchers(name: str, postings: list[dict[str, str]]) -> list[Voucher]:
    roles = roles_of(postings)
    transactions: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in postings:
        transactions[row["txn"]].append(row)
    return [
        Voucher(
            source=f"import:{name}:{number}",
            entry_date=date.fromisoformat(lines[0]["date"]),
            memo=f"Transaction {number}",
            lines=[line(roles[row["account"]], Money.parse(row["amount_usd"])) for row in lines],
        )
        for number, lines in transactions.items()
    ]


def line(role: Role, amount: Money) -> Line:
    return Line(role, debit=amount) if amount > ZERO else Line(role, credit=-amount)


def test_the_expected_trial_balance_comes_out(books: Membership, name: str) -> None:
    postings = rows(name, "postings")
    roles = roles_of(postings)
    asked = vouchers(name, postings)

    journal.post_many(vouchers=asked, by=books)

    raw.check_as_at_commit()
    found = {
        row.role: row.debit - row.credit
        for row in reports.trial_balance(as_of=date(2030, 1, 1)).rows
    }
    assert found == {
        roles[row["account"]]: Money.parse(row["balance_usd"])
        for row in rows(name, "trial_balance")
        if Money.parse(row["balance_usd"])
    }
    assert list(integrity.findings()) == []


def test_importing_again_changes_nothing(books: Membership, name: str) -> None:
    asked = vouchers(name, rows(name, "postings"))

    first = journal.post_many(vouchers=asked, by=books)

    assert journal.post_many(vouchers=asked, by=books) == first
    assert JournalEntry.objects.count() == len(asked)
