from typing import ClassVar

from django.db import models
from django.db.models import Q, Value

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.service import ServiceCode
from ledger.fields import MoneyField
from ledger.money import Money

LONGEST_MINUTES = 24 * 60


class DiscountKind(models.TextChoices):
    """Why less than the list fee is charged: which account of discounts takes it."""

    SLIDING = "SLIDING", "Sliding scale"
    COURTESY = "COURTESY", "Courtesy"


class Session(PracticeModel):
    """An hour with a therapist that took place, and what it costs. One invoice line bills it.

    The fee is what was agreed when it was recorded; a later fee does not change it. With the
    discount it is the list fee.
    """

    client = PracticeKey("clients.Client")
    therapist = PracticeKey("accounts.Membership")
    service_code = PracticeKey(ServiceCode)
    started_at = models.DateTimeField(db_comment="UTC.")
    minutes = models.PositiveSmallIntegerField(db_comment="From start to end.")
    fee = MoneyField(db_comment="Cents, as agreed when the session was recorded.")
    discount = MoneyField(db_default=Value(0), db_comment="Cents, what was taken off the list fee.")
    discount_kind = models.CharField(max_length=8, choices=DiscountKind, blank=True, db_default="")
    source_fingerprint = models.BinaryField(
        null=True, db_comment="Keyed hash of the foreign record it was imported from; once."
    )
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "fee discount",
        "PUBLIC": "id practice_id client therapist service_code started_at minutes discount_kind"
        " source_fingerprint recorded_at recorded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "source_fingerprint"], name="billing_session_imported_once"
            ),
            models.CheckConstraint(
                name="billing_session_fee_not_negative", condition=Q(fee__gte=0)
            ),
            models.CheckConstraint(
                name="billing_session_discount_of_a_kind",
                condition=Q(discount=0, discount_kind="")
                | Q(discount__gt=0, discount_kind__in=DiscountKind.values),
            ),
            models.CheckConstraint(
                name="billing_session_minutes_of_a_day",
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_MINUTES),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "started_at", "id"], name="billing_session_by_start"
            ),
        ]

    @property
    def list_fee(self) -> Money:
        return self.fee + self.discount

    def __str__(self) -> str:
        return f"session of {self.started_at:%Y-%m-%d %H:%M}"
