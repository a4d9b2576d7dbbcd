"""Fixtures of the ledger's tests: a practice whose chart is open, and its accountant's hand."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.models import JournalEntry
from ledger.services import chart, journal, periods
from tests.houses import House
from tests.ledger.events import AGAIN, JANUARY, PAID, RENT, VOID, payment, rent


@pytest.fixture
def books(practice: House, accountant: Membership) -> Iterator[Membership]:
    """Harbor Lane's scope with an open chart, held for the test; gives who posts in it."""
    with practice_scope(practice.id, person_id=accountant.person_id):
        chart.open(by=accountant)
        yield accountant
        transaction.set_rollback(True)


@pytest.fixture
def begun(books: Membership) -> JournalEntry:
    """Books that begin in November: a month from then on is one of theirs."""
    return journal.post(**rent(books, on=date(2025, 11, 3)))


@pytest.fixture
def committed(practice: House, accountant: Membership) -> House:
    """Rent of January, a payment voided in January, a rent of February; January is closed."""
    with practice_scope(practice.id):
        chart.open(by=accountant)
        journal.post(**rent(accountant) | {"source": RENT})
        paid = journal.post(**payment(accountant, source=PAID))
        journal.reverse(entry=paid, source=VOID, entry_date=JANUARY, memo="Voided", by=accountant)
        periods.close(month=JANUARY, today=date(2026, 2, 1), by=accountant)
        journal.post(**rent(accountant, on=date(2026, 2, 15)) | {"source": AGAIN})
    return practice
