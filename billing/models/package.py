"""Packages: sessions that are sold ahead, on which terms, and to whom."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.service import ServiceCode
from ledger.fields import MoneyField
from ledger.money import Money

MOST_SESSIONS = 100
MOST_DAYS = 3_650
NAME_MAX_CHARS = 80


class PackageOffer(PracticeModel):
    """The terms on which a practice sells a number of sessions ahead. They never change: other
    terms are another offer.

    Its codes are written with it: the billing_package_offer_whole trigger checks at commit that
    there are ``code_count`` of them.
    """

    class UsedCounts(models.TextChoices):
        """What a session that was used counts where the rest is given back."""

        UNIT = "UNIT", "its part of the price"
        LIST = "LIST", "its full list fee"

    name = models.CharField(
        max_length=NAME_MAX_CHARS, db_comment="The practice's own words; they are on invoices."
    )
    sessions = models.PositiveSmallIntegerField(db_comment="How many are sold together.")
    price = MoneyField(db_comment="Cents, of all of them.")
    valid_days = models.PositiveSmallIntegerField(
        db_comment="Sessions until this many days after the sale are covered."
    )
    forfeits = models.BooleanField(
        db_comment="Whether unused sessions expire: the practice says that terms and law allow it."
    )
    used_counts = models.CharField(max_length=4, choices=UsedCounts)
    code_count = models.PositiveSmallIntegerField(db_comment="So that no code joins it later.")
    offered_from = models.DateField(db_comment="The first business date on which it is sold.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "price",
        "PUBLIC": "id practice_id name sessions valid_days forfeits used_counts code_count"
        " offered_from key added_at added_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_packageoffer_key_once"
            ),
            models.CheckConstraint(name="billing_packageoffer_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="billing_packageoffer_of_sessions",
                condition=Q(sessions__gte=1, sessions__lte=MOST_SESSIONS),
            ),
            models.CheckConstraint(
                name="billing_packageoffer_a_cent_each", condition=Q(price__gte=F("sessions"))
            ),
            models.CheckConstraint(
                name="billing_packageoffer_valid_for_days",
                condition=Q(valid_days__gte=1, valid_days__lte=MOST_DAYS),
            ),
            models.CheckConstraint(
                name="billing_packageoffer_covers_something", condition=Q(code_count__gte=1)
            ),
            models.CheckConstraint(
                name="billing_packageoffer_refund_known",
                condition=Q(used_counts__in=["UNIT", "LIST"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name

    @property
    def unit(self) -> Money:
        """What one session is worth, in cents; the last one of a package takes what is over."""
        return Money(self.price.cents // self.sessions)


class PackageOfferCode(PracticeModel):
    """That an offer covers a service."""

    offer = PracticeKey(PackageOffer, related_name="codes")
    service_code = PracticeKey(ServiceCode)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id offer service_code"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "offer", "service_code"],
                name="billing_packageoffercode_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} covers {self.service_code_id}"


class PackageOfferEnded(PracticeModel):
    """That an offer is sold no more, from a day on. What was sold stays."""

    offer = PracticeKey(PackageOffer, related_name="ended")
    ended_on = models.DateField(db_comment="The first business date on which it is not sold.")
    ended_at = models.DateTimeField(db_comment="UTC.")
    ended_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id offer ended_on ended_at ended_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "offer"], name="billing_packageofferended_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} ended"


class Package(PracticeModel):
    """Sessions that were sold ahead to a client. What is left of them stands in the ledger, as the
    package's item of the prepaid sessions.

    It is sold on an invoice of its own: the billing_package_sold trigger checks at commit that one
    line bills it, to its client and at its price, and that the sale is posted.
    """

    reference = models.CharField(max_length=12, db_comment="Such as PK-00001; without a gap.")
    client = PracticeKey("clients.Client")
    offer = PracticeKey(PackageOffer, related_name="packages")
    sold_on = models.DateField(db_comment="Business date in the practice's time zone.")
    valid_until = models.DateField(db_comment="The last day of service that it covers.")
    sessions = models.PositiveSmallIntegerField(db_comment="As the offer says.")
    price = MoneyField(db_comment="Cents, as the offer says.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    sold_at = models.DateTimeField(db_comment="UTC.")
    sold_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "price",
        "PUBLIC": "id practice_id reference client offer sold_on valid_until sessions key sold_at"
        " sold_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "reference"], name="billing_package_reference_once"
            ),
            models.UniqueConstraint(fields=["practice_id", "key"], name="billing_package_key_once"),
            models.CheckConstraint(
                name="billing_package_valid_after_sale", condition=Q(valid_until__gt=F("sold_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "sold_on", "id"], name="billing_package_by_date"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference
