"""What a practice charges for: its service codes, and their list fees by date."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

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
    """The list fee of a service from a date on, until a later one starts."""

    service_code = PracticeKey(ServiceCode, related_name="fees")
    fee = MoneyField(db_comment="Cents, for one session.")
    starts_on = models.DateField(db_comment="The first business date on which it is charged.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "fee",
        "PUBLIC": "id practice_id service_code starts_on set_at set_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "service_code", "starts_on"],
                name="billing_servicefee_once_a_day",
            ),
            models.CheckConstraint(name="billing_servicefee_not_negative", condition=Q(fee__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.service_code_id} from {self.starts_on}"
