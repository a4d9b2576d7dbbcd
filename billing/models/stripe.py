"""Card payments: the practice's Stripe account, what was asked of it, and what it said."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice
from billing.models.pay_link import PayLink
from billing.models.payment import Payment
from clients.models import Client
from ledger.fields import MoneyField

WEBHOOK_BODY_MAX_BYTES = 1_048_576


class StripeAccount(PracticeModel):
    """The practice's own Stripe account: a restricted key, or a Connect account id with it."""

    secret_key = EncryptedText(max_chars=255)
    connect_id = models.CharField(max_length=64, blank=True)
    is_live = models.BooleanField(db_comment="Whether real cards are charged.")
    connected_at = models.DateTimeField(db_comment="UTC.")
    connected_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id connect_id is_live connected_at connected_by",
        "SECRET": "secret_key",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id"], name="billing_stripeaccount_one_per_practice"
            ),
        ]

    def __str__(self) -> str:
        return self.connect_id or "own account"

    @property
    def audit_label(self) -> str:
        return self.connect_id


class WebhookEndpoint(PracticeModel):
    """An address at which Stripe tells this practice what happened. Its id stands in the URL."""

    signing_secret = EncryptedText(max_chars=255)
    previous_secret = EncryptedText(max_chars=255, null=True)
    opened_at = models.DateTimeField(db_comment="UTC.")
    opened_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id opened_at opened_by",
        "SECRET": "signing_secret previous_secret",
    }

    def __str__(self) -> str:
        return str(self.pk)


class WebhookEvent(PracticeModel):
    """An event that Stripe sent, verified. It stays here until the worker has dealt with it."""

    endpoint = PracticeKey(WebhookEndpoint)
    stripe_id = models.CharField(max_length=255, db_comment="Stripe's id of the event.")
    kind = models.CharField(max_length=100, db_comment="Such as checkout.session.completed.")
    object_id = models.CharField(max_length=255, db_comment="Stripe's id of what it is about.")
    body = EncryptedText(max_chars=WEBHOOK_BODY_MAX_BYTES)
    received_at = models.DateTimeField(db_comment="UTC.")
    processed_at = models.DateTimeField(null=True, db_comment="UTC; null while it waits.")
    outcome = models.CharField(
        max_length=40, blank=True, db_comment="A word; empty while it waits."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "body",
        "PUBLIC": "id practice_id endpoint stripe_id kind object_id received_at processed_at"
        " outcome",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "stripe_id"], name="billing_webhookevent_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "received_at"],
                condition=Q(processed_at=None),
                name="billing_webhookevent_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def audit_label(self) -> str:
        return self.stripe_id


class CardIntent(PracticeModel):
    """The intent to be paid by card: committed before Stripe is called, with its idempotency key.

    It pays one invoice first, at the desk, or a client's account, by a pay link. The webhook
    settles it, never the browser's return. ``payment`` is what it became.
    """

    class State(models.TextChoices):
        CREATED = "CREATED", "Not sent yet"
        OPEN = "OPEN", "Waiting for the client"
        UNKNOWN = "UNKNOWN", "Stripe did not answer clearly"
        REFUSED = "REFUSED", "Stripe refused"
        EXPIRED = "EXPIRED", "Expired"
        PAID = "PAID", "Paid"

    invoice = PracticeKey(Invoice, null=True)
    pay_link = PracticeKey(PayLink, null=True, related_name="intents")
    client = PracticeKey(Client, null=True, db_comment="Whose account a pay link pays.")
    amount = MoneyField(db_comment="Cents.")
    state = models.CharField(max_length=8, choices=State.choices)
    request_hash = models.BinaryField(db_comment="SHA-256 of what was asked of Stripe.")
    checkout_id = models.CharField(max_length=255, blank=True, db_comment="cs_…, once it is known.")
    card_end = models.CharField(
        max_length=4, blank=True, db_default="", db_comment="The card's last four digits."
    )
    key = models.UUIDField(
        null=True, db_comment="Of the form that a pay link's payment came by; once."
    )
    payment = PracticeKey(Payment, null=True)
    created_at = models.DateTimeField(db_comment="UTC.")
    created_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id invoice pay_link client state request_hash checkout_id card_end"
        " key payment created_at created_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(name="billing_cardintent_is_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_cardintent_paid_has_payment",
                condition=Q(state="PAID", payment__isnull=False)
                | (~Q(state="PAID") & Q(payment=None)),
            ),
            models.CheckConstraint(
                name="billing_cardintent_pays_one_thing",
                condition=Q(invoice__isnull=False, pay_link=None, client=None)
                | Q(invoice=None, pay_link__isnull=False, client__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_cardintent_card_end_is_digits",
                condition=Q(card_end__regex=r"^([0-9]{4})?$"),
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_cardintent_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "client"],
                condition=Q(state__in=["CREATED", "OPEN", "UNKNOWN"]),
                name="billing_cardintent_one_page_of_an_account",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "checkout_id"],
                condition=~Q(checkout_id=""),
                name="billing_cardintent_checkout_once",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "payment"], name="billing_cardintent_payment_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "created_at"],
                condition=Q(state__in=["CREATED", "OPEN", "UNKNOWN"]),
                name="billing_cardintent_pending",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def payer(self) -> Client:
        """The client whose money it is."""
        payer: Client = self.invoice.client if self.invoice else self.client
        return payer

    @property
    def audit_label(self) -> str:
        return str(self.pk)
