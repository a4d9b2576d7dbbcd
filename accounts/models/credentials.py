"""What proves who somebody is, beside the password: tables behind the database role ``gate``."""

from typing import ClassVar

from django.db import models

from accounts.fields import EncryptedText
from accounts.ids import uuid7
from accounts.models.gate import User


class PastPassword(models.Model):
    """A password that a person had before; it does not come back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="past_passwords")
    password = models.CharField(max_length=128, db_comment="Argon2 hash.")
    replaced_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id user password replaced_at"}

    def __str__(self) -> str:
        return f"past password of {self.user_id}"


class PasswordReset(models.Model):
    """A link by e-mail to a new password: once, for thirty minutes at most."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.BinaryField(unique=True, db_comment="SHA-256 of the 256-bit token.")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_comment="UTC.")
    expires_at = models.DateTimeField(db_comment="UTC.")
    used_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id digest user asked_at expires_at used_at"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_passwordreset_half_an_hour",
                condition=models.Q(
                    expires_at__lte=models.F("asked_at")
                    + models.Value("30 minutes", models.DurationField())
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"password reset of {self.user_id}"


class PasswordResetAsk(models.Model):
    """That somebody asked for a link under an address, which may be nobody's.

    Whose it is the worker looks up: the answer to the browser neither knows nor shows it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name_hash = models.BinaryField(db_comment="HMAC of the canonical user name.")
    email = EncryptedText(installation=True, passing=True, max_chars=254)
    asked_at = models.DateTimeField(db_comment="UTC.")
    answered_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id name_hash asked_at answered_at", "SECRET": "email"}

    class Meta:
        indexes = [
            models.Index(fields=["name_hash", "asked_at"], name="accounts_resetask_recent"),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(answered_at=None),
                name="accounts_resetask_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"asked at {self.asked_at:%Y-%m-%d %H:%M:%S}"


class BreachedPassword(models.Model):
    """A password that is known to others, as the first bytes of its SHA-1."""

    digest = models.BinaryField(
        primary_key=True, db_comment="First 10 bytes of SHA-1, as published lists give it."
    )

    FIELD_CLASSES: ClassVar = {"PUBLIC": "digest"}

    def __str__(self) -> str:
        return bytes(self.digest).hex()


class Passkey(models.Model):
    """A key pair of a person (WebAuthn): the private half never leaves their device."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="passkeys")
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField(db_comment="COSE key.")
    sign_count = models.BigIntegerField(db_comment="0 for devices that do not count.")
    is_backed_up = models.BooleanField()
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(db_comment="UTC.")
    last_used_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id user credential_id public_key sign_count is_backed_up name created_at"
        " last_used_at"
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_passkey_counts_up", condition=models.Q(sign_count__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"passkey of {self.user_id}"


class PasskeyChallenge(models.Model):
    """Random bytes that a passkey is asked to sign, once and soon."""

    class Purpose(models.TextChoices):
        """What the signature will be for: an answer to one does not serve another."""

        ENROL = "ENROL"
        SIGN_IN = "SIGN_IN"
        STEP_UP = "STEP_UP"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=7, choices=Purpose)
    challenge = models.BinaryField(unique=True, db_comment="32 random bytes; no secret.")
    expires_at = models.DateTimeField(db_comment="UTC.")
    used_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id user purpose challenge expires_at used_at"}

    def __str__(self) -> str:
        return f"challenge of {self.user_id}"


class KnownDevice(models.Model):
    """A browser in which a person signed in before: it opens nothing, and has tries of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="devices")
    digest = models.BinaryField(
        unique=True,
        db_comment="HMAC-SHA-256 of the user name under the cookie's 256 random bits.",
    )
    label = models.CharField(max_length=80, db_comment="Such as: Firefox on Linux.")
    created_at = models.DateTimeField(db_comment="UTC.")
    last_used_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id user digest label created_at last_used_at"}

    def __str__(self) -> str:
        return f"device of {self.user_id}"


class SprayAlarm(models.Model):
    """That many names were tried at once: it was told to the log and to the operator once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    raised_at = models.DateTimeField(db_comment="UTC.", db_index=True)
    names = models.PositiveIntegerField(db_comment="How many names failed in the window.")

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id raised_at names"}

    def __str__(self) -> str:
        return f"alarm at {self.raised_at:%Y-%m-%d %H:%M}"
