"""Invoices. Once issued, they are never changed: a wrong one is corrected by another row."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.missed import MissedFee
from billing.models.package import Package
from billing.models.service import ServiceCode
from billing.models.session import Session
from billing.models.split_billing import SplitBilling
from ledger.fields import MoneyField

DESCRIPTION_MAX_CHARS = 300


class Invoice(PracticeModel):
    """What a client was billed on one day. What is still open of it stands in the ledger.

    ``party`` is who is asked to pay it; null is the client. Where several pay, it is one part of a
    ``split``, which the billing_split_whole trigger holds together.

    Its lines are written with it: the billing_invoice_whole trigger checks at commit that they
    are ``line_count`` lines of its own client's sessions and add up to ``total``.
    """

    number = models.CharField(
        max_length=20, db_comment="Such as INV-2026-0001; without a gap in its year."
    )
    client = PracticeKey("clients.Client")
    party = PracticeKey(
        "clients.ResponsibleParty", null=True, db_comment="Who is to pay it; null: the client."
    )
    split = PracticeKey(SplitBilling, null=True, related_name="parts")
    issued_on = models.DateField(db_comment="Business date in the practice's time zone.")
    due_on = models.DateField(db_comment="The last business date on which it is not late.")
    total = MoneyField(db_comment="Cents.")
    line_count = models.PositiveSmallIntegerField(
        db_comment="How many lines it has: once they stand, no other can join them."
    )
    entry = PracticeKey("ledger.JournalEntry")
    issued_at = models.DateTimeField(db_comment="UTC.")
    issued_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "total",
        "PUBLIC": "id practice_id number client party split issued_on due_on line_count entry"
        " issued_at issued_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "number"], name="billing_invoice_number_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_invoice_posted_once"
            ),
            models.CheckConstraint(name="billing_invoice_bills_money", condition=Q(total__gt=0)),
            models.CheckConstraint(name="billing_invoice_has_lines", condition=Q(line_count__gt=0)),
            models.CheckConstraint(
                name="billing_invoice_due_after_issue", condition=Q(due_on__gte=F("issued_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "issued_on", "id"], name="billing_invoice_by_date"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def audit_label(self) -> str:
        return self.number


class InvoiceLine(PracticeModel):
    """One session, one fee for a missed hour, or one package, on an invoice; or a part of it.

    Its words stand sealed in its ``InvoiceLineText``. What it bills takes another ``turn`` once
    every invoice that it stood on is void: the billing_session_billed_again trigger sees to that.
    Where several pay, each has a line with a ``part`` of it, on the invoices of one split.
    """

    invoice = PracticeKey(Invoice, related_name="lines")
    session = PracticeKey(Session, null=True, related_name="lines")
    missed_fee = PracticeKey(MissedFee, null=True, related_name="lines")
    package = PracticeKey(Package, null=True, related_name="lines")
    service_code = PracticeKey(ServiceCode, null=True)
    position = models.PositiveSmallIntegerField(db_comment="From 1, in the order printed.")
    turn = models.PositiveSmallIntegerField(
        db_default=1, db_comment="How many times it was billed with this, from 1."
    )
    part = models.PositiveSmallIntegerField(
        db_default=1, db_comment="Which part of what it bills, from 1; 1 where nobody shares it."
    )
    served_on = models.DateField(db_comment="Business date in the practice's time zone.")
    minutes = models.PositiveSmallIntegerField(db_comment="0 for a missed hour and a package.")
    amount = MoneyField(db_comment="Cents, without the discount.")
    discount = MoneyField(db_default=Value(0), db_comment="Cents, what was taken off the list fee.")
    description_commitment = models.BinaryField(
        db_comment="HMAC of the sealed words under the practice's key that does not rotate."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount discount",
        "PUBLIC": "id practice_id invoice session missed_fee package service_code position turn"
        " part served_on minutes description_commitment",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "session", "turn", "part"],
                name="billing_invoiceline_session_billed_once",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "missed_fee", "turn", "part"],
                name="billing_invoiceline_missed_billed_once",
            ),
            models.CheckConstraint(
                name="billing_invoiceline_of_one_thing",
                condition=Q(session__isnull=False, missed_fee=None, package=None)
                | Q(session=None, missed_fee__isnull=False, package=None)
                | Q(session=None, missed_fee=None, package__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["practice_id", "package"], name="billing_invoiceline_package_sold_once"
            ),
            models.CheckConstraint(
                name="billing_invoiceline_of_a_service",
                condition=Q(package=None, service_code__isnull=False)
                | Q(package__isnull=False, service_code=None),
            ),
            models.UniqueConstraint(
                fields=["practice_id", "invoice", "position"],
                name="billing_invoiceline_position_once",
            ),
            models.CheckConstraint(
                name="billing_invoiceline_parts_from_one", condition=Q(part__gte=1)
            ),
            models.CheckConstraint(
                name="billing_invoiceline_not_negative",
                condition=Q(amount__gte=0, discount__gte=0),
            ),
        ]

    @property
    def hour(self) -> Session | MissedFee | None:
        """The hour that it bills, which knows its client and its therapist; None of a package."""
        billed: Session | MissedFee | None = self.session or self.missed_fee
        return billed

    def __str__(self) -> str:
        return f"{self.invoice_id} line {self.position}"


class InvoiceLineText(PracticeModel):
    """The words of an invoice line as they were issued, sealed apart so that keys can rotate."""

    line = PracticeKey(InvoiceLine, related_name="texts")
    description = EncryptedText(max_chars=DESCRIPTION_MAX_CHARS)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "description",
        "PUBLIC": "id practice_id line",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "line"], name="billing_invoicelinetext_once"
            ),
        ]

    def __str__(self) -> str:
        return f"words of {self.line_id}"
