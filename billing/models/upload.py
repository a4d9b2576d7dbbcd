"""FHIR files that somebody chose on a page: kept sealed until the worker has read them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedBytes
from accounts.tenancy import PracticeKey, PracticeModel


class FhirFile(PracticeModel):
    """One of several files that were chosen together, and what became of it.

    It is taken in as a whole or not at all. Its name is never kept, since it may be a person's:
    it is known by its place. The content is emptied when it is over.
    """

    class Outcome(models.TextChoices):
        TAKEN_IN = "TAKEN_IN", "Taken in"
        UNREADABLE = "UNREADABLE", "It is no JSON that can be read"
        NOT_ALLOWED = "NOT_ALLOWED", "Whoever chose it may not add clients from a file any more"
        FAILED = "FAILED", "It failed again and again"

    batch = models.UUIDField(db_comment="Of the files that were chosen together.")
    place = models.PositiveSmallIntegerField(db_comment="Which of them, counted from 1.")
    size_bytes = models.PositiveIntegerField()
    content = EncryptedBytes(null=True, db_comment="Null once the file is over.")
    uploaded_at = models.DateTimeField(db_comment="UTC.")
    uploaded_by = PracticeKey("accounts.Membership")
    finished_at = models.DateTimeField(null=True, db_comment="UTC.")
    outcome = models.CharField(max_length=11, choices=Outcome, blank=True, default="")
    made = models.PositiveIntegerField(default=0, db_comment="Records that were new.")
    changed = models.PositiveIntegerField(default=0, db_comment="Of which a newer version came.")
    unchanged = models.PositiveIntegerField(default=0, db_comment="That were here already.")
    refused = models.PositiveIntegerField(default=0, db_comment="That wait under Intake.")
    left_out = models.PositiveIntegerField(default=0, db_comment="Of no use to a billing office.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "content",
        "PUBLIC": "id practice_id batch place size_bytes uploaded_at uploaded_by finished_at"
        " outcome made changed unchanged refused left_out",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "batch", "place"], name="billing_fhirfile_place_once"
            ),
            models.CheckConstraint(
                name="billing_fhirfile_ends_somehow",
                condition=Q(finished_at=None, outcome="")
                | Q(
                    finished_at__isnull=False,
                    outcome__in=["TAKEN_IN", "UNREADABLE", "NOT_ALLOWED", "FAILED"],
                ),
            ),
            models.CheckConstraint(
                name="billing_fhirfile_emptied_when_over",
                condition=Q(finished_at=None) | Q(content__isnull=True),
            ),
            models.CheckConstraint(
                name="billing_fhirfile_counts_what_came_in",
                condition=Q(outcome="TAKEN_IN")
                | Q(made=0, changed=0, unchanged=0, refused=0, left_out=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "uploaded_at"],
                condition=Q(finished_at=None),
                name="billing_fhirfile_open",
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.place}"

    @property
    def audit_label(self) -> str:
        return str(self)
