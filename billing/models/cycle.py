"""When clients are billed, from a day on, and the runs that billed them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice


class Rhythm(models.TextChoices):
    """How often what waits of a client is billed."""

    BY_HAND = "BY_HAND", "By hand"
    AFTER_SESSION = "AFTER_SESSION", "After each session"
    DAILY = "DAILY", "Every day"
    WEEKLY = "WEEKLY", "Every week"
    MONTHLY = "MONTHLY", "Every month"
    PRACTICE = "PRACTICE", "As the practice does"


RUN = (Rhythm.AFTER_SESSION, Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.MONTHLY)
"""The rhythms that have runs, the shortest first."""


class BillingCycle(PracticeModel):
    """From a day on, a practice's usual rhythm, or one client's own.

    Of two that start on one day the one that was set last counts. What counted on a day that is
    over never changes: the billing_billingcycle_not_backwards trigger sees to that.
    """

    client = PracticeKey("clients.Client", null=True, db_comment="Null: of the practice.")
    rhythm = models.CharField(max_length=13, choices=Rhythm)
    starts_on = models.DateField(db_comment="First business date on which it counts.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client rhythm starts_on set_at set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_billingcycle_rhythm_known",
                condition=Q(rhythm__in=["BY_HAND", "AFTER_SESSION", "DAILY", "WEEKLY", "MONTHLY"])
                | Q(rhythm="PRACTICE", client__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "client", "starts_on", "set_at", "id"],
                name="billing_billingcycle_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} from {self.starts_on}"

    @property
    def audit_label(self) -> str:
        return str(Rhythm(self.rhythm).label).lower()


class CycleRun(PracticeModel):
    """The billing of everybody of one rhythm, up to the last day of a period.

    One that was cut off is gone on with; one that is over can be asked for again, and bills what
    was put right since. Only a day of ``AFTER_SESSION`` has several, by their ``turn``.
    """

    rhythm = models.CharField(max_length=13, choices=Rhythm)
    last_day = models.DateField(db_comment="Business date in the practice's time zone.")
    turn = models.PositiveSmallIntegerField(db_default=1, db_comment="From 1 on each day.")
    asked_at = models.DateTimeField(db_comment="UTC, the last time.")
    asked_by = PracticeKey("accounts.Membership")
    finished_at = models.DateTimeField(null=True, db_comment="UTC; null while somebody waits.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id rhythm last_day turn asked_at asked_by finished_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "rhythm", "last_day", "turn"],
                name="billing_cyclerun_period_once",
            ),
            models.CheckConstraint(
                name="billing_cyclerun_rhythm_has_runs",
                condition=Q(rhythm="AFTER_SESSION", turn__gte=1)
                | Q(rhythm__in=["DAILY", "WEEKLY", "MONTHLY"], turn=1),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "asked_at"],
                condition=Q(finished_at=None),
                name="billing_cyclerun_going_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} until {self.last_day}"

    @property
    def audit_label(self) -> str:
        return f"{str(Rhythm(self.rhythm).label).lower()} until {self.last_day}"


class CycleRunClient(PracticeModel):
    """What became of one client in a run: an invoice, or a word that says why there is none.

    With its invoice it never changes again; the billing_cyclerunclient_stays trigger sees to that.
    """

    class Outcome(models.TextChoices):
        """One of a list, so that it can hold no PHI."""

        WAITING = "WAITING", "Waits"
        INVOICED = "INVOICED", "Invoiced"
        IN_PART = "IN_PART", "Invoiced but for what is far above an estimate: issue it by hand"
        NOTHING = "NOTHING", "Billed or left unbilled meanwhile"
        UNMARKED = "UNMARKED", "Nobody said what became of an appointment"
        NO_FEE = "NO_FEE", "No list fee on the day of an appointment"
        CODE = "CODE", "The code cannot be billed on that day"
        MINUTES = "MINUTES", "No code for so few minutes"
        ESTIMATE = "ESTIMATE", "Far above an estimate: issue it by hand and say why"
        FREE = "FREE", "It costs nothing together"
        CLOSED = "CLOSED", "The month is closed"
        FAILED = "FAILED", "It failed; ask for the run again"

    run = PracticeKey(CycleRun, related_name="clients")
    client = PracticeKey("clients.Client")
    outcome = models.CharField(max_length=8, choices=Outcome, db_default="WAITING")
    invoice = PracticeKey(Invoice, null=True, related_name="cycle_runs")
    decided_at = models.DateTimeField(null=True, db_comment="UTC; null while it waits.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id run client outcome invoice decided_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "run", "client"], name="billing_cyclerunclient_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "invoice"], name="billing_cyclerunclient_invoice_once"
            ),
            models.CheckConstraint(
                name="billing_cyclerunclient_outcome_known",
                condition=Q(
                    outcome__in=[
                        "WAITING",
                        "INVOICED",
                        "IN_PART",
                        "NOTHING",
                        "UNMARKED",
                        "NO_FEE",
                        "CODE",
                        "MINUTES",
                        "ESTIMATE",
                        "FREE",
                        "CLOSED",
                        "FAILED",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="billing_cyclerunclient_invoiced_by_invoice",
                condition=Q(outcome__in=["INVOICED", "IN_PART"], invoice__isnull=False)
                | (~Q(outcome__in=["INVOICED", "IN_PART"]) & Q(invoice=None)),
            ),
            models.CheckConstraint(
                name="billing_cyclerunclient_waits_undecided",
                condition=Q(outcome="WAITING", decided_at=None)
                | (~Q(outcome="WAITING") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "run", "id"],
                condition=Q(outcome="WAITING"),
                name="billing_cyclerunclient_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} in {self.run_id}"
