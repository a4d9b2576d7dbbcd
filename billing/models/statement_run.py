"""Statements of many clients at once: chosen by a rule, looked at, and made by the worker."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.statement import AccountStatement
from ledger.fields import MoneyField

MESSAGE_CHARS = 300


class StatementRun(PracticeModel):
    """A run of statements: drawn up by its rule, then started or dropped, once.

    Whoever draws one up sees each client with what they owe, and may leave clients out. What is
    made is one ``StatementRunItem`` for each client; the run is over when each has its outcome.
    """

    until = models.DateField(db_comment="The last day of each statement.")
    at_least = MoneyField(db_comment="Cents: who owes less is left out.")
    days_apart = models.PositiveSmallIntegerField(
        db_comment="Who had a statement in so many days before is left out."
    )
    message = EncryptedText(
        max_chars=MESSAGE_CHARS, db_comment="Stands on each statement; may be empty."
    )
    item_count = models.PositiveIntegerField(db_comment="So that no client joins it later.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    drawn_up_at = models.DateTimeField(db_comment="UTC.")
    drawn_up_by = PracticeKey("accounts.Membership")
    started_at = models.DateTimeField(null=True, db_comment="UTC.")
    started_by = PracticeKey("accounts.Membership", null=True)
    dropped_at = models.DateTimeField(null=True, db_comment="UTC; nothing was made.")
    dropped_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "message",
        "FINANCIAL": "at_least",
        "PUBLIC": "id practice_id until days_apart item_count key drawn_up_at drawn_up_by"
        " started_at started_by dropped_at dropped_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_statementrun_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id"],
                condition=Q(started_at=None, dropped_at=None),
                name="billing_statementrun_one_drawn_up",
            ),
            models.CheckConstraint(
                name="billing_statementrun_started_or_dropped",
                condition=Q(started_at=None) | Q(dropped_at=None),
            ),
            models.CheckConstraint(
                name="billing_statementrun_started_by_someone",
                condition=Q(started_at=None, started_by=None)
                | Q(started_at__isnull=False, started_by__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_statementrun_dropped_by_someone",
                condition=Q(dropped_at=None, dropped_by=None)
                | Q(dropped_at__isnull=False, dropped_by__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_statementrun_asks_for_what_is_owed", condition=Q(at_least__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"run until {self.until}"

    @property
    def audit_label(self) -> str:
        return f"statements until {self.until}"

    @property
    def is_drawn_up(self) -> bool:
        """Whether it waits to be started or dropped."""
        return self.started_at is None and self.dropped_at is None


class StatementRunItem(PracticeModel):
    """A client of a run: how they are told, what was owed when it was drawn up, what came of it."""

    class Way(models.TextChoices):
        """How the client gets the statement."""

        EMAIL = "EMAIL", "Told by e-mail"
        PRINT = "PRINT", "Printed"

    class Outcome(models.TextChoices):
        """What came of it."""

        MADE = "MADE", "Made"
        LEFT_OUT = "LEFT_OUT", "Left out by hand"
        SETTLED = "SETTLED", "Less is owed by now"
        RECENT = "RECENT", "Had a statement meanwhile"
        HELD = "HELD", "Held back meanwhile"
        MERGED = "MERGED", "One person with another client by now"
        FAILED = "FAILED", "Could not be made"

    run = PracticeKey(StatementRun, related_name="items")
    client = PracticeKey("clients.Client")
    way = models.CharField(max_length=5, choices=Way)
    owed = MoneyField(db_comment="Cents, net of credit, when the run was drawn up.")
    tries = models.PositiveSmallIntegerField(default=0)
    statement = PracticeKey(AccountStatement, null=True, related_name="run_items")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")
    closed_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "owed",
        "PUBLIC": "id practice_id run client way tries statement outcome closed_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "run", "client"], name="billing_statementrunitem_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "statement"], name="billing_statementrunitem_one_statement"
            ),
            models.CheckConstraint(
                name="billing_statementrunitem_way_known", condition=Q(way__in=["EMAIL", "PRINT"])
            ),
            models.CheckConstraint(
                name="billing_statementrunitem_closed_with_an_outcome",
                condition=Q(outcome="", closed_at=None)
                | Q(
                    outcome__in=["LEFT_OUT", "SETTLED", "RECENT", "MERGED"],
                    closed_at__isnull=False,
                    statement=None,
                )
                | Q(outcome__in=["HELD", "FAILED"], closed_at__isnull=False)
                | Q(outcome="MADE", closed_at__isnull=False, statement__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "run", "tries"],
                condition=Q(closed_at=None),
                name="billing_statementrunitem_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} of {self.run_id}"
