"""A practice, the people in it, and their roles."""

from typing import ClassVar

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.ids import uuid7
from accounts.permissions import WORDS
from accounts.tenancy import PracticeKey, PracticeModel


class Practice(models.Model):
    """A mental-health practice: the tenant. Its row is visible inside its own scope only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    discreet_name = models.CharField(
        max_length=60, db_comment="What a client sees on a card statement; says nothing of therapy."
    )
    time_zone = models.CharField(
        max_length=60, db_comment="IANA name; business dates are local to it."
    )
    created_at = models.DateTimeField()

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id slug name discreet_name time_zone created_at"}

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.slug


class Membership(PracticeModel):
    """A person in a practice. Every ``*_by`` points here, never to the user behind the gate.

    ``person`` is the user's id, or null for the practice's own automaton, which posts webhooks
    and jobs. There is no foreign key: users live behind another database role.
    """

    person_id = models.UUIDField(null=True)
    display_name = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = PracticeKey("accounts.Membership", null=True)
    entered_at = models.DateTimeField(
        null=True, db_comment="UTC: last here; a membership rests after 90 days away."
    )
    readmitted_at = models.DateTimeField(null=True, db_comment="UTC.")
    readmitted_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id person_id display_name created_at ended_at ended_by entered_at"
        " readmitted_at readmitted_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "person_id"],
                name="accounts_membership_one_per_person",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="accounts_membership_ended_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def audit_label(self) -> str:
        return ""

    @property
    def initials(self) -> str:
        words = self.display_name.split()
        return "".join(
            word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
        ).upper()


class Role(PracticeModel):
    """A named set of permissions of one practice, kept as a Django group."""

    group = models.ForeignKey(
        Group, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    slug = models.SlugField(max_length=60, db_index=False)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200)
    is_network_bound = models.BooleanField(
        default=True,
        db_default=True,
        db_comment="Whether its people work from the practice's networks only, where it named any.",
    )
    copied_from = PracticeKey("accounts.Role", null=True)
    retired_at = models.DateTimeField(null=True, db_comment="UTC.")
    retired_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id group slug name description is_network_bound copied_from"
        " retired_at retired_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "slug"], name="accounts_role_slug"),
            models.UniqueConstraint(fields=["practice_id", "group"], name="accounts_role_group"),
        ]
        default_permissions = ()
        permissions = [(permission.codename, words) for permission, (_, words) in WORDS.items()]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.slug


class RoleGrant(PracticeModel):
    """That a member holds a role, from when to when, by whose hand.

    One with a term begins and ends by itself; the term is never changed, the grant is withdrawn.
    """

    member = PracticeKey("accounts.Membership", related_name="grants")
    role = PracticeKey("accounts.Role", related_name="grants")
    granted_at = models.DateTimeField()
    granted_by = PracticeKey("accounts.Membership")
    starts_at = models.DateTimeField(
        null=True, db_comment="UTC: the first moment that counts; null for the one of the grant."
    )
    ends_at = models.DateTimeField(
        null=True, db_comment="UTC: the first moment that does not count; null for no end."
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id member role granted_at granted_by starts_at ends_at withdrawn_at"
        " withdrawn_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "member", "role"],
                condition=Q(withdrawn_at=None),
                name="accounts_rolegrant_held_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="accounts_rolegrant_withdrawn_by_someone",
            ),
            models.CheckConstraint(
                name="accounts_rolegrant_begins_before_it_ends",
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, starts_at__lt=F("ends_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.role_id}"


class DataKey(PracticeModel):
    """A version of the key that seals a practice's values, wrapped by the installation's KEK.

    A destroyed one keeps its row, without the key.
    """

    version = models.PositiveIntegerField()
    kek_version = models.PositiveIntegerField()
    wrapped = models.BinaryField(
        null=True, db_comment="nonce | AES-256-GCM of the 32-byte key | tag; null once destroyed."
    )
    created_at = models.DateTimeField(db_default=Now(), db_comment="UTC.")
    destroyed_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id version kek_version wrapped created_at destroyed_at"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "version"], name="accounts_datakey_version"
            ),
            models.CheckConstraint(
                name="accounts_datakey_there_or_destroyed",
                condition=Q(wrapped__isnull=False, destroyed_at=None)
                | Q(wrapped=None, destroyed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"data key {self.version}"


class IndexKey(PracticeModel):
    """The key of a practice's fingerprints and marks. It never rotates; it can be destroyed."""

    kek_version = models.PositiveIntegerField()
    wrapped = models.BinaryField(null=True, db_comment="As of a data key.")
    created_at = models.DateTimeField(db_default=Now(), db_comment="UTC.")
    destroyed_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id kek_version wrapped created_at destroyed_at"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id"], name="accounts_indexkey_one_per_practice"
            ),
            models.CheckConstraint(
                name="accounts_indexkey_there_or_destroyed",
                condition=Q(wrapped__isnull=False, destroyed_at=None)
                | Q(wrapped=None, destroyed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return "index key"
