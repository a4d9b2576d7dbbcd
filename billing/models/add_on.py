"""What is done beside a service, under a code that is never billed alone."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.ids import uuid7
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.session import Session


class KnownAddOn(models.Model):
    """A code that is billed beside another one only, and beside which, on some days.

    With ``every_minutes``, it stands once for each so many minutes of the session, begun or whole,
    beyond ``after_minutes``; else once. Who loads a list is the owner; pages only read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=5)
    beside = models.CharField(max_length=5)
    after_minutes = models.PositiveSmallIntegerField(null=True)
    every_minutes = models.PositiveSmallIntegerField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, db_comment="The last day.")
    source = models.CharField(max_length=80, db_comment="Where the pair is from.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id code beside after_minutes every_minutes valid_from valid_until source",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "beside", "valid_from"], name="billing_knownaddon_once_from_a_day"
            ),
            models.CheckConstraint(
                name="billing_knownaddon_ends_after_it_starts",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="billing_knownaddon_minutes_together",
                condition=Q(after_minutes=None, every_minutes=None)
                | Q(after_minutes__isnull=False, every_minutes__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} beside {self.beside}"


class SessionAddOn(PracticeModel):
    """An add-on of a session: it is a session of its own, so that it has its fee and its line.

    Both stand on one invoice: the billing_add_on_with_its_session trigger sees to that, and
    billing_sessionaddon_fits that the codes go together. One that was wrong is marked not to be
    billed, and counts no more.
    """

    session = PracticeKey(Session, related_name="add_ons")
    add_on = PracticeKey(Session, related_name="beside")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id session add_on key added_at added_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "add_on"], name="billing_sessionaddon_of_one_session"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_sessionaddon_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.add_on_id} beside {self.session_id}"
