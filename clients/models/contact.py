"""How a client is reached. What they said before stays: it is ended, never deleted."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class Contact(PracticeModel):
    """A telephone number or an e-mail address of a client, with what may be done there.

    The first of each kind is the one that is used; ``place`` orders them.
    """

    class Kind(models.TextChoices):
        """What kind of contact it is."""

        PHONE = "PHONE", "Phone"
        EMAIL = "EMAIL", "E-mail"

    client = PracticeKey(Client, related_name="contacts")
    kind = models.CharField(max_length=5, choices=Kind)
    number_or_address = EncryptedText(max_chars=254)
    label = EncryptedText(max_chars=60, db_comment="Whose or where: such as work. May be empty.")
    may_leave_message = models.BooleanField(default=False)
    is_discreet = models.BooleanField(
        default=False, db_comment="No practice name and no details there."
    )
    place = models.IntegerField(default=0, db_comment="The lowest is the first of its kind.")
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")
    ended_at = models.DateTimeField(null=True, db_comment="UTC.")
    ended_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "number_or_address label",
        "PUBLIC": "id practice_id client kind may_leave_message is_discreet place version added_at"
        " added_by ended_at ended_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_contact_kind_known", condition=Q(kind__in=["PHONE", "EMAIL"])
            ),
            models.CheckConstraint(
                name="clients_contact_ended_by_someone",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.client_id}"


class Address(PracticeModel):
    """A postal address of a client. ``street`` holds what stands above the town, or all of it."""

    class Purpose(models.TextChoices):
        """What the address is for."""

        HOME = "HOME", "Home"
        MAIL = "MAIL", "For letters"
        WORK = "WORK", "Work"
        OTHER = "OTHER", "Another"

    client = PracticeKey(Client, related_name="addresses")
    purpose = models.CharField(max_length=5, choices=Purpose, default=Purpose.HOME)
    street = EncryptedText(max_chars=500, db_comment="One or several lines.")
    city = EncryptedText(max_chars=100)
    region = EncryptedText(max_chars=100, db_comment="State or province.")
    postal_code = EncryptedText(max_chars=20)
    country = EncryptedText(max_chars=100)
    starts_on = models.DateField(null=True, db_comment="Null where nobody said.")
    ends_on = models.DateField(null=True, db_comment="The last day.")
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "street city region postal_code country",
        "PUBLIC": "id practice_id client purpose starts_on ends_on version added_at added_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_address_purpose_known",
                condition=Q(purpose__in=["HOME", "MAIL", "WORK", "OTHER"]),
            ),
            models.CheckConstraint(
                name="clients_address_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.client_id}"

    @property
    def text(self) -> str:
        """The address as a letter bears it, line by line."""
        town = ", ".join(
            part for part in (self.city, f"{self.region} {self.postal_code}".strip()) if part
        )
        return "\n".join(part for part in (self.street, town, self.country) if part)
