"""Which therapist cares for which client, and when."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class Assignment(PracticeModel):
    """That a therapist cares for a client, from the first day to the last, both included.

    A cover stands in for a colleague and has its last day from the beginning.
    """

    client = PracticeKey(Client, related_name="assignments")
    therapist = PracticeKey("accounts.Membership")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    assigned_at = models.DateTimeField(db_comment="UTC.")
    assigned_by = PracticeKey("accounts.Membership")
    ended_at = models.DateTimeField(null=True, db_comment="UTC.")
    ended_by = PracticeKey("accounts.Membership", null=True)
    closed_at = models.DateTimeField(
        null=True, db_comment="UTC: the record is shut from here on, though the day is not over."
    )
    covers_for = PracticeKey(
        "accounts.Membership", null=True, db_comment="The colleague whom a cover stands in for."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client therapist starts_on ends_on assigned_at assigned_by"
        " ended_at ended_by closed_at covers_for",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "client", "therapist"],
                condition=Q(ends_on=None),
                name="clients_assignment_open_once",
            ),
            models.CheckConstraint(
                name="clients_assignment_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="clients_assignment_ended_by_someone",
                condition=Q(ends_on=None, ended_at=None, ended_by=None)
                | Q(ends_on__isnull=False, ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_assignment_cover_has_a_last_day",
                condition=Q(covers_for=None) | Q(ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_assignment_covers_for_another",
                condition=Q(covers_for=None) | ~Q(covers_for=F("therapist")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "therapist", "starts_on"],
                name="clients_assignment_by_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} from {self.starts_on}"
