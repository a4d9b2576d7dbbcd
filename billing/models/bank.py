"""What a bank says: files of its lines, the lines, and which posting of the books each one is."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedBytes, EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField

WORDS_CHARS = 300


class BankFile(PracticeModel):
    """A file of bank lines that somebody chose: kept sealed until it is taken in or thrown away.

    That is a day at most; its lines stay, since they prove what the books say. Its name is never
    kept, since it may say more than it should.
    """

    class Format(models.TextChoices):
        CSV = "CSV", "CSV"
        OFX = "OFX", "OFX or QFX"

    account = PracticeKey("ledger.Account")
    format = models.CharField(max_length=3, choices=Format)
    content = EncryptedBytes(null=True, passing=True, db_comment="Null once the file is over.")
    closing_on = models.DateField(null=True, db_comment="The day of the closing balance.")
    closing_balance = MoneyField(  # type: ignore[misc]  # its types know no NULL
        null=True, db_comment="Cents: what the bank says is there at the end; below zero for debt."
    )
    uploaded_at = models.DateTimeField(db_comment="UTC.")
    uploaded_by = PracticeKey("accounts.Membership")
    finished_at = models.DateTimeField(null=True, db_comment="UTC: taken in, or thrown away.")
    is_taken_in = models.BooleanField(default=False)
    added = models.PositiveIntegerField(default=0, db_comment="Lines that were new.")
    known = models.PositiveIntegerField(default=0, db_comment="Lines that were here already.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "content",
        "FINANCIAL": "closing_balance",
        "PUBLIC": "id practice_id account format closing_on uploaded_at uploaded_by finished_at"
        " is_taken_in added known",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_bankfile_emptied_when_over",
                condition=Q(finished_at=None, content__isnull=False)
                | Q(finished_at__isnull=False, content__isnull=True),
            ),
            models.CheckConstraint(
                name="billing_bankfile_counts_what_came_in",
                condition=Q(is_taken_in=True, finished_at__isnull=False)
                | Q(is_taken_in=False, added=0, known=0),
            ),
            models.CheckConstraint(
                name="billing_bankfile_balance_has_its_day",
                condition=Q(closing_on=None, closing_balance=None)
                | Q(closing_on__isnull=False, closing_balance__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} file"

    @property
    def audit_label(self) -> str:
        return f"bank file {str(self.pk)[-6:]}"


class BankLine(PracticeModel):
    """One line of a bank statement. Money that came is positive, money that left negative."""

    file = PracticeKey(BankFile, related_name="lines")
    account = PracticeKey("ledger.Account")
    booked_on = models.DateField(db_comment="The bank's date.")
    amount = MoneyField(db_comment="Cents; below zero for money that left.")
    words = EncryptedText(
        max_chars=WORDS_CHARS, db_comment="What the bank wrote: it may name people."
    )
    identity = models.BinaryField(
        db_comment="Keyed hash of what the line is known by, so that no file adds it twice."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "words",
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id file account booked_on identity",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "account", "identity"], name="billing_bankline_once"
            ),
            models.CheckConstraint(name="billing_bankline_is_money", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="billing_bankline_of_our_time",
                condition=Q(booked_on__gte=date(1990, 1, 1), booked_on__lte=date(2100, 12, 31)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "account", "booked_on", "id"],
                name="billing_bankline_by_date",
            ),
        ]

    def __str__(self) -> str:
        return f"bank line {str(self.pk)[-6:]}"

    @property
    def audit_label(self) -> str:
        return str(self)


class BankMatch(PracticeModel):
    """That a bank line and a posting of the books are the same money; or were said to be.

    The billing_bank_match_fits trigger holds both to one account and one amount.
    """

    line = PracticeKey(BankLine, related_name="matches")
    posting = PracticeKey("ledger.Posting")
    matched_at = models.DateTimeField(db_comment="UTC.")
    matched_by = PracticeKey("accounts.Membership")
    undone_at = models.DateTimeField(null=True, db_comment="UTC.")
    undone_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id line posting matched_at matched_by undone_at undone_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "line"],
                condition=Q(undone_at=None),
                name="billing_bankmatch_line_once",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "posting"],
                condition=Q(undone_at=None),
                name="billing_bankmatch_posting_once",
            ),
            models.CheckConstraint(
                name="billing_bankmatch_undone_by_someone",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} is {self.posting_id}"
