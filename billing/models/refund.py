"""Money that goes back to clients: decided, paid, and what of it was taken back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.payment import Payment
from ledger.fields import MoneyField


class RefundReason(models.TextChoices):
    """Why money goes back: one of a list, so that it can hold no PHI."""

    OVERPAID = "OVERPAID", "The client paid too much"
    CANCELLED = "CANCELLED", "A session did not take place"
    INSURER = "INSURER", "The insurer paid"
    LEAVING = "LEAVING", "The client leaves the practice"
    COMPLAINT = "COMPLAINT", "The practice gives way"


REFUND_WAYS = [way for way in Payment.Method.choices if way[0] != Payment.Method.MOVED]
"""Money goes back to a person, never to an account here: that is a CreditTransfer."""


class Refund(PracticeModel):
    """A part of a payment that the practice gives back. Until it is paid it is owed.

    The billing_refund_within trigger refuses more than is left of the payment.
    """

    reference = models.CharField(max_length=12, db_comment="Such as RF-00001; without a gap.")
    payment = PracticeKey(Payment, related_name="refunds")
    method = models.CharField(max_length=5, choices=REFUND_WAYS)
    check_number = models.CharField(max_length=10, blank=True)
    amount = MoneyField(db_comment="Cents.")
    reason = models.CharField(max_length=9, choices=RefundReason)
    refunded_on = models.DateField(db_comment="Business date in the practice's time zone.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry")
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount check_number",
        "PUBLIC": "id practice_id reference payment method reason refunded_on key entry"
        " recorded_at recorded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "reference"], name="billing_refund_reference_once"
            ),
            models.UniqueConstraint(fields=["practice_id", "key"], name="billing_refund_key_once"),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_refund_posted_once"
            ),
            models.CheckConstraint(name="billing_refund_is_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_refund_method_known",
                condition=Q(method__in=["CASH", "CHECK", "CARD"]),
            ),
            models.CheckConstraint(
                name="billing_refund_for_a_reason", condition=Q(reason__in=RefundReason.values)
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference


class RefundPaid(PracticeModel):
    """That a refund left the practice. Cash and checks leave with it; a card is paid back later."""

    refund = PracticeKey(Refund, related_name="paid")
    paid_on = models.DateField(db_comment="Business date in the practice's time zone.")
    entry = PracticeKey("ledger.JournalEntry")
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id refund paid_on entry recorded_at recorded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "refund"], name="billing_refundpaid_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} paid"


class RefundBackReason(models.TextChoices):
    """Why a refund was taken back: one of a list, so that it can hold no PHI."""

    MISTAKE = "MISTAKE", "It was a mistake, and no money left"
    UNCASHED = "UNCASHED", "The check was never cashed, or was stopped"
    RETURNED = "RETURNED", "The client gave it back"


class RefundTakenBack(PracticeModel):
    """That a refund counts no more: the money is the client's credit again."""

    refund = PracticeKey(Refund, related_name="taken_back")
    reason = models.CharField(max_length=8, choices=RefundBackReason)
    taken_back_on = models.DateField(db_comment="What the reversing entries are dated.")
    entry = PracticeKey("ledger.JournalEntry")
    paid_entry = PracticeKey("ledger.JournalEntry", null=True)
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id refund reason taken_back_on entry paid_entry taken_back_at"
        " taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "refund"], name="billing_refundtakenback_once"
            ),
            models.CheckConstraint(
                name="billing_refundtakenback_for_a_reason",
                condition=Q(reason__in=RefundBackReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} taken back"
