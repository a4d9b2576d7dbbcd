"""Invoices that were voided. The invoice stands as it was issued; this row says that it is void."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice


class VoidReason(models.TextChoices):
    """Why an invoice was voided: one of a list, so that it can hold no PHI."""

    SESSIONS = "SESSIONS", "It billed the wrong sessions"
    FEE = "FEE", "A fee was wrong"
    TWICE = "TWICE", "It was billed twice"
    NOT_OWED = "NOT_OWED", "It is not owed"
    PAYER = "PAYER", "Somebody else pays it"


class InvoiceVoided(PracticeModel):
    """That an invoice is void: reversed in the books, with its sessions free to be billed again.

    The billing_invoice_voided trigger refuses it while anything pays the invoice.
    """

    invoice = PracticeKey(Invoice, related_name="voided")
    replacement = PracticeKey(Invoice, related_name="replaces", null=True)
    reason = models.CharField(max_length=8, choices=VoidReason)
    voided_on = models.DateField(db_comment="What the reversing entry is dated.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry")
    voided_at = models.DateTimeField(db_comment="UTC.")
    voided_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id invoice replacement reason voided_on key entry voided_at"
        " voided_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "invoice"], name="billing_invoicevoided_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "replacement"], name="billing_invoicevoided_replaces_one"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_invoicevoided_key_once"
            ),
            models.CheckConstraint(
                name="billing_invoicevoided_for_a_reason", condition=Q(reason__in=VoidReason.values)
            ),
            models.CheckConstraint(
                name="billing_invoicevoided_by_another", condition=~Q(replacement=F("invoice"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} void"
