"""Hours that did not take place, what they cost, and what is not billed at all."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.appointment import AppointmentOutcome
from billing.models.service import ServiceCode
from billing.models.session import Session
from ledger.fields import MoneyField

NOTICE_HOURS_MAX = 14 * 24


class MissedPolicy(PracticeModel):
    """What a practice charges for hours that were cancelled late or missed, from a day on.

    Each of the two is a percentage of what the session would have cost, or an amount. A policy of
    a day that is over never changes; of two that start on one day the last one counts.
    """

    starts_on = models.DateField(db_comment="The first business date of an hour that it is for.")
    notice_hours = models.PositiveSmallIntegerField(
        db_comment="Cancelled with at least so many hours' notice, an hour costs nothing."
    )
    late_percent = models.PositiveSmallIntegerField(null=True)
    late_cents = models.PositiveBigIntegerField(null=True)
    no_show_percent = models.PositiveSmallIntegerField(null=True)
    no_show_cents = models.PositiveBigIntegerField(null=True)
    first_is_free = models.BooleanField(db_comment="A client's first one costs nothing.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "late_percent late_cents no_show_percent no_show_cents",
        "PUBLIC": "id practice_id starts_on notice_hours first_is_free set_at set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_missedpolicy_late_percent_or_amount",
                condition=Q(late_percent__isnull=False, late_percent__lte=100, late_cents=None)
                | Q(late_percent=None, late_cents__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_missedpolicy_no_show_percent_or_amount",
                condition=Q(
                    no_show_percent__isnull=False, no_show_percent__lte=100, no_show_cents=None
                )
                | Q(no_show_percent=None, no_show_cents__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_missedpolicy_two_weeks_notice",
                condition=Q(notice_hours__lte=NOTICE_HOURS_MAX),
            ),
        ]

    def __str__(self) -> str:
        return f"policy from {self.starts_on}"


class MissedFee(PracticeModel):
    """What a client is charged for an hour that was cancelled late or missed; never an insurer.

    One invoice line bills it. It is as the policy was: a later one does not change it.
    """

    outcome = PracticeKey(AppointmentOutcome, related_name="missed_fees")
    client = PracticeKey("clients.Client")
    therapist = PracticeKey("accounts.Membership")
    service_code = PracticeKey(ServiceCode)
    policy = PracticeKey(MissedPolicy)
    missed_on = models.DateField(db_comment="Business date of the hour.")
    amount = MoneyField(db_comment="Cents.")
    charged_at = models.DateTimeField(db_comment="UTC.")
    charged_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id outcome client therapist service_code policy missed_on"
        " charged_at charged_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "outcome"], name="billing_missedfee_outcome_once"
            ),
            models.CheckConstraint(name="billing_missedfee_is_money", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"fee of {self.outcome_id}"


class NotBilled(PracticeModel):
    """A session or a fee for a missed hour that no invoice will hold, and why.

    Taken back by a row of its own, it waits for an invoice again. Either it stands, or an invoice
    line does: the billing_not_billed_or_billed triggers refuse both.
    """

    class Reason(models.TextChoices):
        """Why: one of a list, so that it can hold no PHI."""

        HARDSHIP = "HARDSHIP", "The client cannot pay it"
        EMERGENCY = "EMERGENCY", "It could not be helped"
        OUR_FAULT = "OUR_FAULT", "It was our own fault"
        GOODWILL = "GOODWILL", "As a courtesy"
        ELSEWHERE = "ELSEWHERE", "It is billed elsewhere"
        FREE = "FREE", "It costs nothing"
        MISTAKE = "MISTAKE", "It was recorded by mistake"

    session = PracticeKey(Session, null=True, related_name="not_billed")
    missed_fee = PracticeKey(MissedFee, null=True, related_name="not_billed")
    reason = models.CharField(max_length=9, choices=Reason)
    amount = MoneyField(db_comment="Cents, what is forgone.")
    decided_at = models.DateTimeField(db_comment="UTC.")
    decided_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id session missed_fee reason decided_at decided_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_notbilled_of_one_thing",
                condition=Q(session__isnull=False, missed_fee__isnull=True)
                | Q(session__isnull=True, missed_fee__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_notbilled_for_a_reason",
                condition=Q(
                    reason__in=[
                        "HARDSHIP",
                        "EMERGENCY",
                        "OUR_FAULT",
                        "GOODWILL",
                        "ELSEWHERE",
                        "FREE",
                        "MISTAKE",
                    ]
                ),
            ),
        ]

    @property
    def hour(self) -> Session | MissedFee:
        """What is not billed."""
        kept: Session | MissedFee = self.session or self.missed_fee
        return kept

    def __str__(self) -> str:
        return f"{self.session_id or self.missed_fee_id} not billed"


class NotBilledTakenBack(PracticeModel):
    """What was not to be billed waits for an invoice again."""

    not_billed = PracticeKey(NotBilled, related_name="taken_back")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id not_billed taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "not_billed"], name="billing_notbilledtakenback_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.not_billed_id} taken back"
