"""Where a session took place and what its code carries, as claims and superbills say it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.ids import uuid7
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.session import Session

MODIFIERS_MAX = 4


class KnownDetail(models.Model):
    """A place of service or a modifier on the days on which it is used, for every practice.

    The label is our own. ``remote`` says which kind of telehealth it is of. Who loads a list is
    the owner; pages only read.
    """

    class Kind(models.TextChoices):
        """What it details."""

        PLACE = "PLACE", "Place of service"
        MODIFIER = "MODIFIER", "Modifier"

    class Remote(models.TextChoices):
        """By what means the two were together, where they were not in one room."""

        ANY = "ANY", "By video or by sound alone"
        VIDEO = "VIDEO", "By video"
        AUDIO = "AUDIO", "By sound alone"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    code = models.CharField(max_length=2)
    label = models.CharField(max_length=80)
    remote = models.CharField(max_length=5, choices=Remote, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, db_comment="The last day.")
    source = models.CharField(max_length=80, db_comment="Where its days are from.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id kind code label remote valid_from valid_until source",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code", "valid_from"], name="billing_knowndetail_once_from_a_day"
            ),
            models.CheckConstraint(
                name="billing_knowndetail_ends_after_it_starts",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="billing_knowndetail_of_a_kind",
                condition=Q(kind__in=["PLACE", "MODIFIER"]),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SessionCoding(PracticeModel):
    """Where a session took place, and up to four modifiers of its code. The highest version counts.

    No money hangs on it, so it is said anew even where the session is billed; what was made from
    an earlier version keeps that. The billing_sessioncoding_known trigger checks the codes.
    """

    session = PracticeKey(Session, related_name="codings")
    version = models.PositiveSmallIntegerField(db_comment="From 1.")
    place_of_service = models.CharField(max_length=2, db_comment="Two digits, such as 11.")
    modifiers = models.CharField(
        max_length=11, blank=True, db_comment="Up to four, in order, with spaces between."
    )
    coded_at = models.DateTimeField(db_comment="UTC.")
    coded_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id session version place_of_service modifiers coded_at coded_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "session", "version"],
                name="billing_sessioncoding_version_once",
            ),
            models.CheckConstraint(
                name="billing_sessioncoding_from_version_one", condition=Q(version__gte=1)
            ),
            models.CheckConstraint(
                name="billing_sessioncoding_four_modifiers",
                condition=Q(modifiers="") | Q(modifiers__regex=r"^[A-Z0-9]{2}( [A-Z0-9]{2}){0,3}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} version {self.version}"
