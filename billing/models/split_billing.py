"""Billing that is split: one act, one invoice for each of those who pay."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField


class SplitBilling(PracticeModel):
    """The act of billing a client's hours to several who pay, by the rules of each day of service.

    Its parts are invoices, each with its own number and its own item in the books. The
    billing_split_whole trigger checks at commit that they are ``part_count`` invoices over
    ``total`` of one client and one day, each to somebody else, and that the lines of each hour are
    its fee and its discount together. They are voided together or not at all.
    """

    client = PracticeKey("clients.Client")
    total = MoneyField(db_comment="Cents, of all parts together.")
    part_count = models.PositiveSmallIntegerField(db_comment="So that no invoice joins it later.")
    billed_at = models.DateTimeField(db_comment="UTC.")
    billed_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "total",
        "PUBLIC": "id practice_id client part_count billed_at billed_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_splitbilling_has_parts", condition=Q(part_count__gte=2)
            ),
            models.CheckConstraint(name="billing_splitbilling_is_money", condition=Q(total__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.part_count} parts of {self.client_id}"
