"""What moved on one account: its postings as signed amounts, as a bank would list them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import ExpressionWrapper, F, QuerySet, Sum

from ledger.fields import MoneyField
from ledger.models import Posting
from ledger.money import ZERO, Money

MOVED = ExpressionWrapper(F("debit") - F("credit"), output_field=MoneyField())


def of(account_id: UUID) -> QuerySet[Any]:
    """Return the postings of an account with ``moved``: what came is positive, in cents."""
    rows = Posting.objects.filter(account=account_id).annotate(moved=MOVED)
    return rows.select_related("entry")


def whole(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the postings of entries that neither were reversed nor reverse another."""
    return rows.filter(entry__reverses=None, entry__reversals=None)


def total(rows: QuerySet[Any], *, until: date | None = None) -> Money:
    """Return what moved altogether, in cents, up to the close of a day."""
    if until is not None:
        rows = rows.filter(entry_date__lte=until)
    sums = rows.order_by().aggregate(debits=Sum("debit"), credits=Sum("credit"))
    debits: Money = sums["debits"] or ZERO
    credits: Money = sums["credits"] or ZERO
    return debits - credits


def on_account(entry_id: UUID, account_id: UUID) -> Posting | None:
    """Return what an entry posted on an account: its first posting there, or None."""
    return Posting.objects.filter(entry=entry_id, account=account_id).order_by("pk").first()


def found(posting_id: UUID, account_id: UUID) -> Posting | None:
    """Return one posting of an account that was not taken back, or None."""
    return whole(Posting.objects.filter(pk=posting_id, account=account_id)).first()
