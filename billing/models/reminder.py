"""Reminders of what is late: when they go, and which ones went."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice
from billing.models.letter import Letter
from ledger.fields import MoneyField

DAYS_MAX = 365


class ReminderPolicy(PracticeModel):
    """When a practice reminds clients of what is late. Never changed: the newest one counts."""

    at_least = MoneyField(db_comment="Cents that are late, net of credit.")
    days_between = models.PositiveSmallIntegerField(
        db_comment="No reminder within so many days of a statement or another reminder."
    )
    is_automatic = models.BooleanField(db_comment="Whether they go each day by themselves.")
    step_count = models.PositiveSmallIntegerField(db_comment="So that no step joins it later.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "at_least",
        "PUBLIC": "id practice_id days_between is_automatic step_count set_at set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_reminderpolicy_of_what_is_late", condition=Q(at_least__gt=0)
            ),
            models.CheckConstraint(
                name="billing_reminderpolicy_leaves_days_between",
                condition=Q(days_between__gte=1, days_between__lte=DAYS_MAX),
            ),
        ]

    def __str__(self) -> str:
        return f"reminders with {self.step_count} steps"


class ReminderStep(PracticeModel):
    """That a reminder goes so many days after the due date."""

    policy = PracticeKey(ReminderPolicy, related_name="steps")
    days = models.PositiveSmallIntegerField(db_comment="After the due date.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id policy days"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "policy", "days"], name="billing_reminderstep_once"
            ),
            models.CheckConstraint(
                name="billing_reminderstep_after_the_due_date",
                condition=Q(days__gte=1, days__lte=DAYS_MAX),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days} days late"


class Reminder(PracticeModel):
    """That a client was reminded, by which letter, of the invoice that was late the longest.

    One step reminds of one invoice once, and once more for each ``plan`` over it that was not kept.
    The letter itself names none of them.
    """

    letter = PracticeKey(Letter, related_name="reminders")
    invoice = PracticeKey(Invoice, related_name="reminders")
    policy = PracticeKey(ReminderPolicy)
    plan = PracticeKey(
        "billing.PaymentPlan",
        null=True,
        db_comment="Where its installments are late; null: the invoice is by itself.",
    )
    days = models.PositiveSmallIntegerField(db_comment="The step that was reached.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id letter invoice policy plan days"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "letter"], name="billing_reminder_one_letter"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "invoice", "plan", "days"],
                name="billing_reminder_once_a_step",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days} days late: {self.invoice_id}"
