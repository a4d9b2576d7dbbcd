"""Superbills: what clients send to their plans to be paid back. None is ever changed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedJSON, EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.session import Session
from ledger.fields import MoneyField
from ledger.money import Money

LINES_MAX = 100
POINTERS_MAX = 4
RECIPIENT_MAX_CHARS = 200


class Superbill(PracticeModel):
    """Sessions of some days with their codes, diagnoses and what was paid, as known when made.

    Another one ``replaces`` it; both stay. The triggers billing_superbill_whole, _takes_no_more
    and _session_once hold that its lines add up, that none joins later, and that no session stands
    on two that are not replaced.
    """

    number = models.CharField(
        max_length=20, db_comment="Such as SB-2026-0001; without a gap in its year."
    )
    client = PracticeKey("clients.Client")
    since = models.DateField(db_comment="The first day of service that was asked for.")
    until = models.DateField(db_comment="The last one, included.")
    line_count = models.PositiveSmallIntegerField(
        db_comment="How many sessions it has: once they stand, no other can join them."
    )
    charged = MoneyField(db_comment="Cents, list fees of all lines.")
    taken_off = MoneyField(db_comment="Cents, discounts and what was written off.")
    paid = MoneyField(db_comment="Cents, by the client or whoever pays for them.")
    names_insurer = models.BooleanField(db_comment="Then who sees no insurance cannot open it.")
    replaces = PracticeKey("self", null=True, related_name="replaced_by")
    said_commitment = models.BinaryField(
        db_comment="HMAC of the sealed words under the practice's key that does not rotate."
    )
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    issued_on = models.DateField(db_comment="Business date in the practice's time zone.")
    issued_at = models.DateTimeField(db_comment="UTC.")
    issued_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "charged taken_off paid",
        "PUBLIC": "id practice_id number client since until line_count names_insurer replaces"
        " said_commitment key issued_on issued_at issued_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "number"], name="billing_superbill_number_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_superbill_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "replaces"], name="billing_superbill_replaced_once"
            ),
            models.CheckConstraint(
                name="billing_superbill_of_days_that_are_over",
                condition=Q(since__lte=F("until"), until__lte=F("issued_on")),
            ),
            models.CheckConstraint(
                name="billing_superbill_has_lines",
                condition=Q(line_count__gte=1, line_count__lte=LINES_MAX),
            ),
            models.CheckConstraint(
                name="billing_superbill_within",
                condition=Q(taken_off__gte=0, paid__gte=0, charged__gte=F("taken_off") + F("paid")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "client", "issued_at"], name="billing_superbill_of_client"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def balance(self) -> Money:
        left: Money = self.charged - self.taken_off - self.paid
        return left

    @property
    def audit_label(self) -> str:
        return self.number


class SuperbillLine(PracticeModel):
    """One session on a superbill, with its money as it stood then. Its codes are sealed words."""

    superbill = PracticeKey(Superbill, related_name="lines")
    position = models.PositiveSmallIntegerField(db_comment="From 1, in the order printed.")
    session = PracticeKey(Session, related_name="superbill_lines")
    served_on = models.DateField(db_comment="Business date in the practice's time zone.")
    charged = MoneyField(db_comment="Cents, the list fee.")
    taken_off = MoneyField(db_comment="Cents, discount and what was written off.")
    paid = MoneyField(db_comment="Cents.")
    paid_on = models.DateField(null=True, db_comment="When the last of it came; null if nothing.")
    diagnosis_count = models.PositiveSmallIntegerField(
        db_comment="How many diagnoses it points to; they stand on its day."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "charged taken_off paid",
        "PUBLIC": "id practice_id superbill position session served_on paid_on diagnosis_count",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "superbill", "position"],
                name="billing_superbillline_position_once",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "superbill", "session"],
                name="billing_superbillline_session_once",
            ),
            models.CheckConstraint(
                name="billing_superbillline_within",
                condition=Q(taken_off__gte=0, paid__gte=0, charged__gte=F("taken_off") + F("paid")),
            ),
            models.CheckConstraint(
                name="billing_superbillline_diagnosed",
                condition=Q(diagnosis_count__gte=1, diagnosis_count__lte=POINTERS_MAX),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.superbill_id} line {self.position}"

    @property
    def balance(self) -> Money:
        left: Money = self.charged - self.taken_off - self.paid
        return left


class SuperbillText(PracticeModel):
    """The words of a superbill as it was made, sealed apart so that keys can rotate."""

    superbill = PracticeKey(Superbill, related_name="texts")
    said = EncryptedJSON()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PHI": "said", "PUBLIC": "id practice_id superbill"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "superbill"], name="billing_superbilltext_once"
            ),
        ]

    def __str__(self) -> str:
        return f"words of {self.superbill_id}"


class SuperbillGiven(PracticeModel):
    """That a superbill was given to somebody: the accounting of 45 CFR 164.528.

    The billing_superbill_given trigger refuses one to anybody but the client while a restriction
    forbids it.
    """

    class To(models.TextChoices):
        """Whom it was given to."""

        CLIENT = "CLIENT", "The client, or whoever acts for them"
        PLAN = "PLAN", "A health plan"
        OTHER = "OTHER", "Somebody else"

    class Way(models.TextChoices):
        """How."""

        PAPER = "PAPER", "On paper"
        PORTAL = "PORTAL", "In the portal"
        LINK = "LINK", "Behind the pay link that is mailed to the client"

    superbill = PracticeKey(Superbill, related_name="given")
    recipient_kind = models.CharField(max_length=6, choices=To)
    recipient = EncryptedText(
        max_chars=RECIPIENT_MAX_CHARS, null=True, db_comment="Null for the client."
    )
    way = models.CharField(max_length=6, choices=Way)
    given_on = models.DateField(db_comment="Business date in the practice's time zone.")
    consent = PracticeKey(
        "clients.Consent", null=True, db_comment="To 42 CFR Part 2, where it had to be there."
    )
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "recipient",
        "PUBLIC": "id practice_id superbill recipient_kind way given_on consent key noted_at"
        " noted_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_superbillgiven_key_once"
            ),
            models.CheckConstraint(
                name="billing_superbillgiven_names_its_recipient",
                condition=Q(recipient_kind="CLIENT", recipient__isnull=True)
                | Q(recipient_kind__in=["PLAN", "OTHER"], recipient__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_superbillgiven_link_is_the_clients",
                condition=~Q(way="LINK") | Q(recipient_kind="CLIENT"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.superbill_id} to {self.recipient_kind}"


class SuperbillRule(PracticeModel):
    """Whether only sessions that are paid stand on superbills. The newest row counts."""

    needs_paid = models.BooleanField(db_comment="Without a row: yes.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id needs_paid set_at set_by"}

    def __str__(self) -> str:
        return "paid sessions only" if self.needs_paid else "any session"

    @property
    def audit_label(self) -> str:
        return ""
