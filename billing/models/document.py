"""Documents as they were issued: their bytes are kept, and a reprint serves the same ones."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedBytes
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.estimate import Estimate
from billing.models.invoice import Invoice
from billing.models.payment import Payment
from billing.models.payment_plan import PaymentPlan
from billing.models.statement import AccountStatement
from billing.models.superbill import Superbill

SUBJECTS = ("invoice", "payment", "statement", "estimate", "superbill", "payment_plan")
"""What a document may be of: one of them."""


def _of(subject: str) -> dict[str, Any]:
    """Return the condition that a document is of one thing and of no other."""
    others = {name: None for name in SUBJECTS if name != subject}
    return {f"{subject}__isnull": False} | others


class Document(PracticeModel):
    """A PDF that was made once and is never made again. Its bytes stand in its ``DocumentBody``."""

    class Kind(models.TextChoices):
        INVOICE = "INVOICE", "Invoice"
        RECEIPT = "RECEIPT", "Receipt"
        STATEMENT = "STATEMENT", "Statement of account"
        ESTIMATE = "ESTIMATE", "Good faith estimate"
        SUPERBILL = "SUPERBILL", "Superbill"
        SUPERSEDED = "SUPERSEDED", "Superbill, marked as superseded"
        PLAN = "PLAN", "Payment plan"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    invoice = PracticeKey(Invoice, null=True, related_name="documents")
    payment = PracticeKey(Payment, null=True, related_name="documents")
    statement = PracticeKey(AccountStatement, null=True, related_name="documents")
    estimate = PracticeKey(Estimate, null=True, related_name="documents")
    superbill = PracticeKey(Superbill, null=True, related_name="documents")
    payment_plan = PracticeKey(PaymentPlan, null=True, related_name="documents")
    sha256 = models.CharField(max_length=64, db_comment="Of the PDF's bytes, in hex.")
    made_at = models.DateTimeField(db_comment="UTC.")
    made_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id kind invoice payment statement estimate superbill"
        " payment_plan sha256 made_at made_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "invoice"], name="billing_document_made_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "payment"], name="billing_document_receipt_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "statement"], name="billing_document_statement_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "estimate"], name="billing_document_estimate_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "kind", "superbill"], name="billing_document_superbill_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "payment_plan"], name="billing_document_plan_once"
            ),
            models.CheckConstraint(
                name="billing_document_is_of_its_kind",
                condition=Q(kind="INVOICE", **_of("invoice"))
                | Q(kind="RECEIPT", **_of("payment"))
                | Q(kind="STATEMENT", **_of("statement"))
                | Q(kind="ESTIMATE", **_of("estimate"))
                | Q(kind__in=["SUPERBILL", "SUPERSEDED"], **_of("superbill"))
                | Q(kind="PLAN", **_of("payment_plan")),
            ),
        ]

    def __str__(self) -> str:
        subjects = (getattr(self, f"{name}_id") for name in SUBJECTS)
        return f"{self.kind} {next(filter(None, subjects), None)}"


class DocumentBody(PracticeModel):
    """The bytes of a document, sealed apart so that keys can rotate."""

    document = PracticeKey(Document, related_name="bodies")
    body = EncryptedBytes()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PHI": "body", "PUBLIC": "id practice_id document"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "document"], name="billing_documentbody_once"
            ),
        ]

    def __str__(self) -> str:
        return f"bytes of {self.document_id}"
