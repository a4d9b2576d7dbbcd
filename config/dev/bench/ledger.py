"""The books: posting beside bare inserts, and reading them at three sizes beside bare SQL.

The large practice stands among small ones, as it does in an installation.
"""

from collections.abc import Iterator
from uuid import UUID

from django.utils import timezone

from accounts.selectors import members
from accounts.tenancy import practice_scope
from config.dev.bench import posting, reading
from config.dev.bench.reading import LARGE, Books
from config.dev.bench.timing import Effort, Figure, Goal, rounds
from config.dev.seed import big

SIZES = (10_000, 100_000, LARGE)
"""Postings of the practices that are read."""
OTHERS = big.OTHERS

AS_FAST_EMPTY = Goal("ratio", 1 / 0.9)


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
        books = Books(practice_id, size, now.date(), effort)
        yield from reading.open_figures(books)
    yield from _posting_at_size(practice_id, empty, SIZES[-1], effort)
    yield from reading.closed_figures(books)


def _posting_at_size(large: UUID, empty: UUID, size: int, effort: Effort) -> Iterator[Figure]:
    acts = []
    for practice_id in (large, empty):
        with practice_scope(practice_id):
            acts.append(posting.posting(practice_id, members.automaton()))
    measured = rounds(*acts, effort=effort)
    yield Figure("ledger.post_beside_empty", size, "us", measured, AS_FAST_EMPTY)
