"""What clients consent to: the practice's texts by version, and who gave which."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class ConsentText(PracticeModel):
    """A version of a text that clients consent to. Never changed: a new version follows it."""

    class Kind(models.TextChoices):
        """What a text is about."""

        PRIVACY = "PRIVACY", "Notice of privacy practices"
        BILLING = "BILLING", "Treatment and billing"
        TELEHEALTH = "TELEHEALTH", "Telehealth"
        PAYER = "PAYER", "Release of information to a payer"
        PART_2 = "PART_2", "Substance use records (42 CFR Part 2)"
        CARD = "CARD", "Card on file"
        CONTACT = "CONTACT", "E-mail and text messages"

    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveIntegerField(db_comment="1, 2, 3 … of the kind.")
    body = models.TextField()
    effective_from = models.DateField()
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id kind version body effective_from added_at added_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "version"], name="clients_consenttext_version_once"
            ),
            models.CheckConstraint(
                name="clients_consenttext_counts_from_one", condition=Q(version__gte=1)
            ),
            models.CheckConstraint(
                name="clients_consenttext_kind_known",
                condition=Q(
                    kind__in=[
                        "PRIVACY",
                        "BILLING",
                        "TELEHEALTH",
                        "PAYER",
                        "PART_2",
                        "CARD",
                        "CONTACT",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    @property
    def audit_label(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


class Consent(PracticeModel):
    """That a client consented to a version of a text on a day, until it ends or is withdrawn."""

    class How(models.TextChoices):
        """How it was given."""

        PAPER = "PAPER", "Signed on paper"
        IN_PERSON = "IN_PERSON", "Said in person"
        ELECTRONIC = "ELECTRONIC", "Signed electronically"

    client = PracticeKey(Client, related_name="consents")
    text = PracticeKey(ConsentText)
    how = models.CharField(max_length=10, choices=How)
    given_on = models.DateField()
    ends_on = models.DateField(null=True, db_comment="The last day, where the consent names one.")
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")
    withdrawn_on = models.DateField(null=True, db_comment="The day from which it is withdrawn.")
    withdrawn_at = models.DateTimeField(null=True, db_comment="UTC: when that was recorded.")
    withdrawn_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client text how given_on ends_on recorded_at recorded_by"
        " withdrawn_on withdrawn_at withdrawn_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "client", "text", "given_on"],
                condition=Q(withdrawn_at=None),
                name="clients_consent_given_once_a_day",
            ),
            models.CheckConstraint(
                name="clients_consent_how_known",
                condition=Q(how__in=["PAPER", "IN_PERSON", "ELECTRONIC"]),
            ),
            models.CheckConstraint(
                name="clients_consent_ends_after_it_is_given",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("given_on")),
            ),
            models.CheckConstraint(
                name="clients_consent_withdrawn_by_someone",
                condition=Q(withdrawn_on=None, withdrawn_at=None, withdrawn_by=None)
                | Q(
                    withdrawn_on__isnull=False,
                    withdrawn_on__gte=F("given_on"),
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"consent of {self.client_id}"
