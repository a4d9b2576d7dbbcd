"""Saying that a bank line and a posting are the same money, and taking that back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import BankLine, BankMatch, Vendor
from billing.selectors import bank
from billing.services import expenses, numbers
from billing.services.bills import Part
from billing.services.expenses import Spent
from ledger.selectors import account_moves
from ledger.selectors.categories import Chosen


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
    # Whoever takes back what a line can confirm (a payment of a bill, a deposit, a refund) holds
    # this too, and looks whether one does.
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
def spend(
    *,
    line: BankLine,
    vendor: Vendor,
    parts: Sequence[Part],
    paid_from: Chosen,
    check_number: str,
    now: datetime,
    by: Membership,
) -> Spent:
    """Record the expense that a line tells of, and match the two: both happen, or neither.

    Above the person's limit the bill is entered alone, and its payment waits.

    Raises:
        AlreadyMatched: the line is in the books, or was recorded from another account.
        DoesNotFit: the parts do not add up to the line.
        any of expenses.REFUSALS; journal.PeriodClosed: the line's day lies in a closed month.
    """
    if bank.standing_match(line) is not None:
        raise AlreadyMatched("This line is matched already.")
    spent = expenses.spend(
        vendor=vendor,
        parts=parts,
        paid_from=paid_from,
        paid_on=line.booked_on,
        check_number=check_number,
        key=expenses.key_of_line(line.pk),
        now=now,
        by=by,
    )
    if spent.payment is not None:
        posting = account_moves.on_account(spent.payment.entry_id, line.account_id)
        if posting is None:
            raise AlreadyMatched("This was recorded from another account before.")
        match(line=line, posting_id=posting.pk, now=now, by=by)
    return spent


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
