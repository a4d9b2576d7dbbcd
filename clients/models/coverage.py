"""Insurances of clients, and the insurers that the practice bills."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedDate, EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class Payer(PracticeModel):
    """An insurer whom the practice bills. Says nothing of any client, so it stands in plain.

    A coverage names its payer in a sealed field and is matched to this list by the name alone: a
    key would tell who is insured where.
    """

    name = models.CharField(max_length=200)
    claims_id = models.CharField(max_length=80, db_comment="The payer's id on claims; '' if none.")
    member_id_form = models.CharField(
        max_length=80,
        db_comment="Of member ids: A a letter, 9 a digit, * either, the rest as it is; '' if any.",
    )
    member_id_hint = models.CharField(max_length=120, db_comment="Where the card shows it.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")
    retired_at = models.DateTimeField(null=True, db_comment="UTC: not offered any more.")
    retired_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id name claims_id member_id_form member_id_hint added_at added_by"
        " retired_at retired_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "name"],
                condition=Q(retired_at=None),
                name="clients_payer_name_once",
            ),
            models.CheckConstraint(
                name="clients_payer_retired_by_someone",
                condition=Q(retired_at=None, retired_by=None)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return ""


class Coverage(PracticeModel):
    """An insurance of a client. A date that nobody told is null.

    Never deleted: it is ended, or withdrawn when it was wrong; what ``corrects`` it stands beside
    it. No two that stand have one rank on one day (trigger ``no_two_on_a_day``).
    """

    class Rank(models.IntegerChoices):
        """Who pays before whom."""

        PRIMARY = 1, "Primary"
        SECONDARY = 2, "Secondary"
        TERTIARY = 3, "Tertiary"

    class Relation(models.TextChoices):
        """What the client is to the subscriber; the letters of claims are billing's."""

        SELF = "SELF", "The client is the subscriber"
        SPOUSE = "SPOUSE", "Spouse of the subscriber"
        CHILD = "CHILD", "Child of the subscriber"
        OTHER = "OTHER", "Other dependent of the subscriber"

    class Withdrawal(models.TextChoices):
        """Why it does not stand any more."""

        CORRECTED = "CORRECTED", "Corrected"
        IN_ERROR = "IN_ERROR", "Entered in error"

    client = PracticeKey(Client, related_name="coverages")
    rank = models.PositiveSmallIntegerField(
        null=True, choices=Rank, db_comment="Null while nobody told who pays first."
    )
    payer_name = EncryptedText(max_chars=200)
    plan_name = EncryptedText(max_chars=200, null=True)
    group_number = EncryptedText(max_chars=80, null=True)
    member_id = EncryptedText(max_chars=80)
    relation = models.CharField(
        max_length=6, choices=Relation, default="", db_default="", db_comment="'' if unknown."
    )
    subscriber_given_names = EncryptedText(max_chars=200, null=True)
    subscriber_family_name = EncryptedText(max_chars=200, null=True)
    subscriber_birth_date = EncryptedDate(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True, db_comment="The last day.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")
    ended_at = models.DateTimeField(null=True, db_comment="UTC: when ends_on was set later.")
    ended_by = PracticeKey("accounts.Membership", null=True)
    withdrawal = models.CharField(max_length=9, choices=Withdrawal, default="", db_default="")
    withdrawn_at = models.DateTimeField(null=True, db_comment="UTC.")
    withdrawn_by = PracticeKey("accounts.Membership", null=True)
    corrects = PracticeKey("clients.Coverage", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "payer_name plan_name group_number member_id subscriber_given_names"
        " subscriber_family_name subscriber_birth_date",
        "PUBLIC": "id practice_id client rank relation starts_on ends_on added_at added_by ended_at"
        " ended_by withdrawal withdrawn_at withdrawn_by corrects",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_coverage_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="clients_coverage_rank_known", condition=Q(rank=None) | Q(rank__in=[1, 2, 3])
            ),
            models.CheckConstraint(
                name="clients_coverage_relation_known",
                condition=Q(relation__in=["", "SELF", "SPOUSE", "CHILD", "OTHER"]),
            ),
            models.CheckConstraint(
                name="clients_coverage_subscriber_is_another",
                condition=~Q(relation="SELF")
                | Q(
                    subscriber_given_names__isnull=True,
                    subscriber_family_name__isnull=True,
                    subscriber_birth_date__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="clients_coverage_ended_by_someone",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_coverage_withdrawn_by_someone",
                condition=Q(withdrawal="", withdrawn_at=None, withdrawn_by=None)
                | Q(
                    withdrawal__in=["CORRECTED", "IN_ERROR"],
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                fields=["practice_id", "corrects"],
                condition=Q(corrects__isnull=False),
                name="clients_coverage_corrected_once",
            ),
        ]

    def __str__(self) -> str:
        return f"coverage of {self.client_id}"
