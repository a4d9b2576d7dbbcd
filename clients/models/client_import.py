"""Clients that come in from a file: one run for each file, and the file until the run is over."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedBytes
from accounts.tenancy import PracticeKey, PracticeModel


class ClientImport(PracticeModel):
    """A file of clients on its way in: uploaded, its columns named, confirmed, and then over.

    Over is one of three: every row that was confirmed became a client (``finished_at``), none did
    (``refused_at``), or it was thrown away. File and headings are kept as keyed hashes only.
    """

    class Refusal(models.TextChoices):
        """Why nothing of a confirmed file became a client."""

        FAILED = "FAILED", "It failed again and again"
        CHANGED = "CHANGED", "Clients were added meanwhile that look like some of the rows"
        NOT_ALLOWED = "NOT_ALLOWED", "Whoever confirmed it may not add clients from a file any more"
        PROBLEMS = "PROBLEMS", "Rows cannot be read any more as they were checked"

    file_digest = models.BinaryField(db_comment="HMAC-SHA-256 of the bytes under a practice key.")
    headings_digest = models.BinaryField(db_comment="HMAC-SHA-256 of the headings, likewise.")
    rows_count = models.PositiveIntegerField(db_comment="Rows below the headings.")
    columns = models.JSONField(
        null=True, db_comment="Name of the field taken from each column, in order; null for none."
    )
    date_order = models.CharField(max_length=3, default="", db_comment="MDY, DMY, or not said.")
    adds_alike = models.BooleanField(
        default=False, db_comment="Rows that look like a client become one too; else left out."
    )
    alike_count = models.PositiveIntegerField(
        default=0, db_comment="Rows that looked like a client when it was confirmed."
    )
    uploaded_at = models.DateTimeField(db_comment="UTC.")
    uploaded_by = PracticeKey("accounts.Membership")
    confirmed_at = models.DateTimeField(null=True, db_comment="UTC.")
    confirmed_by = PracticeKey("accounts.Membership", null=True)
    codes_from = models.BigIntegerField(
        null=True, db_comment="Number of the first of as many codes as rows, taken for its clients."
    )
    finished_at = models.DateTimeField(null=True, db_comment="UTC.")
    created_count = models.PositiveIntegerField(null=True)
    refused_at = models.DateTimeField(null=True, db_comment="UTC.")
    refusal = models.CharField(max_length=11, choices=Refusal, default="")
    discarded_at = models.DateTimeField(null=True, db_comment="UTC; by its owner or after a day.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id file_digest headings_digest rows_count columns date_order"
        " adds_alike alike_count uploaded_at uploaded_by confirmed_at confirmed_by codes_from"
        " finished_at created_count refused_at refusal discarded_at",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_clientimport_confirmed_by_someone",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, columns__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_clientimport_ends_once",
                condition=Q(finished_at=None, refused_at=None)
                | Q(finished_at=None, discarded_at=None)
                | Q(refused_at=None, discarded_at=None),
            ),
            models.CheckConstraint(
                name="clients_clientimport_ends_confirmed",
                condition=Q(finished_at=None, refused_at=None) | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_clientimport_counts_what_it_made",
                condition=Q(finished_at=None, created_count=None)
                | Q(finished_at__isnull=False, created_count__lte=models.F("rows_count")),
            ),
            models.CheckConstraint(
                name="clients_clientimport_refused_for_a_reason",
                condition=Q(refused_at=None, refusal="")
                | Q(
                    refused_at__isnull=False,
                    refusal__in=["FAILED", "CHANGED", "NOT_ALLOWED", "PROBLEMS"],
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "file_digest"], name="clients_clientimport_by_file"
            ),
            models.Index(
                fields=["practice_id", "uploaded_by", "uploaded_at"],
                name="clients_clientimport_by_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"import of {self.rows_count} rows"

    @property
    def audit_label(self) -> str:
        return ""

    @property
    def is_over(self) -> bool:
        return bool(self.finished_at or self.refused_at or self.discarded_at)


class ClientImportFile(PracticeModel):
    """The file of a run, sealed, beside it: emptied when the run is over, a day later at most."""

    run = PracticeKey(ClientImport)
    content = EncryptedBytes(null=True, db_comment="Null once the run is over.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "content",
        "PUBLIC": "id practice_id run",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "run"], name="clients_clientimportfile_one_per_run"
            ),
        ]

    def __str__(self) -> str:
        return f"file of {self.run_id}"
