"""What may not be told about a client, and to whom."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class Restriction(PracticeModel):
    """That something about a client is not told. It blocks; ``selectors.restrictions`` says what.

    It covers the services from one day to another, or all of them.
    """

    class Kind(models.TextChoices):
        """The rule behind it."""

        PAID_IN_FULL = "PAID_IN_FULL", "Paid in full: do not tell my plan"
        PART_2 = "PART_2", "Protected record (42 CFR Part 2)"
        NO_DISCLOSURE = "NO_DISCLOSURE", "Agreed: nothing is disclosed"

    client = PracticeKey(Client, related_name="restrictions")
    kind = models.CharField(max_length=13, choices=Kind)
    starts_on = models.DateField(null=True, db_comment="First day of service; null for all before.")
    ends_on = models.DateField(null=True, db_comment="Last day of service; null for all to come.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")
    ended_at = models.DateTimeField(null=True, db_comment="UTC: it blocks nothing from here on.")
    ended_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client kind starts_on ends_on set_at set_by ended_at ended_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_restriction_kind_known",
                condition=Q(kind__in=["PAID_IN_FULL", "PART_2", "NO_DISCLOSURE"]),
            ),
            models.CheckConstraint(
                name="clients_restriction_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="clients_restriction_ended_by_someone",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.client_id}"

    @property
    def is_whole(self) -> bool:
        """Whether it covers services of every day."""
        return self.starts_on is None and self.ends_on is None

    def covers(self, on: date) -> bool:
        """Say whether it covers the services of a day."""
        return (self.starts_on or on) <= on <= (self.ends_on or on)
