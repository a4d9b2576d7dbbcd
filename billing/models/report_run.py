"""Runs of reports that somebody kept, so that they can be proved later."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel


class ReportRun(PracticeModel):
    """What a report was asked, as known at a settled moment, and the hash of what it answered.

    It is never changed. The report itself is not kept: the same question gives the same bytes.
    """

    report = models.CharField(max_length=40, db_comment="Its slug, as in its address.")
    version = models.PositiveSmallIntegerField(db_comment="Of the report when it was run.")
    since = models.DateField(null=True, db_comment="Null for a report of one day.")
    as_of = models.DateField(db_comment="Business date in the practice's time zone.")
    known_at = models.DateTimeField(db_comment="UTC; the books were settled up to it.")
    choices = models.JSONField(db_comment="Other parameters by name: codes and ids, never PHI.")
    sha256 = models.CharField(max_length=64, db_comment="Of the canonical JSON, in hex.")
    figures_sha256 = models.CharField(
        max_length=64, db_comment="Of its figures and days alone, in hex."
    )
    chart_sha256 = models.CharField(
        max_length=64, db_comment="Of the codes and names of the chart at the time, in hex."
    )
    row_count = models.PositiveIntegerField()
    run_at = models.DateTimeField(db_comment="UTC.")
    run_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id report version since as_of known_at choices sha256"
        " figures_sha256 chart_sha256 row_count run_at run_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_reportrun_of_days_in_order",
                condition=Q(since=None) | Q(since__lte=F("as_of")),
            ),
            models.CheckConstraint(
                name="billing_reportrun_hashes_whole",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
                & Q(figures_sha256__regex=r"^[0-9a-f]{64}$")
                & Q(chart_sha256__regex=r"^[0-9a-f]{64}$"),
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "run_at", "id"], name="billing_reportrun_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.report} of {self.as_of:%Y-%m-%d}"

    @property
    def audit_label(self) -> str:
        return str(self)
