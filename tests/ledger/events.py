"""Business events in the ledger's own words, to post in tests."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Membership
from ledger.chart import Role
from ledger.money import Money
from ledger.services.journal import Line

JANUARY = date(2026, 1, 15)
RENT, PAID, VOID, AGAIN = "rent:1", "payment:1", "void:1", "rent:2"


def payment(
    by: Membership,
    *,
    dollars: str = "150.00",
    client: UUID | None = None,
    on: date = JANUARY,
    source: str = "",
) -> dict[str, Any]:
    """Return the arguments of a cash payment: into the drawer, to the client's credit."""
    amount, key = Money.parse(dollars), uuid4()
    return {
        "source": source or f"payment:{key}",
        "entry_date": on,
        "memo": "Payment",
        "lines": [
            Line(Role.UNDEPOSITED_FUNDS, debit=amount),
            Line(Role.CLIENT_CREDITS, credit=amount, party=client or uuid4(), item=key),
        ],
        "by": by,
    }


def rent(by: Membership, *, dollars: str = "500.00", on: date = JANUARY) -> dict[str, Any]:
    """Return the arguments of rent paid from the bank: no subledger is touched."""
    amount = Money.parse(dollars)
    return {
        "source": f"rent:{uuid4()}",
        "entry_date": on,
        "memo": "Rent",
        "lines": [Line(Role.RENT, debit=amount), Line(Role.OPERATING_BANK, credit=amount)],
        "by": by,
    }
