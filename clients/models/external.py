"""What came in from other systems."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class ExternalRecord(PracticeModel):
    """That a record of another system was taken in, so that taking it in again changes nothing.

    The other system's id is kept as a keyed hash only.
    """

    class Kind(models.TextChoices):
        """What the other system's record became."""

        CLIENT = "CLIENT", "Client"
        COVERAGE = "COVERAGE", "Coverage"

    kind = models.CharField(max_length=8, choices=Kind)
    fingerprint = models.BinaryField(db_comment="HMAC-SHA-256 under a key of the practice.")
    client = PracticeKey(Client)
    taken_in_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id kind fingerprint client taken_in_at"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "fingerprint"], name="clients_externalrecord_once"
            ),
            models.CheckConstraint(
                name="clients_externalrecord_kind_known",
                condition=Q(kind__in=["CLIENT", "COVERAGE"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.client_id}"
