"""What a practice charges for: its service codes, their list fees by date, and known codes."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.ids import uuid7
from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField


class ServiceCode(PracticeModel):
    """A kind of service by its code, with the practice's own short words for it."""

    code = models.CharField(max_length=12, db_comment="Such as the CPT code 90834.")
    label = models.CharField(
        max_length=80, db_comment="The practice's own words, never the AMA's descriptor."
    )
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id code label added_at added_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "code"], name="billing_servicecode_code_once"
            ),
            models.CheckConstraint(
                name="billing_servicecode_named", condition=~Q(code="") & ~Q(label="")
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def audit_label(self) -> str:
        return self.code


class ServiceFee(PracticeModel):
    """The list fee of a service from a date on, until a later one starts.

    Of two that start on one day the one that was set last counts. A fee of a day that is over
    never changes: the billing_servicefee_not_backwards trigger refuses a further fee of a service
    that would start before the day on which it is set.
    """

    service_code = PracticeKey(ServiceCode, related_name="fees")
    fee = MoneyField(  # type: ignore[misc]  # null is a word of its own here
        null=True, db_comment="Cents, for one session; null: not offered from that day on."
    )
    starts_on = models.DateField(db_comment="The first business date on which it is charged.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "fee",
        "PUBLIC": "id practice_id service_code starts_on set_at set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(name="billing_servicefee_not_negative", condition=Q(fee__gte=0)),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "service_code", "starts_on", "set_at", "id"],
                name="billing_servicefee_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_code_id} from {self.starts_on}"


class KnownCode(models.Model):
    """A procedure code on the days on which it can be billed, the same for every practice.

    The label is our own; the AMA's descriptors are not here. Codes of one ``family`` are chosen
    among by their minutes. Who loads a list is the owner; pages only read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=5)
    label = models.CharField(max_length=80)
    family = models.CharField(
        max_length=16, blank=True, db_comment="Codes that differ by their minutes alone."
    )
    minutes_from = models.PositiveSmallIntegerField(null=True, db_comment="The fewest.")
    minutes_until = models.PositiveSmallIntegerField(null=True, db_comment="The most.")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, db_comment="The last day.")
    source = models.CharField(max_length=80, db_comment="Where its days and minutes are from.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id code label family minutes_from minutes_until valid_from valid_until source",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="billing_knowncode_once_from_a_day"
            ),
            models.CheckConstraint(
                name="billing_knowncode_ends_after_it_starts",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="billing_knowncode_minutes_in_order",
                condition=Q(minutes_until=None) | Q(minutes_until__gte=F("minutes_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.code
