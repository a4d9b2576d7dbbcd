"""How a practice guards itself: its rules, networks, invitations and reviews."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedJSON, EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel


class SecurityPolicy(PracticeModel):
    """A practice's rules for signing in. There is one row, made when the practice is founded."""

    class PasswordProfile(models.TextChoices):
        """When a password has to change: NIST and ASVS say on evidence, others by the calendar."""

        CALENDAR = "CALENDAR", "By the calendar"
        COMPROMISE = "COMPROMISE", "When it may be known to others"

    password_profile = models.CharField(max_length=10, choices=PasswordProfile)
    rotation_days = models.PositiveIntegerField(
        null=True, db_comment="90, 180 or 365 by the calendar; null otherwise."
    )
    idle_minutes = models.PositiveIntegerField(db_comment="2 to 10: a practice may only shorten.")
    sessions_max = models.PositiveIntegerField(db_comment="Browsers signed in at once, per person.")
    changed_at = models.DateTimeField(db_comment="UTC.")
    changed_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id password_profile rotation_days idle_minutes sessions_max"
        " changed_at changed_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id"], name="accounts_securitypolicy_one_per_practice"
            ),
            models.CheckConstraint(
                name="accounts_securitypolicy_rotation",
                condition=Q(("password_profile", "CALENDAR"), rotation_days__in=[90, 180, 365])
                | Q(("password_profile", "COMPROMISE"), rotation_days=None),
            ),
            models.CheckConstraint(
                name="accounts_securitypolicy_idle", condition=Q(idle_minutes__range=(2, 10))
            ),
            models.CheckConstraint(
                name="accounts_securitypolicy_sessions", condition=Q(sessions_max__range=(1, 10))
            ),
        ]

    def __str__(self) -> str:
        return self.password_profile

    @property
    def audit_label(self) -> str:
        return ""


class NetworkRange(PracticeModel):
    """Addresses from which a practice's staff may work. With none, they may from anywhere."""

    network = models.CharField(max_length=43, db_comment="Canonical CIDR, such as 10.8.0.0/16.")
    label = models.CharField(max_length=60)
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")
    removed_at = models.DateTimeField(null=True, db_comment="UTC.")
    removed_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id network label added_at added_by removed_at removed_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "network"],
                condition=Q(removed_at=None),
                name="accounts_networkrange_once",
            ),
            models.CheckConstraint(
                name="accounts_networkrange_removed_by_someone",
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.network

    @property
    def audit_label(self) -> str:
        return self.network


class Invitation(PracticeModel):
    """A link by e-mail into a practice: once, for 24 hours."""

    email = models.EmailField(db_comment="Canonical: NFKC, lower case, no spaces.")
    display_name = models.CharField(max_length=120)
    role = PracticeKey("accounts.Role")
    digest = models.BinaryField(db_comment="SHA-256 of the 256-bit token.")
    invited_at = models.DateTimeField(db_comment="UTC.")
    invited_by = PracticeKey("accounts.Membership")
    expires_at = models.DateTimeField(db_comment="UTC.")
    starts_at = models.DateTimeField(
        null=True, db_comment="UTC: when the role begins by itself; null for at once."
    )
    ends_at = models.DateTimeField(
        null=True, db_comment="UTC: when the role ends by itself; null for no end."
    )
    accepted_at = models.DateTimeField(null=True, db_comment="UTC.")
    accepted_by = PracticeKey("accounts.Membership", null=True)
    revoked_at = models.DateTimeField(null=True, db_comment="UTC.")
    revoked_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id email display_name role digest invited_at invited_by expires_at"
        " starts_at ends_at accepted_at accepted_by revoked_at revoked_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "digest"], name="accounts_invitation_digest"
            ),
            models.CheckConstraint(
                name="accounts_invitation_one_day",
                condition=Q(
                    expires_at__lte=F("invited_at")
                    + models.Value("24 hours", models.DurationField())
                ),
            ),
            models.CheckConstraint(
                name="accounts_invitation_ends_once",
                condition=Q(accepted_at=None) | Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="accounts_invitation_begins_before_it_ends",
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, starts_at__lt=F("ends_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def audit_label(self) -> str:
        return ""


class AccessReview(PracticeModel):
    """A quarterly look at who may do what: every person and role is confirmed or removed."""

    opened_at = models.DateTimeField(db_comment="UTC.")
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True, db_comment="UTC.")
    closed_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id practice_id opened_at due_on closed_at closed_by"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id"],
                condition=Q(closed_at=None),
                name="accounts_accessreview_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"review due on {self.due_on}"

    @property
    def audit_label(self) -> str:
        return str(self.due_on)


class AccessReviewItem(PracticeModel):
    """One person's holding of one role, under review."""

    class Decision(models.TextChoices):
        """What was decided; empty while it waits."""

        CONFIRMED = "CONFIRMED", "Stays"
        REMOVED = "REMOVED", "Removed"

    review = PracticeKey(AccessReview, related_name="items")
    grant = PracticeKey("accounts.RoleGrant")
    decision = models.CharField(max_length=9, choices=Decision, default="")
    decided_at = models.DateTimeField(null=True, db_comment="UTC.")
    decided_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar = {
        "PUBLIC": "id practice_id review grant decision decided_at decided_by"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "review", "grant"], name="accounts_accessreviewitem_once"
            ),
            models.CheckConstraint(
                name="accounts_accessreviewitem_decided_by_someone",
                condition=Q(decision="", decided_at=None, decided_by=None)
                | Q(
                    decision__in=["CONFIRMED", "REMOVED"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.grant_id}"


class Draft(PracticeModel):
    """What somebody had typed into a form when they were called away; gone once it is sent."""

    member = PracticeKey("accounts.Membership")
    path = models.CharField(max_length=200, db_comment="Of the page: route and opaque ids.")
    fields = EncryptedJSON(
        null=True,
        passing=True,
        db_comment="Form → name → values, as typed; null once it was sent or thrown away.",
    )
    saved_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar = {"PHI": "fields", "PUBLIC": "id practice_id member path saved_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "member", "path"], name="accounts_draft_one_per_page"
            ),
        ]

    def __str__(self) -> str:
        return self.path


class OutgoingMail(PracticeModel):
    """A letter that must go out. It is written with the act that it tells of, and sent after it."""

    TRIES_MAX: ClassVar[int] = 8
    """After so many it is given up."""

    to = EncryptedText(max_chars=254, passing=True)
    subject = EncryptedText(max_chars=120, passing=True)
    body = EncryptedText(max_chars=4000, passing=True)
    created_at = models.DateTimeField(db_comment="UTC.")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(db_comment="UTC.")
    sent_at = models.DateTimeField(null=True, db_comment="UTC; the mail server took it.")
    refused_at = models.DateTimeField(
        null=True, db_comment="UTC; the mail server will never take it for this address."
    )
    from_name = EncryptedText(
        max_chars=60,
        null=True,
        passing=True,
        db_comment="In whose name it comes; null for the installation's.",
    )

    FIELD_CLASSES: ClassVar = {
        "PHI": "to subject body from_name",
        "PUBLIC": "id practice_id created_at tries next_try_at sent_at refused_at",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_outgoingmail_sent_or_refused",
                condition=Q(sent_at=None) | Q(refused_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "next_try_at"],
                condition=Q(sent_at=None),
                name="accounts_outgoingmail_due",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
