"""The medical-record system that a practice's clients and sessions are pulled from."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel


class FhirSource(PracticeModel):
    """A FHIR server, how we prove who we are to it, and how the last pull went.

    ``cursor_at`` is asked for again at the next pull: what comes twice changes nothing.
    """

    class Algorithm(models.TextChoices):
        ES384 = "ES384", "ES384 (elliptic curve)"
        RS384 = "RS384", "RS384 (RSA)"

    class Outcome(models.TextChoices):
        """How a pull ended; the words are what an administrator reads."""

        NONE = "", "Nothing was pulled yet"
        DONE = "DONE", "Everything was taken in or listed"
        REFUSED = "REFUSED", "The server refused us: check the client id and the key there"
        UNREACHABLE = "UNREACHABLE", "The server could not be reached"
        FORBIDDEN = "FORBIDDEN", "The address is not allowed: it is not https, or not public"
        NOT_FHIR = "NOT_FHIR", "The server's answer was not what FHIR and SMART ask for"
        TOO_LARGE = "TOO_LARGE", "The server's answer was larger than allowed"
        BUSY = "BUSY", "The server asked us to come later, or failed, each time"
        FAILED = "FAILED", "Something failed here: an operator sees it in the log"

    base_url = models.CharField(max_length=300, db_comment="Without a slash at the end.")
    client_id = models.CharField(max_length=200, db_comment="By which the server knows us.")
    algorithm = models.CharField(max_length=5, choices=Algorithm)
    key_id = models.CharField(max_length=64, db_comment="Names the public key there.")
    private_key = EncryptedText(max_chars=8_000)
    is_enabled = models.BooleanField(db_comment="Whether it is pulled by itself.")
    saved_at = models.DateTimeField(db_comment="UTC.")
    saved_by = PracticeKey("accounts.Membership")
    cursor_at = models.DateTimeField(null=True, db_comment="UTC: what changed since is asked for.")
    requested_at = models.DateTimeField(null=True, db_comment="UTC; null when nobody waits.")
    started_at = models.DateTimeField(null=True, db_comment="UTC, of the last pull.")
    finished_at = models.DateTimeField(null=True, db_comment="UTC; null while it runs.")
    outcome = models.CharField(max_length=11, choices=Outcome, blank=True, default="")
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "SECRET": "private_key",
        "PUBLIC": "id practice_id base_url client_id algorithm key_id is_enabled saved_at saved_by"
        " cursor_at requested_at started_at finished_at outcome made changed refused",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id"], name="billing_fhirsource_one_per_practice"
            ),
            models.CheckConstraint(
                name="billing_fhirsource_algorithm_known",
                condition=Q(algorithm__in=["ES384", "RS384"]),
            ),
            models.CheckConstraint(
                name="billing_fhirsource_finished_after_it_started",
                condition=Q(finished_at=None) | Q(started_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return "medical-record system"

    @property
    def audit_label(self) -> str:
        return str(self)
