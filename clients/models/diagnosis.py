"""Diagnoses: the code set as data, and those of a client."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedText
from accounts.ids import uuid7
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class DiagnosisCode(models.Model):
    """A code of ICD-10-CM on the days on which it read so, the same for every practice.

    Only codes without a further division can be billed. A code that is divided, or divided no
    more, from a day on has a row for each time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=7, db_comment="Without its dot, as claims carry it.")
    title = models.CharField(max_length=300)
    is_billable = models.BooleanField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, db_comment="The last day.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id code title is_billable valid_from valid_until",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="clients_diagnosiscode_once_from_a_day"
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_until=None),
                name="clients_diagnosiscode_open_once",
            ),
            models.CheckConstraint(
                name="clients_diagnosiscode_ends_after_it_starts",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Diagnosis(PracticeModel):
    """A diagnosis of a client by its code alone: nothing clinical is written beside it.

    Never deleted: it is ended, or withdrawn when it was entered in error. ``rank`` is its place on
    a claim, which takes twelve; no two that stand have one rank on one day (trigger
    ``no_two_on_a_day``).
    """

    client = PracticeKey(Client, related_name="diagnoses")
    code = EncryptedText(max_chars=7)
    rank = models.PositiveSmallIntegerField(db_comment="1 is the main diagnosis.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, db_comment="The last day.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")
    ended_at = models.DateTimeField(null=True, db_comment="UTC: when ends_on was set.")
    ended_by = PracticeKey("accounts.Membership", null=True)
    withdrawn_at = models.DateTimeField(null=True, db_comment="UTC: it was entered in error.")
    withdrawn_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "code",
        "PUBLIC": "id practice_id client rank starts_on ends_on added_at added_by ended_at ended_by"
        " withdrawn_at withdrawn_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_diagnosis_one_of_twelve", condition=Q(rank__gte=1, rank__lte=12)
            ),
            models.CheckConstraint(
                name="clients_diagnosis_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="clients_diagnosis_ended_by_someone",
                condition=Q(ends_on=None, ended_at=None, ended_by=None)
                | Q(ends_on__isnull=False, ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_diagnosis_withdrawn_by_someone",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"diagnosis of {self.client_id}"
