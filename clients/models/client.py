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

    A person with one name has either given names or a family name; several family names stand in
    one field, as they are written. What nobody said of the rest is null. How to reach the client
    stands in ``Contact`` and ``Address``; here stands which ways they wish.
    """

    class ContactWish(models.TextChoices):
        """In which words the practice may reach the client."""

        ANY = "ANY", "Openly, in the practice's name"
        DISCREET = "DISCREET", "Discreetly: no practice name, no details, no messages left"

    class Channel(models.TextChoices):
        """The ways in which a client can be reached."""

        EMAIL = "EMAIL", "E-mail"
        PHONE = "PHONE", "Phone"
        TEXT = "TEXT", "Text message"
        POST = "POST", "Post"

    code = models.CharField(max_length=20, db_comment="Such as C-0001; given once, never again.")
    given_names = EncryptedText(max_chars=200)
    family_name = EncryptedText(max_chars=200)
    preferred_name = EncryptedText(max_chars=200)
    written_name = EncryptedText(
        max_chars=400,
        null=True,
        db_comment="The whole name as its bearer writes it, where that is not given names first.",
    )
    sort_name = EncryptedText(
        max_chars=400, null=True, db_comment="What lists go by, where it is not the family name."
    )
    pronouns = EncryptedText(max_chars=60, null=True)
    birth_date = EncryptedDate()
    language = EncryptedText(
        max_chars=35, null=True, db_comment="The language to write and speak in, in words."
    )
    contact_wish = models.CharField(max_length=8, choices=ContactWish, default=ContactWish.ANY)
    may_email = models.BooleanField(default=True, db_default=True)
    may_phone = models.BooleanField(default=True, db_default=True)
    may_text = models.BooleanField(default=False, db_default=False)
    may_post = models.BooleanField(default=True, db_default=True)
    preferred_channel = models.CharField(
        max_length=5, choices=Channel, default="", db_default="", db_comment="Empty for any."
    )
    version = models.PositiveIntegerField(
        default=1, db_default=1, db_comment="Counts changes: whoever saves names the one they saw."
    )
    likeness = models.BinaryField(
        db_comment="First byte of an HMAC of family name and birth date: finds possible duplicates."
    )
    merged_into = PracticeKey(
        "self", null=True, db_comment="The client with whom everything of this one is shown."
    )
    created_at = models.DateTimeField(db_comment="UTC.")
    created_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "given_names family_name preferred_name written_name sort_name pronouns birth_date"
        " language",
        "PUBLIC": "id practice_id code contact_wish may_email may_phone may_text may_post"
        " preferred_channel version likeness merged_into created_at created_by",
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
            models.CheckConstraint(
                name="clients_client_prefers_an_allowed_channel",
                condition=Q(preferred_channel="")
                | Q(preferred_channel="EMAIL", may_email=True)
                | Q(preferred_channel="PHONE", may_phone=True)
                | Q(preferred_channel="TEXT", may_text=True)
                | Q(preferred_channel="POST", may_post=True),
            ),
        ]
        indexes = [models.Index(fields=["practice_id", "likeness"], name="clients_client_likeness")]

    def __str__(self) -> str:
        return self.code

    @property
    def full_name(self) -> str:
        return self.written_name or full_name(self.given_names, self.family_name)

    @property
    def audit_label(self) -> str:
        return self.code
