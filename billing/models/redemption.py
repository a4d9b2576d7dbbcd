"""What became of packages: sessions that they paid, and how they ended."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import InvoiceLine
from billing.models.package import Package
from ledger.fields import MoneyField


class PackageRedemption(PracticeModel):
    """That a package pays one session, by the line that bills it.

    The billing_redemption_within trigger refuses more sessions than the package has, another
    amount than its part of the price, and what the package does not cover.
    """

    package = PracticeKey(Package, related_name="redemptions")
    line = PracticeKey(InvoiceLine, related_name="redemptions")
    amount = MoneyField(db_comment="Cents, all of the line.")
    redeemed_on = models.DateField(db_comment="Business date in the practice's time zone.")
    entry = PracticeKey("ledger.JournalEntry")
    redeemed_at = models.DateTimeField(db_comment="UTC.")
    redeemed_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id package line redeemed_on entry redeemed_at redeemed_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "line"], name="billing_packageredemption_line_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_packageredemption_posted_once"
            ),
            models.CheckConstraint(
                name="billing_packageredemption_is_money", condition=Q(amount__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} of {self.package_id}"


class RedemptionTakenBack(PracticeModel):
    """That a package has a session again: the invoice that billed it was voided."""

    redemption = PracticeKey(PackageRedemption, related_name="taken_back")
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id redemption taken_back_on entry taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "redemption"], name="billing_redemptiontakenback_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.redemption_id} taken back"


class PackageEnd(PracticeModel):
    """That a package ended with sessions unused: they expired, or were given back by formula.

    ``left`` was still prepaid. ``credited`` of it is what its invoice is lower by, and what had
    paid that is the client's credit again; the rest is the practice's income.
    """

    class Kind(models.TextChoices):
        EXPIRED = "EXPIRED", "Expired"
        REFUNDED = "REFUNDED", "Given back"

    package = PracticeKey(Package, related_name="ends")
    kind = models.CharField(max_length=8, choices=Kind)
    unused = models.PositiveSmallIntegerField(db_comment="Sessions that were left.")
    left = MoneyField(db_comment="Cents that were still prepaid.")
    formula = MoneyField(db_comment="Cents: the price less what used sessions count; 0 expired.")
    credited = MoneyField(db_comment="Cents: the formula, as far as the invoice goes.")
    ended_on = models.DateField(db_comment="Business date in the practice's time zone.")
    key = models.UUIDField(db_comment="Of the form or the run that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry")
    ended_at = models.DateTimeField(db_comment="UTC.")
    ended_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "left formula credited",
        "PUBLIC": "id practice_id package kind unused ended_on key entry ended_at ended_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_packageend_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_packageend_posted_once"
            ),
            models.CheckConstraint(
                name="billing_packageend_of_a_kind",
                condition=Q(kind="EXPIRED", formula=0) | Q(kind="REFUNDED", formula__gte=0),
            ),
            models.CheckConstraint(
                name="billing_packageend_within",
                condition=Q(
                    left__gt=0,
                    unused__gte=1,
                    formula__lte=F("left"),
                    credited__gte=0,
                    credited__lte=F("formula"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.kind.lower()}"


class PackageBackReason(models.TextChoices):
    """Why a package goes on: one of a list, so that it can hold no PHI."""

    MISTAKE = "MISTAKE", "It was ended by mistake"
    GOODWILL = "GOODWILL", "The practice lets the client have it"
    BILLED = "BILLED", "A session of its time is billed late"


class PackageEndTakenBack(PracticeModel):
    """That the end of a package counts no more: its unused sessions are prepaid again."""

    end = PracticeKey(PackageEnd, related_name="taken_back")
    reason = models.CharField(max_length=8, choices=PackageBackReason)
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id end reason taken_back_on entry taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "end"], name="billing_packageendtakenback_once"
            ),
            models.CheckConstraint(
                name="billing_packageendtakenback_for_a_reason",
                condition=Q(reason__in=PackageBackReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.end_id} taken back"
