"""The weekly review of the log: what was drawn, what was said of it, and who signed.

Rows are added and never changed: a decision that is taken after another stands beside it.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel

OWN_WORDS_MAX_CHARS = 200


class LogReview(PracticeModel):
    """One calendar week of the log, Monday to Sunday in the practice's time zone, under review.

    45 CFR 164.308(a)(1)(ii)(D). The sample is drawn once, by the seed that is kept.
    """

    week_starts_on = models.DateField(db_comment="A Monday.")
    starts_at = models.DateTimeField(db_comment="UTC.")
    ends_at = models.DateTimeField(db_comment="UTC: the first moment that does not count.")
    seed = models.CharField(max_length=64, db_comment="32 random bytes in hex; orders the sample.")
    touched = models.PositiveBigIntegerField(
        db_comment="Events of the week that touched a client: what the random ones are drawn from."
    )
    line_count = models.PositiveIntegerField(db_comment="How many lines it has.")
    opened_at = models.DateTimeField(db_comment="UTC.")
    due_on = models.DateField(db_comment="The last day on which it is signed in time.")

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id week_starts_on starts_at ends_at seed touched line_count"
        " opened_at due_on"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "week_starts_on"], name="accounts_logreview_once_a_week"
            ),
            models.CheckConstraint(
                name="accounts_logreview_begins_on_monday",
                condition=Q(week_starts_on__iso_week_day=1),
            ),
            models.CheckConstraint(
                name="accounts_logreview_over_when_opened",
                condition=Q(ends_at__gt=models.F("starts_at"), opened_at__gte=models.F("ends_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"log review of {self.week_starts_on}"

    @property
    def audit_label(self) -> str:
        return str(self.week_starts_on)


class LogReviewLine(PracticeModel):
    """What is looked at together: one event, or many of one person and kind.

    Events stand here by their numbers alone; their sentences are told from the log.
    """

    class Kind(models.TextChoices):
        """Why it is looked at. All but the random ones hold everything of their kind."""

        EMERGENCY = "EMERGENCY", "Emergency access"
        EXPORT = "EXPORT", "Taken away"
        UNASSIGNED = "UNASSIGNED", "Without an assignment"
        OFF_HOURS = "OFF_HOURS", "Outside hours"
        VIEWER = "VIEWER", "Touched the most clients"
        RANDOM = "RANDOM", "Drawn by lot"

    review = PracticeKey(LogReview, related_name="lines")
    position = models.PositiveIntegerField(db_comment="From 1 to the review's line_count.")
    kind = models.CharField(max_length=10, choices=Kind)
    person_id = models.UUIDField(
        null=True, db_comment="Who acted, as the log tells it; null for nobody of the practice."
    )
    seqs = ArrayField(
        models.BigIntegerField(),
        db_comment="Numbers of the events on the log, rising; none for VIEWER.",
    )
    clients = models.PositiveIntegerField(
        null=True, db_comment="How many clients they touched that week; for VIEWER alone."
    )

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id review position kind person_id seqs clients"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "review", "position"], name="accounts_logreviewline_position"
            ),
            models.CheckConstraint(
                name="accounts_logreviewline_is_of_its_kind",
                condition=Q(kind="VIEWER", clients__gt=0, person_id__isnull=False)
                | Q(
                    kind__in=["EMERGENCY", "EXPORT", "UNASSIGNED", "OFF_HOURS", "RANDOM"],
                    clients=None,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.position}"

    @property
    def audit_label(self) -> str:
        return f"{self.review.week_starts_on}, line {self.position}"


class LogReviewMark(PracticeModel):
    """What was said of a line. The last one counts; those before it stay.

    The accounts_logreviewmark_follows trigger holds which may follow which.
    """

    class Says(models.TextChoices):
        """What one says."""

        FINE = "FINE", "Fine"
        ASK = "ASK", "Ask the person"
        ANSWERED = "ANSWERED", "Answered"
        INCIDENT = "INCIDENT", "Incident"
        CLOSED = "CLOSED", "Incident closed"

    line = PracticeKey(LogReviewLine, related_name="marks")
    turn = models.PositiveSmallIntegerField(db_comment="From 1 on, without a gap.")
    says = models.CharField(max_length=8, choices=Says)
    own_words = EncryptedText(
        max_chars=OWN_WORDS_MAX_CHARS, null=True, db_comment="Why; may be missing for FINE alone."
    )
    marked_at = models.DateTimeField(db_comment="UTC.")
    marked_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar = {
        "PHI": "own_words",
        "PUBLIC": "id practice_id line turn says marked_at marked_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "line", "turn"], name="accounts_logreviewmark_turn"
            ),
            models.CheckConstraint(
                name="accounts_logreviewmark_says_why",
                condition=Q(says="FINE")
                | Q(
                    says__in=["ASK", "ANSWERED", "INCIDENT", "CLOSED"],
                    own_words__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.says} of {self.line_id}"


class LogReviewSignature(PracticeModel):
    """That somebody signed a week off. Only incidents are closed after it.

    The accounts_logreviewsignature_is_last trigger sees that no line waits.
    """

    review = PracticeKey(LogReview, related_name="signatures")
    signed_at = models.DateTimeField(db_comment="UTC.")
    signed_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id practice_id review signed_at signed_by"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "review"], name="accounts_logreviewsignature_once"
            ),
        ]

    def __str__(self) -> str:
        return f"signature of {self.review_id}"
