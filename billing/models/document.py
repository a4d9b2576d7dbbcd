"""Documents as they were issued: their bytes are kept, and a reprint serves the same ones."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedBytes
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.estimate import Estimate
from billing.models.invoice import Invoice
from billing.models.payment import Payment
from billing.models.statement import AccountStatement


class Document(PracticeModel):
    """A PDF that was made once and is never made again. Its bytes stand in its ``DocumentBody``."""

    class Kind(models.TextChoices):
        INVOICE = "INVOICE", "Invoice"
        RECEIPT = "RECEIPT", "Receipt"
        STATEMENT = "STATEMENT", "Statement of account"
        ESTIMATE = "ESTIMATE", "Good faith estimate"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    invoice = PracticeKey(Invoice, null=True, related_name="documents")
    payment = PracticeKey(Payment, null=True, related_name="documents")
    statement = PracticeKey(AccountStatement, null=True, related_name="documents")
    estimate = PracticeKey(Estimate, null=True, related_name="documents")
    sha256 = models.CharField(max_length=64, db_comment="Of the PDF's bytes, in hex.")
    made_at = models.DateTimeField(db_comment="UTC.")
    made_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id kind invoice payment statement estimate sha256 made_at made_by"
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
            models.CheckConstraint(
                name="billing_document_is_of_its_kind",
                condition=Q(
                    kind="INVOICE",
                    invoice__isnull=False,
                    payment=None,
                    statement=None,
                    estimate=None,
                )
                | Q(
                    kind="RECEIPT",
                    invoice=None,
                    payment__isnull=False,
                    statement=None,
                    estimate=None,
                )
                | Q(
                    kind="STATEMENT",
                    invoice=None,
                    payment=None,
                    statement__isnull=False,
                    estimate=None,
                )
                | Q(
                    kind="ESTIMATE",
                    invoice=None,
                    payment=None,
                    statement=None,
                    estimate__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        subject = self.invoice_id or self.payment_id or self.statement_id or self.estimate_id
        return f"{self.kind} {subject}"


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
