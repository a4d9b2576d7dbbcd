"""Reads of checks that the bank sent back: what became of one, and which bank lines tell of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q

from billing.models import BankLine, Payment, PaymentReason, PaymentTakenBack, ReturnedCheck
from billing.selectors import bank
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import account_moves, categories
from ledger.selectors.integrity import Finding

OFFERED = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What the bank did with a check; ``matched`` says whether one of its lines proves it."""

    why: str
    on: date
    by: str
    was_deposited: bool
    fee: Money
    entry_id: UUID | None
    fee_entry_id: UUID | None
    matched: bool


def of_payment(payment: Payment) -> Told | None:
    """Return how a payment came back from the bank, or None if it did not."""
    rows = ReturnedCheck.objects.filter(taken_back__payment=payment)
    found = rows.select_related("taken_back__taken_back_by").first()
    if found is None:
        return None
    return Told(
        why=str(found.get_reason_display()),
        on=found.taken_back.taken_back_on,
        by=found.taken_back.taken_back_by.display_name,
        was_deposited=found.was_deposited,
        fee=found.fee,
        entry_id=found.entry_id,
        fee_entry_id=found.fee_entry_id,
        matched=found.entry_id is not None and bank.is_confirmed(found.entry_id),
    )


def bank_account_id() -> UUID | None:
    """Return the account of the operating bank, or None before there are books."""
    accounts = {each.role: each.id for each in categories.with_statements()}
    return accounts.get(Role.OPERATING_BANK)


def lines_for(payment: Payment) -> list[BankLine]:
    """Return the bank lines that could be this check coming back: its amount, not in the books yet,
    not before it was taken; the newest first.
    """
    account = bank_account_id()
    if account is None:
        return []
    rows = bank.unmatched_lines(account).filter(
        amount=-payment.amount, booked_on__gte=payment.received_on
    )
    return list(rows[:OFFERED])


def findings() -> Iterator[Finding]:
    """Yield the checks of which books and rows tell otherwise (I-3, I-5)."""
    untold = PaymentTakenBack.objects.filter(reason=PaymentReason.RETURNED, returned=None)
    for pk, receipt in untold.order_by("pk").values_list("payment_id", "payment__receipt"):
        yield Finding("I-5", f"{receipt} came back from the bank, and nothing says how.", (pk,))
    strange = ReturnedCheck.objects.exclude(
        Q(taken_back__reason=PaymentReason.RETURNED)
        & Q(taken_back__payment__method=Payment.Method.CHECK)
    )
    for pk, receipt in strange.order_by("pk").values_list("pk", "taken_back__payment__receipt"):
        yield Finding("I-5", f"{receipt} is no check that came back.", (pk,))
    account = bank_account_id()
    rows = ReturnedCheck.objects.annotate(
        receipt=F("taken_back__payment__receipt"), amount=F("taken_back__payment__amount")
    )
    for row in rows.select_related("taken_back").order_by("pk"):
        wanted = (
            (row.entry_id, row.amount if row.was_deposited else None, "did not leave the bank"),
            (row.fee_entry_id, row.fee or None, "cost another fee"),
        )
        for entry_id, amount, words in wanted:
            if (entry_id is None) == (amount is None) and (
                entry_id is None
                or _left(entry_id, account) == (amount, row.taken_back.taken_back_on)
            ):
                continue
            told = f"The check of {row.receipt} {words} in the books as recorded."
            yield Finding("I-3", told, (row.pk,))


def _left(entry_id: UUID, account: UUID | None) -> tuple[Money, date] | None:
    moved = account_moves.on_account(entry_id, account) if account else None
    return None if moved is None else (moved.credit - moved.debit, moved.entry_date)
