"""Clients of a practice. What tells who they are stands sealed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

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


class Assignment(PracticeModel):
    """That a therapist cares for a client, from the first day to the last, both included.

    A cover stands in for a colleague and has its last day from the beginning.
    """

    client = PracticeKey(Client, related_name="assignments")
    therapist = PracticeKey("accounts.Membership")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    assigned_at = models.DateTimeField(db_comment="UTC.")
    assigned_by = PracticeKey("accounts.Membership")
    ended_at = models.DateTimeField(null=True, db_comment="UTC.")
    ended_by = PracticeKey("accounts.Membership", null=True)
    closed_at = models.DateTimeField(
        null=True, db_comment="UTC: the record is shut from here on, though the day is not over."
    )
    covers_for = PracticeKey(
        "accounts.Membership", null=True, db_comment="The colleague whom a cover stands in for."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client therapist starts_on ends_on assigned_at assigned_by"
        " ended_at ended_by closed_at covers_for",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "client", "therapist"],
                condition=Q(ends_on=None),
                name="clients_assignment_open_once",
            ),
            models.CheckConstraint(
                name="clients_assignment_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="clients_assignment_ended_by_someone",
                condition=Q(ends_on=None, ended_at=None, ended_by=None)
                | Q(ends_on__isnull=False, ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_assignment_cover_has_a_last_day",
                condition=Q(covers_for=None) | Q(ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="clients_assignment_covers_for_another",
                condition=Q(covers_for=None) | ~Q(covers_for=F("therapist")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "therapist", "starts_on"],
                name="clients_assignment_by_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} from {self.starts_on}"


class EmergencyAccess(PracticeModel):
    """That a member opened a client's record without being assigned: for an hour, then reviewed.

    HIPAA 45 CFR 164.312(a)(2)(ii). The reason is one of a list: nothing clinical is written down.
    """

    class Reason(models.TextChoices):
        """Why it could not wait."""

        CRISIS = "CRISIS", "The client is in a crisis"
        UNREACHABLE = "UNREACHABLE", "Their therapist cannot be reached"
        AT_THE_DOOR = "AT_THE_DOOR", "The client is here and needs something now"
        SAFETY = "SAFETY", "Somebody's safety is at risk"

    class Finding(models.TextChoices):
        """What the review found; empty while it waits."""

        JUSTIFIED = "JUSTIFIED", "It was right"
        UNJUSTIFIED = "UNJUSTIFIED", "It was not right"

    client = PracticeKey(Client)
    member = PracticeKey("accounts.Membership")
    reason = models.CharField(max_length=11, choices=Reason)
    opened_at = models.DateTimeField(db_comment="UTC.")
    ends_at = models.DateTimeField(db_comment="UTC: at most 60 minutes after it was opened.")
    finding = models.CharField(max_length=11, choices=Finding, default="")
    reviewed_at = models.DateTimeField(null=True, db_comment="UTC.")
    reviewed_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client member reason opened_at ends_at finding reviewed_at"
        " reviewed_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_emergencyaccess_an_hour",
                condition=Q(
                    ends_at__lte=F("opened_at") + models.Value("60 minutes", models.DurationField())
                ),
            ),
            models.CheckConstraint(
                name="clients_emergencyaccess_reviewed_by_someone",
                condition=Q(finding="", reviewed_at=None, reviewed_by=None)
                | Q(
                    finding__in=["JUSTIFIED", "UNJUSTIFIED"],
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="clients_emergencyaccess_not_by_oneself",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("member")),
            ),
            models.CheckConstraint(
                name="clients_emergencyaccess_reviewed_once_over",
                condition=Q(reviewed_at=None) | Q(reviewed_at__gte=F("ends_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "member", "ends_at"],
                name="clients_emergencyaccess_now",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} by {self.member_id}"

    @property
    def audit_label(self) -> str:
        return ""


class Coverage(PracticeModel):
    """An insurance of a client. A date that nobody told is null."""

    client = PracticeKey(Client, related_name="coverages")
    payer_name = EncryptedText(max_chars=200)
    member_id = EncryptedText(max_chars=80)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True, db_comment="The last day.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "payer_name member_id",
        "PUBLIC": "id practice_id client starts_on ends_on added_at added_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clients_coverage_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"coverage of {self.client_id}"


class ExternalRecord(PracticeModel):
    """That a record of another system was taken in, so that taking it in again changes nothing.

    The other system's id is kept as a keyed hash only.
    """

    class Kind(models.TextChoices):
        """What the other system's record became."""

        CLIENT = "CLIENT", "Client"
        COVERAGE = "COVERAGE", "Coverage"

    kind = models.CharField(max_length=8, choices=Kind)
    fingerprint = models.BinaryField(db_comment="HMAC-SHA-256 under a key of the practice.")
    client = PracticeKey(Client)
    taken_in_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id kind fingerprint client taken_in_at"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "fingerprint"], name="clients_externalrecord_once"
            ),
            models.CheckConstraint(
                name="clients_externalrecord_kind_known",
                condition=Q(kind__in=["CLIENT", "COVERAGE"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.client_id}"
