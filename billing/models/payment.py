"""Money received, and which invoices it pays."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice
from ledger.fields import MoneyField


class Payment(PracticeModel):
    """Money received for a client, or credit that another client gave them (CreditTransfer). It is
    their credit until it is applied to an invoice.

    ``party`` is who paid, where that is not the client: what is left of it is that party's credit.
    """

    class Method(models.TextChoices):
        CASH = "CASH", "Cash"
        CHECK = "CHECK", "Check"
        CARD = "CARD", "Card"
        MOVED = "MOVED", "From another account"

    receipt = models.CharField(max_length=12, db_comment="Such as R-00001; without a gap.")
    client = PracticeKey("clients.Client")
    party = PracticeKey(
        "clients.ResponsibleParty", null=True, db_comment="Who paid; null: the client."
    )
    method = models.CharField(max_length=5, choices=Method.choices)
    amount = MoneyField(db_comment="Cents.")
    tendered = MoneyField(
        db_default=Value(0),
        db_comment="Cents handed over in cash, change with them; 0 if nobody said.",
    )
    received_on = models.DateField(db_comment="Business date in the practice's time zone.")
    reference = models.CharField(
        max_length=20, blank=True, db_comment="The number on a check; empty for cash and cards."
    )
    key = models.UUIDField(db_comment="Of the form or intent that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry")
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount tendered reference",
        "PUBLIC": "id practice_id receipt client party method received_on key entry recorded_at"
        " recorded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "receipt"], name="billing_payment_receipt_once"
            ),
            models.UniqueConstraint(fields=["practice_id", "key"], name="billing_payment_key_once"),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_payment_posted_once"
            ),
            models.CheckConstraint(name="billing_payment_is_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_payment_change_is_of_cash",
                condition=Q(tendered=0) | Q(method="CASH", tendered__gte=F("amount")),
            ),
            models.CheckConstraint(
                name="billing_payment_method_known",
                condition=Q(method__in=["CASH", "CHECK", "CARD", "MOVED"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "received_on", "id"], name="billing_payment_by_date"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def audit_label(self) -> str:
        return self.receipt


class PaymentApplication(PracticeModel):
    """That a part of a payment pays a part of an invoice of the same client.

    The billing_application_within trigger refuses more than the payment or the invoice holds.
    """

    payment = PracticeKey(Payment, related_name="applications")
    invoice = PracticeKey(Invoice, related_name="applications")
    amount = MoneyField(db_comment="Cents.")
    key = models.UUIDField(
        null=True, db_comment="Of the form that it came by, if by one of its own."
    )
    entry = PracticeKey("ledger.JournalEntry")
    applied_on = models.DateField(db_comment="Business date in the practice's time zone.")
    applied_at = models.DateTimeField(db_comment="UTC.")
    applied_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id payment invoice key entry applied_on applied_at applied_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_paymentapplication_posted_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key", "payment", "invoice"],
                name="billing_paymentapplication_key_once",
            ),
            models.CheckConstraint(
                name="billing_paymentapplication_is_money", condition=Q(amount__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} to {self.invoice_id}"
