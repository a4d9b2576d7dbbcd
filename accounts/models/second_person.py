"""What takes two people: up to which sums one acts alone, and what was asked of a second one."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel


class Act(models.TextChoices):
    """What can need a second person."""

    REFUND = "REFUND", "Refund"
    WRITE_OFF = "WRITE_OFF", "Write-off"
    BILL_PAYMENT = "PAY_BILL", "Bill payment"
    WAIVER = "WAIVE", "Fee waiver"
    SECOND_FACTOR_RESET = "MFA_RESET", "Reset of a second factor"
    ADMINISTRATOR = "ADMIN", "Right to change roles"
    SHREDDING = "SHRED", "Destruction of the practice's keys"
    REOPENING = "REOPEN", "Reopening of a month"


ABOUT = {
    "accounts.practice": {Act.REFUND: "Cash missing in the drawer"},
    "billing.credittransfer": {Act.REFUND: "Credit to another account"},
    "billing.invoice": {Act.REFUND: "Void of an invoice"},
    "billing.package": {Act.REFUND: "Package given back"},
    "billing.paymenttakenback": {Act.REFUND: "Correction of a payment"},
    "billing.returnedcheck": {Act.REFUND: "Check sent back by the bank"},
}
"""Kind of subject → act → what it is, where the act only says by whose limit it goes."""


def name_of(act: str, subject_kind: str) -> str:
    """Return what somebody asks to do, in words that a second person can decide on."""
    return ABOUT.get(subject_kind, {}).get(Act(act), str(Act(act).label))


class ApprovalLimit(PracticeModel):
    """Up to which sum a role does an act alone. A role without a row does nothing alone."""

    role = PracticeKey("accounts.Role", related_name="limits")
    act = models.CharField(max_length=9, choices=Act)
    limit_cents = models.BigIntegerField()
    changed_at = models.DateTimeField(db_comment="UTC.")
    changed_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar = {
        "FINANCIAL": "limit_cents",
        "PUBLIC": "id practice_id role act changed_at changed_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "role", "act"], name="accounts_approvallimit_once"
            ),
            models.CheckConstraint(
                name="accounts_approvallimit_not_negative", condition=Q(limit_cents__gte=0)
            ),
            models.CheckConstraint(
                name="accounts_approvallimit_of_money",
                condition=Q(act__in=["REFUND", "WRITE_OFF", "PAY_BILL", "WAIVE"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} {self.act}"


class Approval(PracticeModel):
    """An act above its person's limit, waiting for or decided by a second person."""

    class Decision(models.TextChoices):
        """What became of it; empty while it waits."""

        APPROVED = "APPROVED", "Approved"
        REFUSED = "REFUSED", "Refused"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    act = models.CharField(max_length=9, choices=Act)
    amount_cents = models.BigIntegerField()
    subject_kind = models.CharField(max_length=40, db_comment="Such as billing.payment.")
    subject_id = models.UUIDField()
    label = models.CharField(max_length=40, db_comment="A public code, such as R-2026-0003.")
    asked_at = models.DateTimeField(db_comment="UTC.")
    asked_by = PracticeKey("accounts.Membership")
    expires_at = models.DateTimeField(db_comment="UTC: an approval does not wait for ever.")
    decision = models.CharField(max_length=9, choices=Decision, default="")
    decided_at = models.DateTimeField(null=True, db_comment="UTC.")
    decided_by = PracticeKey("accounts.Membership", null=True)
    spent_at = models.DateTimeField(null=True, db_comment="UTC: when the act was done; once.")

    FIELD_CLASSES: ClassVar = {
        "FINANCIAL": "amount_cents",
        "PUBLIC": "id practice_id act subject_kind subject_id label asked_at asked_by expires_at"
        " decision decided_at decided_by spent_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "act", "subject_id"],
                condition=Q(decision=""),
                name="accounts_approval_waits_once",
            ),
            models.CheckConstraint(
                name="accounts_approval_decided_by_someone",
                condition=Q(decision="", decided_at=None, decided_by=None)
                | Q(
                    decision__in=["APPROVED", "REFUSED", "WITHDRAWN"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="accounts_approval_by_a_second_person",
                condition=~Q(decision__in=["APPROVED", "REFUSED"]) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="accounts_approval_spent_when_approved",
                condition=Q(spent_at=None) | Q(decision="APPROVED"),
            ),
            models.CheckConstraint(
                name="accounts_approval_not_negative", condition=Q(amount_cents__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.label}"

    @property
    def audit_label(self) -> str:
        return self.label
