"""What clients need not pay of an invoice, by kind; and what of that was taken back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice
from ledger.fields import MoneyField


class WriteOff(PracticeModel):
    """A part of an invoice that is not owed any more, for a reason that names its account.

    ``refund`` is the one that credits the invoice with what went back, if one does.

    The billing_write_off_within trigger refuses more than the invoice is open by.
    """

    class Kind(models.TextChoices):
        COURTESY = "COURTESY", "Courtesy"
        SLIDING = "SLIDING", "Sliding scale or hardship"
        CORRECTION = "CORRECTION", "Billing correction"
        SMALL = "SMALL", "Small balance"
        BAD_DEBT = "BAD_DEBT", "Bad debt"

    reference = models.CharField(max_length=12, db_comment="Such as WO-00001; without a gap.")
    invoice = PracticeKey(Invoice, related_name="write_offs")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = MoneyField(db_comment="Cents.")
    refund = PracticeKey("billing.Refund", null=True, related_name="credited")
    written_off_on = models.DateField(db_comment="Business date in the practice's time zone.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry")
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id reference invoice kind refund written_off_on key entry"
        " recorded_at recorded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "reference"], name="billing_writeoff_reference_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_writeoff_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_writeoff_posted_once"
            ),
            models.CheckConstraint(name="billing_writeoff_is_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_writeoff_kind_known",
                condition=Q(kind__in=["COURTESY", "SLIDING", "CORRECTION", "SMALL", "BAD_DEBT"]),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference


class WriteOffReason(models.TextChoices):
    """Why a write-off was taken back: one of a list, so that it can hold no PHI."""

    MISTAKE = "MISTAKE", "It was a mistake"
    OTHER = "OTHER", "The amount or the kind was wrong"
    PAYS = "PAYS", "The client pays after all"
    VOIDED = "VOIDED", "The invoice was voided"
    REFUND = "REFUND", "The refund was taken back"


WITH_SOMETHING_ELSE = frozenset({WriteOffReason.VOIDED, WriteOffReason.REFUND})
"""Reasons that nobody chooses: the write-off was taken back with what it belonged to."""


class WriteOffTakenBack(PracticeModel):
    """That a write-off counts no more: the invoice is open by as much again."""

    write_off = PracticeKey(WriteOff, related_name="taken_back")
    reason = models.CharField(max_length=7, choices=WriteOffReason)
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id write_off reason taken_back_on entry taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "write_off"], name="billing_writeofftakenback_once"
            ),
            models.CheckConstraint(
                name="billing_writeofftakenback_for_a_reason",
                condition=Q(reason__in=WriteOffReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.write_off_id} taken back"
