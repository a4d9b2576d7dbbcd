"""What the practice owes and pays: vendors, their bills, payments, and what was taken back."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField

VENDOR_NAME_CHARS = 120


class Vendor(PracticeModel):
    """Whom the practice buys from. The name may be a person's, so it is sealed."""

    code = models.CharField(max_length=12, db_comment="Such as V-0001.")
    name = EncryptedText(max_chars=VENDOR_NAME_CHARS)
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")
    retired_at = models.DateTimeField(null=True, db_comment="UTC: no new bill is theirs.")
    retired_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "name",
        "PUBLIC": "id practice_id code added_at added_by retired_at retired_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "code"], name="billing_vendor_code_once"
            ),
            models.CheckConstraint(
                name="billing_vendor_retired_by_someone",
                condition=Q(retired_at=None, retired_by=None)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def audit_label(self) -> str:
        return self.code


class Bill(PracticeModel):
    """What a vendor wants for something, posted when it is entered. It is never changed.

    The billing_bill_whole trigger holds it to its lines and its entry.
    """

    reference = models.CharField(max_length=12, db_comment="Such as B-00001; without a gap.")
    vendor = PracticeKey(Vendor, related_name="bills")
    number = models.CharField(
        max_length=30, blank=True, db_comment="As the vendor numbered it; empty for a receipt."
    )
    billed_on = models.DateField(db_comment="The bill's own date, which it is posted on.")
    due_on = models.DateField()
    total = MoneyField(db_comment="Cents.")
    line_count = models.PositiveSmallIntegerField()
    entry = PracticeKey("ledger.JournalEntry")
    key = models.UUIDField(db_comment="Of the form or schedule that it came by; once.")
    entered_at = models.DateTimeField(db_comment="UTC.")
    entered_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "number total",
        "PUBLIC": "id practice_id reference vendor billed_on due_on line_count entry key"
        " entered_at entered_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "reference"], name="billing_bill_reference_once"
            ),
            models.UniqueConstraint(fields=["practice_id", "key"], name="billing_bill_key_once"),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_bill_posted_once"
            ),
            models.CheckConstraint(name="billing_bill_is_money", condition=Q(total__gt=0)),
            models.CheckConstraint(
                name="billing_bill_due_after_its_date", condition=Q(due_on__gte=F("billed_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "due_on", "id"], name="billing_bill_by_due_date"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference


class BillLine(PracticeModel):
    """A part of a bill, and which expense account it is booked on: its category."""

    bill = PracticeKey(Bill, related_name="lines")
    category = PracticeKey("ledger.Account")
    position = models.PositiveSmallIntegerField(db_comment="Counted from 1.")
    amount = MoneyField(db_comment="Cents.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id bill category position",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "bill", "position"], name="billing_billline_place_once"
            ),
            models.CheckConstraint(name="billing_billline_is_money", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.position}"


class BillPayment(PracticeModel):
    """Money that left for a bill, all of it or a part.

    The billing_bill_payment_within trigger refuses more than the bill still owes.
    """

    reference = models.CharField(max_length=12, db_comment="Such as BP-00001; without a gap.")
    bill = PracticeKey(Bill, related_name="payments")
    paid_from = PracticeKey("ledger.Account")
    check_number = models.CharField(max_length=10, blank=True)
    amount = MoneyField(db_comment="Cents.")
    paid_on = models.DateField(db_comment="Business date in the practice's time zone.")
    entry = PracticeKey("ledger.JournalEntry")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "check_number amount",
        "PUBLIC": "id practice_id reference bill paid_from paid_on entry key recorded_at"
        " recorded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "reference"], name="billing_billpayment_reference_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_billpayment_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_billpayment_posted_once"
            ),
            models.CheckConstraint(name="billing_billpayment_is_money", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference


class TakenBackReason(models.TextChoices):
    """Why a bill or a payment was taken back: one of a list, so that it can hold no PHI."""

    WRONG_AMOUNT = "WRONG_AMOUNT", "The amount or the category was wrong"
    WRONG_VENDOR = "WRONG_VENDOR", "It was another vendor's"
    WRONG_DATE = "WRONG_DATE", "The date was wrong"
    TWICE = "TWICE", "It was entered twice"
    NOT_OURS = "NOT_OURS", "It is not owed, or was never paid"


class BillTakenBack(PracticeModel):
    """A bill was taken back by a reversing entry, with nothing paid on it any more."""

    bill = PracticeKey(Bill, related_name="taken_back")
    reason = models.CharField(max_length=12, choices=TakenBackReason)
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id bill reason taken_back_on entry taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "bill"], name="billing_billtakenback_once"
            ),
            models.CheckConstraint(
                name="billing_billtakenback_for_a_reason",
                condition=Q(reason__in=TakenBackReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} taken back"


class BillPaymentTakenBack(PracticeModel):
    """A payment of a bill was taken back by a reversing entry: the bill is open again."""

    payment = PracticeKey(BillPayment, related_name="taken_back")
    reason = models.CharField(max_length=12, choices=TakenBackReason)
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id payment reason taken_back_on entry taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "payment"], name="billing_billpaymenttakenback_once"
            ),
            models.CheckConstraint(
                name="billing_billpaymenttakenback_for_a_reason",
                condition=Q(reason__in=TakenBackReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} taken back"
