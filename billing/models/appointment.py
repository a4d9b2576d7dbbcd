"""Hours that are planned, and what became of them. Both are facts: nothing is edited."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.service import ServiceCode
from billing.models.session import LONGEST_MINUTES, Session

OCCURRENCES_MAX = 104
"""How many hours one series plans at most: two years of weeks."""


class AppointmentSeries(PracticeModel):
    """Hours that were planned together, every few weeks at one time of the practice's own clock.

    Its hours stand as appointments from the beginning; a change of later ones is a series of its
    own, which ``follows`` this one.
    """

    client = PracticeKey("clients.Client")
    starts_on = models.DateField(db_comment="The first business date.")
    clock = models.TimeField(db_comment="On the practice's wall, whatever the season.")
    every_weeks = models.PositiveSmallIntegerField()
    occurrences = models.PositiveSmallIntegerField(db_comment="How many hours were planned.")
    follows = PracticeKey("self", null=True)
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    planned_at = models.DateTimeField(db_comment="UTC.")
    planned_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client starts_on clock every_weeks occurrences follows key"
        " planned_at planned_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_appointmentseries_key_once"
            ),
            models.CheckConstraint(
                name="billing_appointmentseries_every_few_weeks",
                condition=Q(every_weeks__gte=1, every_weeks__lte=8),
            ),
            models.CheckConstraint(
                name="billing_appointmentseries_bounded",
                condition=Q(occurrences__gte=1, occurrences__lte=OCCURRENCES_MAX),
            ),
        ]

    def __str__(self) -> str:
        return f"series from {self.starts_on}"


class Appointment(PracticeModel):
    """An hour that is planned. What became of it is its outcome; until then it waits.

    Another time is another appointment, to which the outcome of this one leads. That of a member
    of a group leads to the group's hour, which the billing_appointment_of_group trigger holds to.
    """

    client = PracticeKey("clients.Client")
    therapist = PracticeKey("accounts.Membership")
    service_code = PracticeKey(ServiceCode)
    starts_at = models.DateTimeField(db_comment="UTC.")
    minutes = models.PositiveSmallIntegerField(db_comment="From start to end.")
    place_of_service = models.CharField(
        max_length=2, db_default=Value("11"), db_comment="Where it will be, such as 10."
    )
    series = PracticeKey(AppointmentSeries, null=True, related_name="appointments")
    group_hour = PracticeKey("billing.GroupHour", null=True, related_name="appointments")
    key = models.UUIDField(db_comment="Of the form that it came by, or of its place in it; once.")
    planned_at = models.DateTimeField(db_comment="UTC.")
    planned_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client therapist service_code starts_at minutes"
        " place_of_service series group_hour key planned_at planned_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_appointment_key_once"
            ),
            models.CheckConstraint(
                name="billing_appointment_minutes_of_a_day",
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_MINUTES),
            ),
            models.UniqueConstraint(
                fields=["practice_id", "group_hour", "client"],
                name="billing_appointment_once_in_a_group_hour",
            ),
            models.CheckConstraint(
                name="billing_appointment_of_a_series_or_a_group",
                condition=Q(series=None) | Q(group_hour=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "starts_at", "id"], name="billing_appointment_by_start"
            ),
        ]

    def __str__(self) -> str:
        return f"appointment of {self.starts_at:%Y-%m-%d %H:%M}"


class AppointmentOutcome(PracticeModel):
    """What became of a planned hour. One stands for each; a wrong one is taken back by a row.

    The billing_outcome_stands_alone trigger refuses a second one that stands.
    """

    class Kind(models.TextChoices):
        """What became of it."""

        HELD = "HELD", "Took place"
        CANCELLED = "CANCELLED", "Cancelled in time"
        LATE_CANCELLED = "LATE_CANCELLED", "Cancelled late"
        NO_SHOW = "NO_SHOW", "Did not come"
        MOVED = "MOVED", "Moved"

    class CancelledFor(models.TextChoices):
        """Who could not, or empty where nothing was cancelled."""

        CLIENT = "CLIENT", "The client"
        PRACTICE = "PRACTICE", "The practice"

    appointment = PracticeKey(Appointment, related_name="outcomes")
    kind = models.CharField(max_length=14, choices=Kind)
    told_at = models.DateTimeField(null=True, db_comment="UTC: when it was cancelled.")
    cancelled_for = models.CharField(max_length=8, choices=CancelledFor, blank=True, default="")
    is_free = models.BooleanField(
        default=False, db_comment="The first of the client, for which the policy charges nothing."
    )
    session = PracticeKey(Session, null=True, related_name="outcomes")
    moved_to = PracticeKey(Appointment, null=True, related_name="moved_from")
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id appointment kind told_at cancelled_for is_free session moved_to"
        " noted_at noted_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "session"], name="billing_outcome_session_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "moved_to"], name="billing_outcome_moved_to_once"
            ),
            models.CheckConstraint(
                name="billing_outcome_held_with_its_session",
                condition=Q(kind="HELD", session__isnull=False)
                | ~Q(kind="HELD") & Q(session__isnull=True),
            ),
            models.CheckConstraint(
                name="billing_outcome_moved_to_another",
                condition=Q(kind="MOVED", moved_to__isnull=False) & ~Q(moved_to=F("appointment"))
                | ~Q(kind="MOVED") & Q(moved_to__isnull=True),
            ),
            models.CheckConstraint(
                name="billing_outcome_cancelled_by_someone",
                condition=Q(
                    kind__in=["CANCELLED", "LATE_CANCELLED"],
                    told_at__isnull=False,
                    cancelled_for__in=["CLIENT", "PRACTICE"],
                )
                | Q(kind__in=["HELD", "NO_SHOW", "MOVED"], told_at=None, cancelled_for=""),
            ),
            models.CheckConstraint(
                name="billing_outcome_late_is_the_clients",
                condition=~Q(kind="LATE_CANCELLED") | Q(cancelled_for="CLIENT"),
            ),
            models.CheckConstraint(
                name="billing_outcome_free_where_missed",
                condition=Q(is_free=False) | Q(kind__in=["LATE_CANCELLED", "NO_SHOW"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.kind}"


class OutcomeTakenBack(PracticeModel):
    """An outcome was marked by mistake: the hour waits again for what became of it."""

    outcome = PracticeKey(AppointmentOutcome, related_name="taken_back")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id outcome taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "outcome"], name="billing_outcometakenback_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome_id} taken back"
