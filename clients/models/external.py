"""What came in from other systems."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedJSON
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client
from clients.models.coverage import Coverage
from clients.models.party import ResponsibleParty


class ExternalRecord(PracticeModel):
    """That a record of another system was taken in, so that taking it in again changes nothing.

    The other system's id and version are kept as keyed hashes only. ``said`` is what it said last
    of the fields that it owns here; ``differs`` names those that the practice changed since and
    that the other system changed too.
    """

    class Kind(models.TextChoices):
        """What the other system's record became."""

        CLIENT = "CLIENT", "Client"
        COVERAGE = "COVERAGE", "Coverage"
        SESSION = "SESSION", "Session"
        DIAGNOSIS = "DIAGNOSIS", "Diagnosis"
        RELATED = "RELATED", "Related person"

    kind = models.CharField(max_length=9, choices=Kind)
    fingerprint = models.BinaryField(db_comment="HMAC-SHA-256 under a key of the practice.")
    client = PracticeKey(Client)
    coverage = PracticeKey(Coverage, null=True)
    party = PracticeKey(ResponsibleParty, null=True)
    version_fingerprint = models.BinaryField(
        null=True, db_comment="HMAC-SHA-256 of the version's id; null where none was told."
    )
    version_number = models.BigIntegerField(
        null=True, db_comment="The version's id where that is a whole number, to tell old from new."
    )
    source_updated_at = models.DateTimeField(
        null=True, db_comment="UTC: when the other system says that it changed the record."
    )
    content_fingerprint = models.BinaryField(null=True, db_comment="HMAC-SHA-256 of what it said.")
    said = EncryptedJSON(null=True)
    differs = models.CharField(
        max_length=200, blank=True, db_comment="Names of fields with a space between."
    )
    taken_in_at = models.DateTimeField(db_comment="UTC.")
    renewed_at = models.DateTimeField(null=True, db_comment="UTC: when a newer version came.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "said",
        "PUBLIC": "id practice_id kind fingerprint client coverage party version_fingerprint"
        " version_number source_updated_at content_fingerprint differs taken_in_at renewed_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "fingerprint"], name="clients_externalrecord_once"
            ),
            models.CheckConstraint(
                name="clients_externalrecord_kind_known",
                condition=Q(kind__in=["CLIENT", "COVERAGE", "SESSION", "DIAGNOSIS", "RELATED"]),
            ),
            models.CheckConstraint(
                name="clients_externalrecord_related_is_a_party",
                condition=Q(kind="RELATED", party__isnull=False)
                | (~Q(kind="RELATED") & Q(party=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "kind"],
                condition=~Q(differs=""),
                name="clients_externalrecord_differs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.client_id}"
