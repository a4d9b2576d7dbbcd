"""Insurances of clients."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class Coverage(PracticeModel):
    """An insurance of a client. A date that nobody told is null."""

    client = PracticeKey(Client, related_name="coverages")
    payer_name = EncryptedText(max_chars=200)
    member_id = EncryptedText(max_chars=80)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True, db_comment="The last day.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "payer_name member_id",
        "PUBLIC": "id practice_id client starts_on ends_on added_at added_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_coverage_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"coverage of {self.client_id}"
