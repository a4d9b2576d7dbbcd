"""What a client was told of their account over some days."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField


class AccountStatement(PracticeModel):
    """A client's account over some days, as known at a settled moment. It is never changed.

    Balances are what the client owes less what is kept as their credit, in cents; a balance below
    zero is a credit. The database compares them with the books when the statement is made.
    It tells of what one of those who pay was billed and paid, and of nobody else's; ``party`` null
    is the client themself.
    """

    client = PracticeKey("clients.Client")
    party = PracticeKey("clients.ResponsibleParty", null=True, db_comment="Null: the client.")
    since = models.DateField(db_comment="Business date in the practice's time zone.")
    until = models.DateField(db_comment="Its last day, included.")
    known_at = models.DateTimeField(db_comment="UTC; the books were settled up to it.")
    opening = MoneyField(db_comment="Cents; before the first day.")
    closing = MoneyField(db_comment="Cents; at the end of the last day.")
    record_count = models.PositiveSmallIntegerField(
        db_comment="How many records it tells of: no other can join them."
    )
    key = models.UUIDField(
        db_comment="Of the form that was sent: the same one makes one statement."
    )
    made_at = models.DateTimeField(db_comment="UTC.")
    made_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "opening closing",
        "PUBLIC": "id practice_id client party since until known_at record_count key made_at"
        " made_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_accountstatement_key_once"
            ),
            models.CheckConstraint(
                name="billing_accountstatement_days_in_order", condition=Q(since__lte=F("until"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "client", "made_at"],
                name="billing_accountstatement_of",
            ),
        ]

    def __str__(self) -> str:
        return f"account from {self.since} to {self.until}"

    @property
    def audit_label(self) -> str:
        return f"statement {self.since} to {self.until}"


class StatementRecord(PracticeModel):
    """A record whose money a statement tells of: the client's own, and any merged into it."""

    statement = PracticeKey(AccountStatement, related_name="records")
    client = PracticeKey("clients.Client")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id statement client"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "statement", "client"], name="billing_statementrecord_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.client_id}"
