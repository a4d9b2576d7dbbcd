"""The drawer: what was counted in it at a day's end, and what went from it to the bank."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField


class DrawerReason(models.TextChoices):
    """Why cash differs from what was expected: one of a list."""

    CHANGE = "CHANGE", "Wrong change was given"
    ROUNDED = "ROUNDED", "Small coins were rounded"
    LOST = "LOST", "Cash is missing, and nobody knows why"
    FOUND = "FOUND", "More cash is there, and nobody knows why"


class DrawerCount(PracticeModel):
    """What one person counted in the drawer. A difference of cash is posted as over or short."""

    counted_on = models.DateField(db_comment="Business date in the practice's time zone.")
    expected_cash = MoneyField(db_comment="Cents; the books' cash before this count.")
    cash = MoneyField(db_comment="Cents, as counted.")
    checks = MoneyField(db_comment="Cents, as counted; as many as the books have.")
    reason = models.CharField(max_length=7, choices=DrawerReason, blank=True)
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry", null=True)
    counted_at = models.DateTimeField(db_comment="UTC.")
    counted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "expected_cash cash checks",
        "PUBLIC": "id practice_id counted_on reason key entry counted_at counted_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_drawercount_key_once"
            ),
            models.CheckConstraint(
                name="billing_drawercount_not_negative", condition=Q(cash__gte=0, checks__gte=0)
            ),
            models.CheckConstraint(
                name="billing_drawercount_difference_has_a_reason",
                condition=Q(cash=F("expected_cash"), reason="", entry=None)
                | (
                    ~Q(cash=F("expected_cash"))
                    & Q(reason__in=DrawerReason.values, entry__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"count of {self.counted_on}"

    @property
    def audit_label(self) -> str:
        return f"{self.counted_on:%Y-%m-%d}"


class Deposit(PracticeModel):
    """Cash and checks that went to the bank in one bag."""

    reference = models.CharField(max_length=12, db_comment="Such as D-00001; without a gap.")
    bag_number = models.CharField(max_length=20, blank=True)
    cash = MoneyField(db_comment="Cents.")
    checks = MoneyField(db_comment="Cents.")
    deposited_on = models.DateField(db_comment="Business date in the practice's time zone.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    entry = PracticeKey("ledger.JournalEntry")
    recorded_at = models.DateTimeField(db_comment="UTC.")
    recorded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "bag_number cash checks",
        "PUBLIC": "id practice_id reference deposited_on key entry recorded_at recorded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "reference"], name="billing_deposit_reference_once"
            ),
            models.UniqueConstraint(fields=["practice_id", "key"], name="billing_deposit_key_once"),
            models.UniqueConstraint(
                fields=["practice_id", "entry"], name="billing_deposit_posted_once"
            ),
            models.CheckConstraint(
                name="billing_deposit_is_money",
                condition=Q(cash__gte=0, checks__gte=0) & (Q(cash__gt=0) | Q(checks__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference


class DepositReason(models.TextChoices):
    """Why a deposit was taken back: one of a list."""

    MISTAKE = "MISTAKE", "It was never taken to the bank"
    OTHERWISE = "OTHERWISE", "The bank counted otherwise"


class DepositTakenBack(PracticeModel):
    """That a deposit counts no more: its money lies in the drawer again."""

    deposit = PracticeKey(Deposit, related_name="taken_back")
    reason = models.CharField(max_length=9, choices=DepositReason)
    taken_back_on = models.DateField(db_comment="What the reversing entry is dated.")
    entry = PracticeKey("ledger.JournalEntry")
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id deposit reason taken_back_on entry taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "deposit"], name="billing_deposittakenback_once"
            ),
            models.CheckConstraint(
                name="billing_deposittakenback_for_a_reason",
                condition=Q(reason__in=DepositReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id} taken back"
