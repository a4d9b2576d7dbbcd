"""Links by which a client pays without an account, and the short visits that they open."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.statement import AccountStatement
from clients.models import Client

LINK_LIFE, PAPER_LIFE = timedelta(days=14), timedelta(days=60)
"""How long a link lasts that was sent or shown, and one that stands on a statement."""

TRIES_MAX = 3
TEXT_CHARS = 64


class PayLink(PracticeModel):
    """A link to one client's account. Only the SHA-256 of what it holds is kept; of one that stands
    on a statement also the text, sealed, so that it is printed again as it was.

    It tells nothing of the client until a second factor was right; the third wrong one ends it.
    What happened to it is never undone: the billing_paylink_goes_forward trigger sees to that.
    """

    client = PracticeKey(Client)
    digest = models.BinaryField(db_comment="SHA-256 of the token.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    made_at = models.DateTimeField(db_comment="UTC.")
    made_by = PracticeKey("accounts.Membership")
    expires_at = models.DateTimeField(db_comment="UTC; from then on it opens nothing.")
    sent_at = models.DateTimeField(null=True, db_comment="UTC; null if it was not e-mailed.")
    opened_at = models.DateTimeField(
        null=True, db_comment="UTC: when a second factor was right first; a look is none."
    )
    wrong_tries = models.PositiveSmallIntegerField(
        default=0, db_default=0, db_comment="Wrong second factors; it is dead at the third."
    )
    withdrawn_at = models.DateTimeField(null=True, db_comment="UTC.")
    withdrawn_by = PracticeKey("accounts.Membership", null=True)
    statement = PracticeKey(
        AccountStatement, null=True, related_name="links", db_comment="On which it is printed."
    )
    text = EncryptedText(
        max_chars=TEXT_CHARS, null=True, db_comment="What its address holds, where it is printed."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client key made_at made_by expires_at sent_at opened_at"
        " wrong_tries withdrawn_at withdrawn_by statement digest",
        "SECRET": "text",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "digest"], name="billing_paylink_once"),
            models.UniqueConstraint(fields=["practice_id", "key"], name="billing_paylink_key_once"),
            models.UniqueConstraint(
                fields=["practice_id", "statement"], name="billing_paylink_one_on_a_statement"
            ),
            models.CheckConstraint(
                name="billing_paylink_lasts_as_its_way_does",
                condition=Q(expires_at__gt=F("made_at"))
                & (
                    Q(statement=None, expires_at__lte=F("made_at") + LINK_LIFE)
                    | Q(statement__isnull=False, expires_at__lte=F("made_at") + PAPER_LIFE)
                ),
            ),
            models.CheckConstraint(
                name="billing_paylink_is_printed_or_sent",
                condition=Q(statement=None, text__isnull=True)
                | Q(statement__isnull=False, text__isnull=False, sent_at=None),
            ),
            models.CheckConstraint(
                name="billing_paylink_three_tries",
                condition=Q(wrong_tries__gte=0, wrong_tries__lte=TRIES_MAX),
            ),
            models.CheckConstraint(
                name="billing_paylink_withdrawn_by_someone",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.audit_label

    @property
    def payer(self) -> Client:
        """The client whom it is for; of a record that was merged since, the one who is kept."""
        payer: Client = self.client.merged_into or self.client
        return payer

    @property
    def audit_label(self) -> str:
        """The end of its id: enough to tell one from another, and it opens nothing."""
        return str(self.pk)[-6:]


class PayVisit(PracticeModel):
    """A browser that gave the right second factor. It opens its link's account and nothing else.

    The cookie holds a random key, and this its SHA-256. It is over after ten idle minutes, and when
    two records become one or two again: nobody reads on by another's factor.
    """

    link = PracticeKey(PayLink, related_name="visits")
    client = PracticeKey(
        Client,
        db_comment="Whose second factor was given; over once the link is another client's.",
    )
    digest = models.BinaryField(db_comment="SHA-256 of the cookie's key.")
    began_at = models.DateTimeField(db_comment="UTC.")
    last_seen_at = models.DateTimeField(db_comment="UTC.")
    ended_at = models.DateTimeField(null=True, db_comment="UTC; null unless the client left.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id link client began_at last_seen_at ended_at digest",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "digest"], name="billing_payvisit_once"),
        ]

    def __str__(self) -> str:
        return f"visit by {self.link_id}"


class LinkWish(PracticeModel):
    """Whether a client wants links to pay at all. Never changed: the newest of a person counts."""

    client = PracticeKey(Client)
    wants_links = models.BooleanField()
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client wants_links noted_at noted_by",
    }

    def __str__(self) -> str:
        return f"{self.client_id}: {self.wants_links}"

    @property
    def audit_label(self) -> str:
        return "links wanted" if self.wants_links else "no links"
