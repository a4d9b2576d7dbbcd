"""Files of reports that the worker makes, because they take longer than a click may."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedBytes
from accounts.tenancy import PracticeKey, PracticeModel


class ReportFile(PracticeModel):
    """A report on its way to a file: asked for, made sealed, and gone once fetched or a day old.

    Its id is the id of the export. Over is one of three: fetched, expired, or failed.
    """

    report = models.CharField(max_length=40, db_comment="Its slug, as in its address.")
    kind = models.CharField(max_length=4, db_comment="csv, xlsx, pdf or json.")
    since = models.DateField(null=True, db_comment="Null for a report of one day.")
    as_of = models.DateField(db_comment="Business date in the practice's time zone.")
    known_at = models.DateTimeField(null=True, db_comment="UTC; null for what is known when made.")
    choices = models.JSONField(db_comment="Other parameters by name: codes and ids, never PHI.")
    row_count = models.PositiveIntegerField(db_comment="When it was asked for.")
    requested_at = models.DateTimeField(db_comment="UTC.")
    requested_by = PracticeKey("accounts.Membership")
    finished_at = models.DateTimeField(null=True, db_comment="UTC; made, or given up.")
    fetched_at = models.DateTimeField(null=True, db_comment="UTC.")
    expired_at = models.DateTimeField(null=True, db_comment="UTC.")
    refusal = models.CharField(
        max_length=11,
        blank=True,
        default="",
        choices=[
            ("FAILED", "It failed again and again"),
            ("NOT_ALLOWED", "Whoever asked for it may not take reports away any more"),
            ("TOO_LONG", "It has more rows than this kind of file takes"),
        ],
    )
    content = EncryptedBytes(null=True, passing=True, db_comment="Null before and after.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "content",
        "PUBLIC": "id practice_id report kind since as_of known_at choices row_count requested_at"
        " requested_by finished_at fetched_at expired_at refusal",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_reportfile_of_days_in_order",
                condition=Q(since=None) | Q(since__lte=F("as_of")),
            ),
            models.CheckConstraint(
                name="billing_reportfile_kind_known",
                condition=Q(kind__in=["csv", "xlsx", "pdf", "json"]),
            ),
            models.CheckConstraint(
                name="billing_reportfile_refused_for_a_reason",
                condition=Q(refusal="")
                | Q(
                    refusal__in=["FAILED", "NOT_ALLOWED", "TOO_LONG"],
                    finished_at__isnull=False,
                    fetched_at=None,
                    content__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="billing_reportfile_gone_when_over",
                condition=Q(fetched_at=None, expired_at=None) | Q(content__isnull=True),
            ),
            models.CheckConstraint(
                name="billing_reportfile_made_before_it_is_over",
                condition=Q(content__isnull=True, fetched_at=None, expired_at=None)
                | Q(finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "requested_at"],
                condition=Q(finished_at=None),
                name="billing_reportfile_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"file of {self.report}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def is_ready(self) -> bool:
        return bool(self.finished_at and not (self.refusal or self.fetched_at or self.expired_at))
