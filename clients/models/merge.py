"""That two records are of one person: asked for by one colleague, and approved by another."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class Merge(PracticeModel):
    """A request to show everything of ``merged`` with ``kept``. Approved, it is so until undone.

    Nothing that belongs to either client is changed by it; ``Client.merged_into`` says that it
    is in force.
    """

    class Decision(models.TextChoices):
        """What became of the request; empty while it waits."""

        APPROVED = "APPROVED", "Approved"
        REFUSED = "REFUSED", "Refused"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    kept = PracticeKey(Client)
    merged = PracticeKey(Client)
    asked_at = models.DateTimeField(db_comment="UTC.")
    asked_by = PracticeKey("accounts.Membership")
    decision = models.CharField(max_length=9, choices=Decision, default="")
    decided_at = models.DateTimeField(null=True, db_comment="UTC.")
    decided_by = PracticeKey("accounts.Membership", null=True)
    undone_at = models.DateTimeField(null=True, db_comment="UTC: two records again from here on.")
    undone_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id kept merged asked_at asked_by decision decided_at decided_by"
        " undone_at undone_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "merged"],
                condition=Q(decision=""),
                name="clients_merge_waits_once",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "merged"],
                condition=Q(decision="APPROVED", undone_at=None),
                name="clients_merge_in_force_once",
            ),
            models.CheckConstraint(name="clients_merge_of_two", condition=~Q(kept=F("merged"))),
            models.CheckConstraint(
                name="clients_merge_decided_by_someone",
                condition=Q(decision="", decided_at=None, decided_by=None)
                | Q(
                    decision__in=["APPROVED", "REFUSED", "WITHDRAWN"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="clients_merge_by_a_second_person",
                condition=~Q(decision__in=["APPROVED", "REFUSED"]) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="clients_merge_undone_by_someone",
                condition=Q(undone_at=None, undone_by=None)
                | Q(decision="APPROVED", undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id}"

    @property
    def audit_label(self) -> str:
        return str(self.kept.code)

    @property
    def is_in_force(self) -> bool:
        return self.decision == self.Decision.APPROVED and self.undone_at is None
