"""What comes in from other systems: what was not taken in, and whose words mean what here."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedJSON, EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.service import ServiceCode


class RejectedRecord(PracticeModel):
    """A record of another system that was not taken in: where it is wrong, and why.

    The record itself, reduced to what is read of it, stands sealed until it is settled.
    """

    class CameBy(models.TextChoices):
        FILE = "FILE", "A file"
        PULL = "PULL", "The medical-record system, asked by us"
        API = "API", "The medical-record system, by itself"

    class State(models.TextChoices):
        OPEN = "OPEN", "Open"
        TAKEN_IN = "TAKEN_IN", "Taken in"
        DISMISSED = "DISMISSED", "Dismissed"

    class Remedy(models.TextChoices):
        """What would let it in."""

        MEND = "MEND", "A value is wrong"
        WAIT = "WAIT", "Waits for another record"
        MAP = "MAP", "Waits for your word on whose, or which, service it is"

    class Dismissal(models.TextChoices):
        NOT_OURS = "NOT_OURS", "Not a client of ours"
        DUPLICATE = "DUPLICATE", "It is here already"
        NOT_BILLED = "NOT_BILLED", "It is not billed"
        BY_HAND = "BY_HAND", "It was entered by hand"
        THERE = "THERE", "It is corrected in the other system"

    fingerprint = models.BinaryField(db_comment="HMAC-SHA-256 of what recognizes the record.")
    content_fingerprint = models.BinaryField(db_comment="HMAC-SHA-256 of what was read of it.")
    channel = models.CharField(max_length=4, choices=CameBy)
    origin = models.UUIDField(db_comment="Of the file, source or token that it came by.")
    kind = models.CharField(max_length=24, db_comment="The FHIR resource type, such as Patient.")
    path = models.CharField(max_length=300, db_comment="JSON path of what is wrong, inside it.")
    reason = models.CharField(max_length=200, db_comment="Our own words; they quote nothing.")
    remedy = models.CharField(max_length=4, choices=Remedy)
    body = EncryptedJSON(null=True)
    received_at = models.DateTimeField(db_comment="UTC, the last time it came.")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    dismissal = models.CharField(max_length=10, choices=Dismissal, blank=True, default="")
    settled_at = models.DateTimeField(null=True, db_comment="UTC.")
    settled_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "body",
        "PUBLIC": "id practice_id fingerprint content_fingerprint channel origin kind path reason"
        " remedy received_at state dismissal settled_at settled_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "fingerprint"], name="billing_rejectedrecord_once"
            ),
            models.CheckConstraint(
                name="billing_rejectedrecord_settled_by_someone",
                condition=Q(state="OPEN", settled_at=None, settled_by=None)
                | Q(
                    state__in=["TAKEN_IN", "DISMISSED"],
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="billing_rejectedrecord_emptied_when_settled",
                condition=Q(state="OPEN") | Q(body__isnull=True),
            ),
            models.CheckConstraint(
                name="billing_rejectedrecord_dismissed_for_a_reason",
                condition=(Q(state="DISMISSED") & ~Q(dismissal=""))
                | (~Q(state="DISMISSED") & Q(dismissal="")),
            ),
            models.CheckConstraint(
                name="billing_rejectedrecord_remedy_known",
                condition=Q(remedy__in=["MEND", "WAIT", "MAP"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "received_at", "id"],
                condition=Q(state="OPEN"),
                name="billing_rejectedrecord_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.pk)[-6:]}"

    @property
    def audit_label(self) -> str:
        return str(self)


class ExternalCode(PracticeModel):
    """A practitioner or a service by another system's name, and who or what that is here.

    Nobody chose yet where both ``member`` and ``service_code`` are null.
    """

    class Kind(models.TextChoices):
        PRACTITIONER = "PRACTITIONER", "Practitioner"
        SERVICE = "SERVICE", "Service"

    kind = models.CharField(max_length=12, choices=Kind)
    fingerprint = models.BinaryField(db_comment="HMAC-SHA-256 of the other system's name for it.")
    words = EncryptedText(max_chars=200)
    seen = models.PositiveIntegerField(db_comment="How many sessions came with it.")
    first_seen_at = models.DateTimeField(db_comment="UTC.")
    member = PracticeKey("accounts.Membership", null=True)
    service_code = PracticeKey(ServiceCode, null=True)
    mapped_at = models.DateTimeField(null=True, db_comment="UTC.")
    mapped_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "words",
        "PUBLIC": "id practice_id kind fingerprint seen first_seen_at member service_code mapped_at"
        " mapped_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "fingerprint"], name="billing_externalcode_once"
            ),
            models.CheckConstraint(
                name="billing_externalcode_means_its_kind",
                condition=Q(kind="PRACTITIONER", service_code=None)
                | Q(kind="SERVICE", member=None),
            ),
            models.CheckConstraint(
                name="billing_externalcode_mapped_by_someone",
                condition=Q(mapped_at=None, mapped_by=None, member=None, service_code=None)
                | Q(mapped_at__isnull=False, mapped_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.pk)[-6:]}"

    @property
    def audit_label(self) -> str:
        return str(self)
