"""Saying that a bank line and a posting are the same money, and taking that back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import BankLine, BankMatch
from billing.selectors import bank
from billing.services import numbers
from ledger.selectors import account_moves


class AlreadyMatched(Exception):
    """The line, or the posting, is matched already."""


class DoesNotFit(Exception):
    """The posting is on another account, or over another amount."""


class NotMatched(Exception):
    """The line is not matched, so there is nothing to undo."""


@transaction.atomic
def match(*, line: BankLine, posting_id: UUID, now: datetime, by: Membership) -> BankMatch:
    """Match a line with a posting of its account over the same amount.

    Raises:
        AlreadyMatched: one of them is matched, perhaps since a moment ago.
        DoesNotFit: account or amount differ, or the posting was taken back.
    """
    # Whoever takes a payment back holds this too, and looks whether a line confirms it.
    numbers.lock(numbers.BILL_PAYMENTS)
    BankLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    posting = account_moves.found(posting_id, line.account_id)
    if posting is None or posting.debit - posting.credit != line.amount:
        raise DoesNotFit("The books hold no such amount on this account any more.")
    if bank.standing_match(line) is not None:
        raise AlreadyMatched("This line is matched already.")
    matched = BankMatch(line=line, posting_id=posting.pk, matched_at=now, matched_by=by)
    BankMatch.objects.bulk_create([matched], ignore_conflicts=True)
    stands = BankMatch.objects.filter(pk=matched.pk).exists()
    if not stands:
        raise AlreadyMatched("Another line is matched with this already.")
    events.record(Action.BANK_LINE_MATCHED, target=line, amount_cents=line.amount.cents)
    return matched


@transaction.atomic
def undo(*, line: BankLine, now: datetime, by: Membership) -> None:
    """Take the match of a line back: both stand alone again.

    Raises:
        NotMatched: no match of it stands.
    """
    rows = BankMatch.objects.filter(line=line, undone_at=None)
    if not rows.update(undone_at=now, undone_by=by):
        raise NotMatched("This line is not matched any more.")
    events.record(Action.BANK_LINE_UNMATCHED, target=line, amount_cents=line.amount.cents)
