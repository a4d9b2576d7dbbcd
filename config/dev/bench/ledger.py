"""The books: posting beside bare inserts, and reading them at three sizes beside bare SQL.

The large practice stands among small ones, as it does in an installation. The SQL beside each
report runs as the role for backups, whom no policy filters, and names its practice itself.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.selectors import aging
from clients.models import Client
from config.dev.bench import posting
from config.dev.bench.timing import Act, Effort, Figure, Goal, rounds
from config.dev.seed import big
from ledger.chart import Role
from ledger.selectors import reports, subledger

SIZES = (10_000, 100_000, 1_200_000)
"""Postings of the practices that are read."""
OTHERS = big.OTHERS

AS_FAST_EMPTY = Goal("ratio", 1 / 0.9)
NEAR_BARE_SQL = Goal("ratio", 1.5)
AGEING = {1_200_000: Goal("ours", 400)}
CLIENT_MICROSECONDS = Goal("ours", 1_000)

TRIAL_BALANCE = """
    SELECT account.code, account.name, account.role, sum(debit), sum(credit)
    FROM ledger_posting AS posting
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND entry.entry_date <= %s
    GROUP BY 1, 2, 3 HAVING sum(debit) <> sum(credit) ORDER BY 1
"""
OPEN_ITEMS = """
    SELECT item, min(party::text), sum(debit) - sum(credit)
    FROM ledger_posting AS posting
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND entry.entry_date <= %s AND account.role = %s
    GROUP BY item HAVING sum(debit) <> sum(credit)
"""
CLIENT = """
    SELECT sum(debit) - sum(credit) FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND posting.party = %s AND account.role = %s
"""


def figures(effort: Effort) -> Iterator[Figure]:
    """Found the practices, and measure posting and reading as they grow."""
    posting.prepare()
    now = timezone.now()
    empty = big.found_small(0, now=now, invoices=0)
    yield from posting.figures(empty, effort)
    for number in range(OTHERS):
        big.found_small(number + 1, now=now)
    practice_id = empty
    for place, size in enumerate(SIZES):
        invoices = size // big.POSTINGS_OF_AN_INVOICE
        practice_id = big.found_small(
            OTHERS + 1 + place,
            now=now,
            invoices=invoices,
            clients=max(1, invoices // big.INVOICES_OF_A_CLIENT),
        )
        yield from _reading(practice_id, size, now.date(), effort)
    yield from _posting_at_size(practice_id, empty, SIZES[-1], effort)


def _posting_at_size(large: UUID, empty: UUID, size: int, effort: Effort) -> Iterator[Figure]:
    acts = []
    for practice_id in (large, empty):
        with practice_scope(practice_id):
            acts.append(posting.posting(practice_id, members.automaton()))
    measured = rounds(*acts, effort=effort)
    yield Figure("ledger.post_beside_empty", size, "us", measured, AS_FAST_EMPTY)


def _reading(practice_id: UUID, size: int, today: date, effort: Effort) -> Iterator[Figure]:
    few = Effort(effort.rounds, max(1, effort.calls * 1_000 // size))
    with practice_scope(practice_id):
        party = Client.objects.order_by("pk")[0].pk
        measured = rounds(
            lambda: reports.trial_balance(as_of=today),
            _bare((TRIAL_BALANCE, [practice_id, today])),
            effort=few,
            unit="ms",
            warm_up=1,
        )
        yield Figure("ledger.trial_balance", size, "ms", measured, NEAR_BARE_SQL)
        roles = (Role.CLIENT_RECEIVABLE, Role.CLIENT_CREDITS)
        measured = rounds(
            lambda: aging.receivables(as_of=today),
            _bare(*((OPEN_ITEMS, [practice_id, today, role]) for role in roles)),
            effort=few,
            unit="ms",
            warm_up=1,
        )
        yield Figure("ledger.ageing", size, "ms", measured, AGEING.get(size))
        measured = rounds(
            lambda: subledger.balance(Role.CLIENT_RECEIVABLE, party=party),
            _bare((CLIENT, [practice_id, party, Role.CLIENT_RECEIVABLE])),
            effort=effort,
        )
        yield Figure("ledger.client_balance", size, "us", measured, CLIENT_MICROSECONDS)


def _bare(*statements: tuple[str, Sequence[Any]]) -> Act:
    """Return a function that reads by SQL alone, with no policy in the way."""

    def read() -> None:
        with connections["backup"].cursor() as cursor:
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()

    return read
