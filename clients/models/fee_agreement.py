"""What a client pays instead of the list fee."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class FeeAgreement(PracticeModel):
    """That a client pays less than the list fee, for a reason out of a list, for a time.

    Either a percentage of the list fee or an amount per session. One that needs a second person
    counts once another member has approved it. No two of a client stand on one day (trigger
    ``no_two_on_a_day``).
    """

    class Basis(models.TextChoices):
        """Why the fee is another."""

        SLIDING = "SLIDING", "Sliding scale"
        HARDSHIP = "HARDSHIP", "Hardship"
        PACKAGE = "PACKAGE", "Package"
        AGREED = "AGREED", "Agreed fee"

    client = PracticeKey(Client, related_name="fee_agreements")
    basis = models.CharField(max_length=8, choices=Basis)
    percent = models.PositiveSmallIntegerField(
        null=True, db_comment="Of the list fee that is paid, 0 to 100."
    )
    amount_cents = models.PositiveBigIntegerField(null=True, db_comment="Per session.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, db_comment="The last day.")
    review_on = models.DateField(null=True, db_comment="When it is looked at again.")
    needs_second = models.BooleanField(db_comment="Whether somebody else must approve it.")
    agreed_at = models.DateTimeField(db_comment="UTC.")
    agreed_by = PracticeKey("accounts.Membership")
    approved_at = models.DateTimeField(null=True, db_comment="UTC.")
    approved_by = PracticeKey("accounts.Membership", null=True)
    ended_at = models.DateTimeField(null=True, db_comment="UTC: when ends_on was set later.")
    ended_by = PracticeKey("accounts.Membership", null=True)
    withdrawn_at = models.DateTimeField(null=True, db_comment="UTC: refused, or an error.")
    withdrawn_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "percent amount_cents",
        "PUBLIC": "id practice_id client basis starts_on ends_on review_on needs_second agreed_at"
        " agreed_by approved_at approved_by ended_at ended_by withdrawn_at withdrawn_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_feeagreement_basis_known",
                condition=Q(basis__in=["SLIDING", "HARDSHIP", "PACKAGE", "AGREED"]),
            ),
            models.CheckConstraint(
                name="clients_feeagreement_percent_or_amount",
                condition=Q(percent__isnull=False, percent__lte=100, amount_cents=None)
                | Q(percent=None, amount_cents__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_feeagreement_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="clients_feeagreement_reviewed_after_it_starts",
                condition=Q(review_on=None) | Q(review_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="clients_feeagreement_approved_by_another",
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False)
                & ~Q(approved_by=F("agreed_by")),
            ),
            models.CheckConstraint(
                name="clients_feeagreement_ended_by_someone",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_feeagreement_withdrawn_by_someone",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"fee agreement of {self.client_id}"
