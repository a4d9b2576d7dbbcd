"""Months of the books: closed, taken back, and what was kept of a month when it was closed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField
from ledger.models.books import Account, ClockTime


class Period(PracticeModel):
    """A calendar month of the books; it exists from its first close on."""

    month = models.DateField(db_comment="The first day of the month.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id month",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "month"], name="ledger_period_once"),
            models.CheckConstraint(name="ledger_period_starts_a_month", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"

    @property
    def audit_label(self) -> str:
        return f"{self.month:%Y-%m}"


class CloseKind(models.TextChoices):
    """How far a month is closed: to all but those who keep the books, or to everybody."""

    SOFT = "SOFT", "Closed to all but accountants"
    HARD = "HARD", "Closed"


class PeriodClose(PracticeModel):
    """A month was closed: no entry may be dated inside it until the close is taken back.

    Inside a soft close, those whose roles hold the right for it still post.
    """

    period = PracticeKey(Period, related_name="closes")
    kind = models.CharField(max_length=4, choices=CloseKind.choices)
    closed_at = models.DateTimeField(db_default=ClockTime(), editable=False, db_comment="UTC.")
    closed_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id period kind closed_at closed_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_periodclose_kind_known", condition=Q(kind__in=CloseKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} closed"


class ReopenReason(models.TextChoices):
    """Why a close was taken back: one of a list, so that it can hold no PHI."""

    LATE_DOCUMENT = "LATE_DOCUMENT", "A document came late"
    CORRECTION = "CORRECTION", "A mistake must be corrected in its own month"
    ACCOUNTANT_REQUEST = "ACCOUNTANT_REQUEST", "The outside accountant asked for it"
    CLOSED_BY_MISTAKE = "CLOSED_BY_MISTAKE", "The month was closed by mistake"

    @property
    def in_short(self) -> str:
        """What the second person reads beside the month."""
        return str(self.value).lower().replace("_", " ")


class PeriodReopen(PracticeModel):
    """A close was taken back, why, and by which approval of a second person."""

    close = PracticeKey(PeriodClose, related_name="reopens")
    reason = models.CharField(max_length=20, choices=ReopenReason.choices)
    approval = PracticeKey("accounts.Approval")
    reopened_at = models.DateTimeField(db_default=ClockTime(), editable=False, db_comment="UTC.")
    reopened_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id close reason approval reopened_at reopened_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "close"], name="ledger_periodreopen_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "approval"], name="ledger_periodreopen_approved_once"
            ),
            models.CheckConstraint(
                name="ledger_periodreopen_reason_known",
                condition=Q(reason__in=ReopenReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.close_id} reopened"


class PeriodSnapshot(PracticeModel):
    """What the statements of a month said when it was closed: canonical bytes and their SHA-256.

    See ``ledger/selectors/frozen.py`` for what the bytes are. The database recomputes the hash.
    """

    close = PracticeKey(PeriodClose, related_name="snapshots")
    known_at = models.DateTimeField(
        db_comment="The settled moment as known at which the statements were frozen (UTC)."
    )
    content = models.BinaryField(db_comment="Canonical JSON, in cents.")
    sha256 = models.CharField(max_length=64, db_comment="Of the content, in hex.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "content",
        "PUBLIC": "id practice_id close known_at sha256",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "close"], name="ledger_periodsnapshot_once"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class MonthTotal(PracticeModel):
    """What an account's postings of one closed month add up to, in cents, to be thrown away.

    They spare reports the reading of closed months. Dropping them changes no answer, and they
    answer only where their close stands, or stood at the moment that is asked about.
    """

    close = PracticeKey(PeriodClose, related_name="totals")
    account = PracticeKey(Account)
    debit = MoneyField(db_comment="Cents.")
    credit = MoneyField(db_comment="Cents.")
    posting_count = models.PositiveIntegerField(db_comment="How many postings were added up.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "debit credit",
        "PUBLIC": "id practice_id close account posting_count",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "close", "account"], name="ledger_monthtotal_once"
            ),
            models.CheckConstraint(
                name="ledger_monthtotal_not_negative", condition=Q(debit__gte=0, credit__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.close_id} {self.account_id} {self.debit} | {self.credit}"
