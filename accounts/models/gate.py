"""Users and sign-in: tables without a practice, behind the database role ``gate``."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.fields import EncryptedText
from accounts.ids import uuid7

WRONG_CODES_MAX = 100
"""NIST SP 800-63B-4, 3.2.2: how many failures in a row an authenticator of an account has."""


class PasswordDue(models.TextChoices):
    """Why a person must choose a new password at their next sign-in."""

    BREACHED = "BREACHED", "It is on a list of passwords that others know."
    ORDERED = "ORDERED", "An administrator asked for it."
    RAISED = "RAISED", "You hold a role now that needs a longer one."
    REPORTED = "REPORTED", "You said that a sign-in was not yours."
    CALENDAR = "CALENDAR", "It is as old as your practice lets one become."


class User(AbstractBaseUser):
    """A person who can sign in. What they may do stands in their memberships, never here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True, db_comment="Canonical: NFKC, lower case, no spaces.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    password_changed_at = models.DateTimeField(db_comment="UTC.")
    password_due = models.CharField(
        max_length=9,
        choices=PasswordDue,
        default="",
        db_default="",
        db_comment="Why the next sign-in asks for a new password; empty for no reason.",
    )
    password_is_long = models.BooleanField(
        default=False,
        db_default=False,
        db_comment="Whether it has the length that whoever manages people and rules needs.",
    )
    password_reminder = models.PositiveIntegerField(
        default=0,
        db_default=0,
        db_comment="Days before its end of the last reminder of this password; 0 for none yet.",
    )

    objects = BaseUserManager()

    USERNAME_FIELD = "email"

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id email is_active created_at last_login password password_changed_at"
        " password_due password_is_long password_reminder"
    }

    def __str__(self) -> str:
        return str(self.pk)


class TotpDevice(models.Model):
    """A person's authenticator app. It counts only once its first code was confirmed.

    ``next_secret`` is that of the app which will replace it, until its first code came.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="totp")
    secret = EncryptedText(installation=True, max_chars=64)
    next_secret = EncryptedText(installation=True, max_chars=64, null=True)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(
        default=0, db_comment="The last 30-second step whose code was used; none works twice."
    )

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id user confirmed_at last_step",
        "SECRET": "secret next_secret",
    }

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"


class RecoveryCode(models.Model):
    """A single-use second factor: 120 random bits, kept as SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="recovery_codes")
    digest = models.BinaryField(db_comment="SHA-256; the code has 120 random bits (ASVS 6.5.2).")
    used_at = models.DateTimeField(null=True)

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id user digest used_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="accounts_recoverycode_once"),
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class SignInTicket(models.Model):
    """What a right password yields: five minutes to show the second factor, once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.BinaryField(unique=True, db_comment="SHA-256 of the 256-bit ticket.")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    proved_at = models.DateTimeField(
        null=True, db_comment="When the second factor was shown, while a new password is awaited."
    )
    used_at = models.DateTimeField(null=True)

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id digest user expires_at proved_at used_at"}

    def __str__(self) -> str:
        return f"ticket of {self.user_id}"


class SignInTry(models.Model):
    """An attempt to sign in, reserved before any password is hashed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name_hash = models.BinaryField(db_comment="HMAC of the canonical user name.")
    at = models.DateTimeField()
    succeeded = models.BooleanField(default=False)
    device_id = models.UUIDField(
        null=True, db_comment="The known device it came from: each has a count of its own."
    )
    reason = models.CharField(
        max_length=40, default="", db_default="", db_comment="Why it was refused."
    )
    person_id = models.UUIDField(
        null=True, db_comment="Whose name it was, noted once it was refused."
    )
    wrong_code = models.PositiveSmallIntegerField(
        null=True,
        db_comment="Which one it is of the wrong codes from unknown devices since the last right"
        " one; kept while it counts.",
    )
    told_at = models.DateTimeField(
        null=True, db_comment="UTC: when that person's practices were told of the refusal."
    )

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id name_hash at succeeded device_id reason person_id wrong_code told_at"
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_signintry_hundred_wrong_codes",
                condition=models.Q(wrong_code__range=(1, WRONG_CODES_MAX)),
            ),
            models.UniqueConstraint(
                fields=["name_hash", "wrong_code"],
                condition=models.Q(wrong_code__isnull=False),
                name="accounts_signintry_wrong_code_counts_once",
            ),
        ]
        indexes = [
            models.Index(fields=["name_hash", "at"], name="accounts_signintry_recent"),
            models.Index(fields=["at"], name="accounts_signintry_at"),
            models.Index(
                fields=["at"],
                include=["name_hash"],
                condition=models.Q(device_id=None, succeeded=False),
                name="accounts_signintry_strangers",
            ),
            models.Index(
                fields=["at"],
                condition=models.Q(person_id__isnull=False, told_at=None),
                name="accounts_signintry_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"try at {self.at:%Y-%m-%d %H:%M:%S}"


class SignInSession(models.Model):
    """A signed-in browser. The cookie holds the key; the database holds its SHA-256."""

    session_key = models.CharField(primary_key=True, max_length=64, db_comment="SHA-256, hex.")
    session_data = models.TextField(db_comment="Signed by Django: ids only.")
    expire_date = models.DateTimeField(db_comment="Twelve hours after sign-in, in any case.")
    user_id = models.UUIDField(null=True, db_index=True)
    last_seen_at = models.DateTimeField(null=True)
    handle = models.UUIDField(
        default=uuid7, unique=True, db_comment="Names the session on its person's own list."
    )
    began_at = models.DateTimeField(null=True, db_comment="UTC: when its person signed in.")
    idle_seconds = models.PositiveIntegerField(
        null=True, db_comment="What the practice allows; null for the installation's limit."
    )
    device_label = models.CharField(max_length=80, default="", db_default="")
    address = models.GenericIPAddressField(null=True)
    renewal_asked_at = models.DateTimeField(
        null=True, db_comment="UTC: since when its next answer has to bring a new key."
    )
    ended_at = models.DateTimeField(
        null=True, db_comment="UTC: ended by another browser; its next request is told why."
    )
    end_reason = models.CharField(max_length=10, default="", db_default="")

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "session_key session_data expire_date user_id last_seen_at handle began_at"
        " idle_seconds device_label address renewal_asked_at ended_at end_reason"
    }

    def __str__(self) -> str:
        return self.session_key[:8]
