"""Clients of a practice. What tells who they are stands sealed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedDate, EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from clients.names import full_name


class CodeCounter(PracticeModel):
    """The last number that a client's code was made of; locked while a client is added."""

    last = models.BigIntegerField(db_comment="0 for none yet.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id last"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id"], name="clients_codecounter_one_per_practice"
            ),
            models.CheckConstraint(name="clients_codecounter_counts_up", condition=Q(last__gte=0)),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"C-{self.last:04d}"


class Client(PracticeModel):
    """A person in the practice's care, known by a code wherever names may not be seen.

    A person with one name has either given names or a family name.
    """

    class ContactWish(models.TextChoices):
        """How the practice may reach the client."""

        ANY = "ANY", "By mail, e-mail or phone"
        DISCREET = "DISCREET", "Discreetly: no practice name, no details, no messages left"

    code = models.CharField(max_length=20, db_comment="Such as C-0001; given once, never again.")
    given_names = EncryptedText(max_chars=200)
    family_name = EncryptedText(max_chars=200)
    preferred_name = EncryptedText(max_chars=200)
    birth_date = EncryptedDate()
    email = EncryptedText(max_chars=254)
    phone = EncryptedText(max_chars=40)
    postal_address = EncryptedText(max_chars=500)
    contact_wish = models.CharField(max_length=8, choices=ContactWish, default=ContactWish.ANY)
    likeness = models.BinaryField(
        db_comment="First byte of an HMAC of family name and birth date: finds possible duplicates."
    )
    created_at = models.DateTimeField(db_comment="UTC.")
    created_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "given_names family_name preferred_name birth_date email phone postal_address",
        "PUBLIC": "id practice_id code contact_wish likeness created_at created_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "code"], name="clients_client_code_once"
            ),
            models.CheckConstraint(
                name="clients_client_contact_wish_known",
                condition=Q(contact_wish__in=["ANY", "DISCREET"]),
            ),
        ]
        indexes = [models.Index(fields=["practice_id", "likeness"], name="clients_client_likeness")]

    def __str__(self) -> str:
        return self.code

    @property
    def full_name(self) -> str:
        return full_name(self.given_names, self.family_name)

    @property
    def audit_label(self) -> str:
        return self.code
