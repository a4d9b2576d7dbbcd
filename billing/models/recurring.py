"""Bills that come again and again, and the papers that belong to a bill."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedBytes
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.bill import Bill, Vendor
from ledger.fields import MoneyField

LAST_DAY = 31
"""Of a month that has fewer days it means the last one, as 29 and 30 do."""


class RecurringBill(PracticeModel):
    """A bill that comes on the same day every few months, such as rent on the last day.

    It makes bills; what they are is theirs. Another amount is another one of these.
    """

    vendor = PracticeKey(Vendor)
    category = PracticeKey("ledger.Account")
    amount = MoneyField(db_comment="Cents.")
    day = models.PositiveSmallIntegerField(
        db_comment="Of the month; in a shorter month its last day."
    )
    every_months = models.PositiveSmallIntegerField()
    starts_on = models.DateField(db_comment="No bill is dated before; its month is the first.")
    ends_on = models.DateField(null=True, db_comment="No bill is dated after.")
    due_days = models.PositiveSmallIntegerField(db_comment="Days from its date until it is due.")
    made_through = models.DateField(
        null=True, db_comment="Bills up to this day are made, or were left out by a pause."
    )
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    set_up_at = models.DateTimeField(db_comment="UTC.")
    set_up_by = PracticeKey("accounts.Membership")
    paused_at = models.DateTimeField(null=True, db_comment="UTC.")
    paused_by = PracticeKey("accounts.Membership", null=True)
    ended_at = models.DateTimeField(null=True, db_comment="UTC.")
    ended_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id vendor category day every_months starts_on ends_on due_days"
        " made_through key set_up_at set_up_by paused_at paused_by ended_at ended_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_recurringbill_key_once"
            ),
            models.CheckConstraint(
                name="billing_recurringbill_is_money", condition=Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="billing_recurringbill_day_of_month",
                condition=Q(day__gte=1, day__lte=LAST_DAY),
            ),
            models.CheckConstraint(
                name="billing_recurringbill_every_few_months",
                condition=Q(every_months__in=[1, 2, 3, 6, 12]),
            ),
            models.CheckConstraint(
                name="billing_recurringbill_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="billing_recurringbill_paused_by_someone",
                condition=Q(paused_at=None, paused_by=None)
                | Q(paused_at__isnull=False, paused_by__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_recurringbill_ended_by_someone",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"recurring bill {str(self.pk)[-6:]}"

    @property
    def audit_label(self) -> str:
        return str(self)


class BillFile(PracticeModel):
    """A paper that belongs to a bill: itself, or a receipt. Sealed; its name is never kept."""

    class Kind(models.TextChoices):
        PDF = "PDF", "PDF"
        PNG = "PNG", "PNG picture"
        JPEG = "JPEG", "JPEG picture"

    bill = PracticeKey(Bill, related_name="files")
    place = models.PositiveSmallIntegerField(db_comment="Counted from 1.")
    kind = models.CharField(max_length=4, choices=Kind)
    size_bytes = models.PositiveIntegerField()
    content = EncryptedBytes()
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "content",
        "PUBLIC": "id practice_id bill place kind size_bytes added_at added_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "bill", "place"], name="billing_billfile_place_once"
            ),
            models.CheckConstraint(
                name="billing_billfile_at_most_ten", condition=Q(place__gte=1, place__lte=10)
            ),
            models.CheckConstraint(
                name="billing_billfile_kind_known", condition=Q(kind__in=["PDF", "PNG", "JPEG"])
            ),
        ]

    def __str__(self) -> str:
        return f"paper {self.place}"

    @property
    def audit_label(self) -> str:
        return str(self)
