"""Opening a record in an emergency."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class EmergencyAccess(PracticeModel):
    """That a member opened a client's record without being assigned: for an hour, then reviewed.

    HIPAA 45 CFR 164.312(a)(2)(ii). The reason is one of a list: nothing clinical is written down.
    """

    class Reason(models.TextChoices):
        """Why it could not wait."""

        CRISIS = "CRISIS", "The client is in a crisis"
        UNREACHABLE = "UNREACHABLE", "Their therapist cannot be reached"
        AT_THE_DOOR = "AT_THE_DOOR", "The client is here and needs something now"
        SAFETY = "SAFETY", "Somebody's safety is at risk"

    class Finding(models.TextChoices):
        """What the review found; empty while it waits."""

        JUSTIFIED = "JUSTIFIED", "It was right"
        UNJUSTIFIED = "UNJUSTIFIED", "It was not right"

    client = PracticeKey(Client)
    member = PracticeKey("accounts.Membership")
    reason = models.CharField(max_length=11, choices=Reason)
    opened_at = models.DateTimeField(db_comment="UTC.")
    ends_at = models.DateTimeField(db_comment="UTC: at most 60 minutes after it was opened.")
    finding = models.CharField(max_length=11, choices=Finding, default="")
    reviewed_at = models.DateTimeField(null=True, db_comment="UTC.")
    reviewed_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client member reason opened_at ends_at finding reviewed_at"
        " reviewed_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_emergencyaccess_an_hour",
                condition=Q(
                    ends_at__lte=F("opened_at") + models.Value("60 minutes", models.DurationField())
                ),
            ),
            models.CheckConstraint(
                name="clients_emergencyaccess_reviewed_by_someone",
                condition=Q(finding="", reviewed_at=None, reviewed_by=None)
                | Q(
                    finding__in=["JUSTIFIED", "UNJUSTIFIED"],
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="clients_emergencyaccess_not_by_oneself",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("member")),
            ),
            models.CheckConstraint(
                name="clients_emergencyaccess_reviewed_once_over",
                condition=Q(reviewed_at=None) | Q(reviewed_at__gte=F("ends_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "member", "ends_at"],
                name="clients_emergencyaccess_now",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} by {self.member_id}"

    @property
    def audit_label(self) -> str:
        return ""
