from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from ledger.chart import Kind, Side
from ledger.days import FIRST_DAY, LAST_DAY
from ledger.fields import MoneyField


class ClockTime(models.Func):
    """The database's clock at the moment of the row, not at the start of the transaction."""

    function = "clock_timestamp"
    arity = 0
    output_field = models.DateTimeField()


class Account(PracticeModel):
    """One account of a practice's chart. Code and name may change, what it is for never does."""

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=9)
    normal_side = models.CharField(max_length=6)
    role = models.CharField(max_length=32, db_comment="What code posts to; see ledger/chart.py.")
    is_control = models.BooleanField(
        db_comment="The sum of a subledger: each posting names its party and its open item."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id code name kind normal_side role is_control",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "code"], name="ledger_account_code_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "role"], name="ledger_account_role_once"
            ),
            models.CheckConstraint(
                name="ledger_account_kind_known", condition=Q(kind__in=[*map(str, Kind)])
            ),
            models.CheckConstraint(
                name="ledger_account_side_known", condition=Q(normal_side__in=[*map(str, Side)])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def audit_label(self) -> str:
        return self.code


class JournalEntry(PracticeModel):
    """What one business event did to the books: at least two postings, debits equal to credits.

    It is never changed. A wrong entry is reversed, once, by another that mirrors it.
    """

    source = models.CharField(
        max_length=120, db_comment="The business event, such as payment:<uuid>; posted once."
    )
    entry_date = models.DateField(
        db_comment="The business date in the practice's time zone; decides the period."
    )
    memo = models.CharField(
        max_length=200, db_comment="What happened, in codes and plain words, never PHI."
    )
    posting_count = models.PositiveSmallIntegerField(
        db_comment="How many postings the entry has: once they stand, no other can join them."
    )
    posted_at = models.DateTimeField(
        db_default=ClockTime(), editable=False, db_comment="When the database took it in (UTC)."
    )
    posted_by = PracticeKey("accounts.Membership")
    reverses = PracticeKey("ledger.JournalEntry", null=True, related_name="reversals")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id source entry_date memo posting_count posted_at posted_by"
        " reverses",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "source"], name="ledger_journalentry_source_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "reverses"], name="ledger_journalentry_reversed_once"
            ),
            models.CheckConstraint(
                name="ledger_journalentry_two_postings", condition=Q(posting_count__gte=2)
            ),
            models.CheckConstraint(
                name="ledger_journalentry_says_what", condition=~Q(source="") & ~Q(memo="")
            ),
            models.CheckConstraint(
                name="ledger_journalentry_of_our_time",
                condition=Q(entry_date__gte=FIRST_DAY, entry_date__lte=LAST_DAY),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "entry_date"],
                include=["id", "posted_at"],
                name="ledger_journalentry_by_date",
            )
        ]

    def __str__(self) -> str:
        return self.source

    @property
    def audit_label(self) -> str:
        return self.memo


class Posting(PracticeModel):
    """One side of a journal entry: a debit or a credit of one account, in cents.

    ``party`` and ``item`` are opaque to the ledger: whose subledger, and which open item of it.
    ``entry_date`` is that of the entry, by its key: accounts are read day by day without entries.
    """

    entry = PracticeKey(JournalEntry, related_name="postings")
    entry_date = models.DateField(db_comment="The day of its entry.")
    account = PracticeKey(Account, related_name="postings")
    debit = MoneyField(db_comment="Cents.")
    credit = MoneyField(db_comment="Cents.")
    party = models.UUIDField(null=True, db_comment="Whose subledger: an opaque id.")
    item = models.UUIDField(null=True, db_comment="Which open item of the party: an opaque id.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "debit credit",
        "PUBLIC": "id practice_id entry entry_date account party item",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_posting_one_sided",
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "party", "account", "item"],
                include=["entry_date", "entry", "debit", "credit"],
                name="ledger_posting_by_party",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit} | {self.credit}"


class KnownPoint(PracticeModel):
    """A moment up to which the books are settled: nothing will ever be posted at or before it.

    A report "as known at" such a moment, or at one before it, gives the same answer for ever.
    """

    at = models.DateTimeField(editable=False, db_comment="UTC, by the database's clock.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "at"], name="ledger_knownpoint_once"),
        ]

    def __str__(self) -> str:
        return f"settled at {self.at}"
