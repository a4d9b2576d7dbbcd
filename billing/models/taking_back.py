"""What was taken back of money received: an application, or a payment. The first rows stand."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.payment import Payment, PaymentApplication


class UnapplyReason(models.TextChoices):
    """Why money was taken off an invoice: one of a list, so that it can hold no PHI."""

    WRONG_INVOICE = "WRONG_INVOICE", "It belongs to another invoice"
    AS_CREDIT = "AS_CREDIT", "The client wants it kept as credit"
    MISTAKE = "MISTAKE", "It was applied by mistake"
    CORRECTED = "CORRECTED", "Its payment was corrected"
    VOIDED = "VOIDED", "The invoice was voided"
    REFUNDED = "REFUNDED", "The money was refunded"
    RETURNED = "RETURNED", "The bank sent the check back"


class PaymentReason(models.TextChoices):
    """Why a payment was taken back: one of a list, so that it can hold no PHI."""

    CLIENT = "CLIENT", "It was another client's"
    AMOUNT = "AMOUNT", "The amount was wrong"
    METHOD = "METHOD", "The method or the check number was wrong"
    DAY = "DAY", "The day was wrong"
    TWICE = "TWICE", "It was recorded twice"
    NEVER_CAME = "NEVER_CAME", "The money never came"
    RETURNED = "RETURNED", "The bank sent the check back"
    MOVED_BACK = "MOVED_BACK", "The credit went back to the other account"


class ApplicationTakenBack(PracticeModel):
    """That a part of a payment pays an invoice no more: it is the client's credit again."""

    application = PracticeKey(PaymentApplication, related_name="taken_back")
    reason = models.CharField(max_length=13, choices=UnapplyReason)
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id application reason taken_back_on entry taken_back_at"
        " taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "application"], name="billing_applicationtakenback_once"
            ),
            models.CheckConstraint(
                name="billing_applicationtakenback_for_a_reason",
                condition=Q(reason__in=UnapplyReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} taken back"


class PaymentTakenBack(PracticeModel):
    """That a payment counts no more: it was recorded wrongly and, where money had come, recorded
    anew; or it was a check that the bank sent back, of which ReturnedCheck tells; or credit of
    another account (CreditTransfer) that went back there.

    The billing_payment_taken_back trigger refuses it while the payment pays anything.
    """

    payment = PracticeKey(Payment, related_name="taken_back")
    replacement = PracticeKey(Payment, related_name="replaces", null=True)
    reason = models.CharField(max_length=10, choices=PaymentReason)
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id payment replacement reason taken_back_on key entry"
        " taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "payment"], name="billing_paymenttakenback_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "replacement"], name="billing_paymenttakenback_replaces_one"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_paymenttakenback_key_once"
            ),
            models.CheckConstraint(
                name="billing_paymenttakenback_for_a_reason",
                condition=Q(reason__in=PaymentReason.values),
            ),
            models.CheckConstraint(
                name="billing_paymenttakenback_by_another",
                condition=~Q(replacement=F("payment")),
            ),
            models.CheckConstraint(
                name="billing_paymenttakenback_replaced_if_it_came",
                condition=Q(
                    reason__in=["TWICE", "NEVER_CAME", "RETURNED", "MOVED_BACK"], replacement=None
                )
                | Q(reason__in=["CLIENT", "AMOUNT", "METHOD", "DAY"], replacement__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} taken back"
