"""Checks that the bank sent back: how they left the books, and what the bank took for it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.bank import BankLine
from billing.models.taking_back import PaymentTakenBack
from ledger.fields import MoneyField


class ReturnReason(models.TextChoices):
    """Why a bank sends a check back: one of a list, so that it can hold no PHI."""

    FUNDS = "FUNDS", "There was not enough money"
    CLOSED = "CLOSED", "The account was closed"
    STOPPED = "STOPPED", "Its payment was stopped"
    OTHER = "OTHER", "Another reason"


class ReturnedCheck(PracticeModel):
    """What the bank did with a check whose payment was taken back for it (J28).

    A check that was deposited left the bank by ``entry``; one that was not lay in the drawer, and
    its payment's reversing entry is all. ``line`` is the bank's own word for it. The
    billing_returned_check trigger holds the entries to the payment and the fee.
    """

    taken_back = PracticeKey(PaymentTakenBack, related_name="returned")
    reason = models.CharField(max_length=7, choices=ReturnReason)
    was_deposited = models.BooleanField(
        db_comment="Whether it was at the bank by the books, or still in the drawer."
    )
    fee = MoneyField(db_default=Value(0), db_comment="Cents that the bank took; 0 if none.")
    entry = PracticeKey("ledger.JournalEntry", null=True)
    fee_entry = PracticeKey("ledger.JournalEntry", null=True)
    line = PracticeKey(BankLine, related_name="returned_checks", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "fee",
        "PUBLIC": "id practice_id taken_back reason was_deposited entry fee_entry line",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "taken_back"], name="billing_returnedcheck_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "line"], name="billing_returnedcheck_line_once"
            ),
            models.CheckConstraint(
                name="billing_returnedcheck_for_a_reason",
                condition=Q(reason__in=ReturnReason.values),
            ),
            models.CheckConstraint(
                name="billing_returnedcheck_left_the_bank",
                condition=Q(was_deposited=True, entry__isnull=False)
                | Q(was_deposited=False, entry=None, line=None),
            ),
            models.CheckConstraint(
                name="billing_returnedcheck_fee_is_posted",
                condition=Q(fee=0, fee_entry=None) | Q(fee__gt=0, fee_entry__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken_back_id} sent back by the bank"
