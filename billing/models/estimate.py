"""Good faith estimates for clients who pay themselves (45 CFR 149.610). None is ever changed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedJSON
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice
from billing.models.service import ServiceCode
from ledger.fields import MoneyField

ITEMS_MAX = 6
TIMES_MAX = 400


class Way(models.TextChoices):
    """How an estimate reaches the client, or their word the practice."""

    PAPER = "PAPER", "On paper"
    EMAIL = "EMAIL", "By e-mail"
    PORTAL = "PORTAL", "In the portal"


class Estimate(PracticeModel):
    """What a client was told that services of some days are expected to cost.

    A change makes another one, which ``replaces`` it and counts from its own first day on; both
    stay readable. The triggers billing_estimate_whole, _stands_alone and _takes_no_more hold that
    its items add up to its total, that none joins later, and that no two of a record share a day.
    """

    class Cause(models.TextChoices):
        """What made it due."""

        BOOKED = "BOOKED", "Services were booked"
        ASKED = "ASKED", "The client asked for it"
        CHANGED = "CHANGED", "What was expected changed"
        OFFERED = "OFFERED", "The practice offers it"

    number = models.CharField(
        max_length=20, db_comment="Such as GFE-2026-0001; without a gap in its year."
    )
    client = PracticeKey("clients.Client")
    cause = models.CharField(max_length=7, choices=Cause)
    due_on = models.DateField(
        null=True, db_comment="The business date by which it was due; null where it was not."
    )
    since = models.DateField(db_comment="The first day of service that it is about.")
    until = models.DateField(db_comment="The last one: less than a year after the first.")
    wanted = models.CharField(max_length=6, choices=Way, db_comment="How the client wants it.")
    total = MoneyField(db_comment="Cents, of all items.")
    item_count = models.PositiveSmallIntegerField(
        db_comment="How many items it has: once they stand, no other can join them."
    )
    names_diagnoses = models.BooleanField(db_comment="Then who sees none cannot open it.")
    replaces = PracticeKey("self", null=True, related_name="replaced_by")
    said_commitment = models.BinaryField(
        db_comment="HMAC of the sealed words under the practice's key that does not rotate."
    )
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    issued_on = models.DateField(db_comment="Business date in the practice's time zone.")
    issued_at = models.DateTimeField(db_comment="UTC.")
    issued_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "total",
        "PUBLIC": "id practice_id number client cause due_on since until wanted item_count"
        " names_diagnoses replaces said_commitment key issued_on issued_at issued_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "number"], name="billing_estimate_number_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_estimate_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "replaces"], name="billing_estimate_replaced_once"
            ),
            models.CheckConstraint(
                name="billing_estimate_days_in_order", condition=Q(since__lte=F("until"))
            ),
            models.CheckConstraint(
                name="billing_estimate_has_items",
                condition=Q(item_count__gte=1, item_count__lte=ITEMS_MAX, total__gt=0),
            ),
            models.CheckConstraint(
                name="billing_estimate_change_replaces",
                condition=~Q(cause="CHANGED") | Q(replaces__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "client", "since"], name="billing_estimate_of_client"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def audit_label(self) -> str:
        return self.number


class EstimateItem(PracticeModel):
    """A service that is expected, by whom, how often, and what each costs."""

    estimate = PracticeKey(Estimate, related_name="items")
    position = models.PositiveSmallIntegerField(db_comment="From 1, in the order printed.")
    therapist = PracticeKey("accounts.Membership")
    service_code = PracticeKey(ServiceCode)
    times = models.PositiveSmallIntegerField()
    charge = MoneyField(db_comment="Cents, for one of them.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "charge",
        "PUBLIC": "id practice_id estimate position therapist service_code times",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "estimate", "position"],
                name="billing_estimateitem_position_once",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "estimate", "therapist", "service_code"],
                name="billing_estimateitem_service_once",
            ),
            models.CheckConstraint(
                name="billing_estimateitem_of_sense",
                condition=Q(times__gte=1, times__lte=TIMES_MAX, charge__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.estimate_id} item {self.position}"


class EstimateText(PracticeModel):
    """The words of an estimate as it was issued, sealed apart so that keys can rotate."""

    estimate = PracticeKey(Estimate, related_name="texts")
    said = EncryptedJSON()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PHI": "said", "PUBLIC": "id practice_id estimate"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "estimate"], name="billing_estimatetext_once"
            ),
        ]

    def __str__(self) -> str:
        return f"words of {self.estimate_id}"


class EstimateNote(PracticeModel):
    """That an estimate was given to the client, or what they said to it."""

    class Kind(models.TextChoices):
        """What happened."""

        GIVEN = "GIVEN", "Given to the client"
        ACCEPTED = "ACCEPTED", "The client accepts it"
        DECLINED = "DECLINED", "The client does not accept it"

    estimate = PracticeKey(Estimate, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind)
    way = models.CharField(max_length=6, choices=Way)
    happened_on = models.DateField(db_comment="Business date in the practice's time zone.")
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id estimate kind way happened_on noted_at noted_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "estimate", "kind", "way", "happened_on"],
                name="billing_estimatenote_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.estimate_id}"


class EstimateRequest(PracticeModel):
    """That a client asked for an estimate. The next one that is issued to them answers it."""

    client = PracticeKey("clients.Client")
    asked_on = models.DateField(db_comment="Business date in the practice's time zone.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client asked_on key noted_at noted_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_estimaterequest_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"asked by {self.client_id}"


class EstimateOverrun(PracticeModel):
    """That an invoice was issued although it goes far above an estimate, and why."""

    class Reason(models.TextChoices):
        """Why it was issued all the same."""

        AGREED = "AGREED", "The client was told and agrees"
        COMING = "COMING", "A new estimate is being given"
        INSURED = "INSURED", "A plan pays for these services"

    invoice = PracticeKey(Invoice, related_name="overruns")
    estimate = PracticeKey(Estimate, related_name="overruns")
    therapist = PracticeKey("accounts.Membership")
    over = MoneyField(db_comment="Cents above what was estimated for this provider.")
    reason = models.CharField(max_length=7, choices=Reason)
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "over",
        "PUBLIC": "id practice_id invoice estimate therapist reason noted_at noted_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "invoice", "estimate", "therapist"],
                name="billing_estimateoverrun_once",
            ),
            models.CheckConstraint(name="billing_estimateoverrun_is_over", condition=Q(over__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} above {self.estimate_id}"
