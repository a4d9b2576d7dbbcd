"""What programs of other houses hold: tokens of a practice, and what they wrote with them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedJSON
from accounts.permissions import Permission
from accounts.tenancy import PracticeKey, PracticeModel


class ApiToken(PracticeModel):
    """What a program shows to act as the member who made it, within some of that member's rights.

    The token itself is shown once and kept nowhere. A revoked one stays revoked: the database
    refuses anything else.
    """

    name = models.CharField(max_length=60, db_comment="What it is for, in the practice's words.")
    scopes = models.CharField(
        max_length=400, db_comment="Codenames of permissions, with a space between."
    )
    digest = models.BinaryField(db_comment="SHA-256 of the token's 256 random bits.")
    made_at = models.DateTimeField(db_comment="UTC.")
    made_by = PracticeKey("accounts.Membership")
    expires_at = models.DateTimeField(db_comment="UTC; a year after it was made at the latest.")
    last_used_at = models.DateTimeField(null=True, db_comment="UTC, to the minute or so.")
    revoked_at = models.DateTimeField(null=True, db_comment="UTC.")
    revoked_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id name scopes digest made_at made_by expires_at last_used_at"
        " revoked_at revoked_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "digest"], name="accounts_apitoken_digest"
            ),
            models.CheckConstraint(
                name="accounts_apitoken_one_year",
                condition=Q(
                    expires_at__lte=F("made_at") + models.Value("365 days", models.DurationField())
                ),
            ),
            models.CheckConstraint(
                name="accounts_apitoken_opens_something", condition=~Q(scopes="")
            ),
            models.CheckConstraint(
                name="accounts_apitoken_revoked_by_someone",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return ""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it was made for; it opens no more of this than its maker may do now."""
        codenames = set(self.scopes.split())
        return frozenset(each for each in Permission if each.codename in codenames)


class ApiWrite(PracticeModel):
    """That a token wrote something under a key of its own, and what was answered.

    Sending the same again gives the same answer and does nothing.
    """

    token = PracticeKey(ApiToken, related_name="writes")
    key = models.CharField(max_length=255, db_comment="Idempotency-Key, as it was sent.")
    request_hash = models.BinaryField(
        db_comment="HMAC of method, path and body under the practice's key that does not rotate."
    )
    answer = EncryptedJSON(null=True, db_comment="Status and body; null while it is being done.")
    asked_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {
        "PHI": "answer",
        "PUBLIC": "id practice_id token key request_hash asked_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "token", "key"], name="accounts_apiwrite_once"
            ),
        ]

    def __str__(self) -> str:
        return f"write {self.pk}"
