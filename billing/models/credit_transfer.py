"""Credit that one client gives to another: a part of a payment becomes a payment of the other."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.payment import Payment


class TransferReason(models.TextChoices):
    """Why credit goes to another client: one of a list, so that it can hold no PHI."""

    FAMILY = "FAMILY", "They are one family"
    PAYER = "PAYER", "The same person pays for both"
    GIFT = "GIFT", "The client pays for somebody else"


class Agreement(models.TextChoices):
    """How whoever paid agreed: one of a list, so that it can hold no PHI."""

    WRITTEN = "WRITTEN", "In writing"
    SPOKEN = "SPOKEN", "In person"
    PHONE = "PHONE", "By telephone"


class CreditTransfer(PracticeModel):
    """That credit left of ``payment`` went to another client, as their payment ``arrived`` (J29).

    Amount, day, entry, key and writer are those of ``arrived``, and once that is taken back the
    transfer is. The billing_credit_transfer trigger refuses more than is left of the payment.
    """

    payment = PracticeKey(Payment, related_name="moved_out")
    arrived = PracticeKey(Payment, related_name="moved_in")
    reason = models.CharField(max_length=6, choices=TransferReason)
    agreed = models.CharField(max_length=7, choices=Agreement)
    agreed_on = models.DateField(db_comment="The day on which whoever paid agreed.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id payment arrived reason agreed agreed_on",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "arrived"], name="billing_credittransfer_arrived_once"
            ),
            models.CheckConstraint(
                name="billing_credittransfer_to_another", condition=~Q(arrived=F("payment"))
            ),
            models.CheckConstraint(
                name="billing_credittransfer_for_a_reason",
                condition=Q(reason__in=TransferReason.values),
            ),
            models.CheckConstraint(
                name="billing_credittransfer_agreed", condition=Q(agreed__in=Agreement.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} to {self.arrived_id}"
