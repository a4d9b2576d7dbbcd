"""What was handed out about a client, to whom and why."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client
from clients.models.consent import Consent


class Release(PracticeModel):
    """That everything held about a client left the practice as a file (45 CFR 164.524, 164.528).

    The file itself is not kept, only its hash. The trigger ``release_is_open`` refuses one to
    anybody but the client while a restriction forbids it.
    """

    class To(models.TextChoices):
        """Whom it was handed to."""

        CLIENT = "CLIENT", "The client, or whoever acts for them"
        PLAN = "PLAN", "A health plan"
        OTHER = "OTHER", "Somebody else"

    class Reason(models.TextChoices):
        """Why, out of a list: nothing clinical is written down."""

        ASKED = "ASKED", "The client asked for it"
        CARE = "CARE", "Somebody else goes on with the care"
        AUTHORIZED = "AUTHORIZED", "The client authorized it in writing"
        LAW = "LAW", "A court or a law asks for it"

    class Format(models.TextChoices):
        """As which file."""

        JSON = "JSON", "JSON, for programs"
        PDF = "PDF", "PDF, for people"

    client = PracticeKey(Client, related_name="releases")
    recipient_kind = models.CharField(max_length=6, choices=To)
    recipient = EncryptedText(max_chars=200, null=True, db_comment="Null for the client.")
    recipient_address = EncryptedText(max_chars=500, null=True, db_comment="Null if not known.")
    reason = models.CharField(max_length=10, choices=Reason)
    format = models.CharField(max_length=4, choices=Format)
    consent = PracticeKey(
        Consent, null=True, db_comment="To 42 CFR Part 2, where it had to be there."
    )
    sha256 = models.CharField(max_length=64, db_comment="Of the file's bytes, in hex.")
    made_at = models.DateTimeField(db_comment="UTC.")
    made_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "recipient recipient_address",
        "PUBLIC": "id practice_id client recipient_kind reason format consent sha256 made_at"
        " made_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_release_names_its_recipient",
                condition=Q(
                    recipient_kind="CLIENT", recipient__isnull=True, recipient_address__isnull=True
                )
                | Q(recipient_kind__in=["PLAN", "OTHER"], recipient__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_release_reason_known",
                condition=Q(reason__in=["ASKED", "CARE", "AUTHORIZED", "LAW"]),
            ),
            models.CheckConstraint(
                name="clients_release_format_known", condition=Q(format__in=["JSON", "PDF"])
            ),
        ]

    def __str__(self) -> str:
        return f"release of {self.client_id}"

    @property
    def audit_label(self) -> str:
        return str(self.client.code)
