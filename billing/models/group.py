"""Groups: several clients in one hour of one therapist, each with an appointment of their own."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.service import ServiceCode
from billing.models.session import LONGEST_MINUTES

GROUP_CODE = r"^[A-Z0-9]+(-[A-Z0-9]+)*$"
"""What a group is called by: letters, digits and hyphens, no place for a person's name."""


class Group(PracticeModel):
    """A group of a therapist, and what an hour of it usually is. Who is in it follows by dates.

    Staff know it by its ``code``, which stands on nothing that a client gets.
    """

    code = models.CharField(max_length=12)
    therapist = PracticeKey("accounts.Membership")
    service_code = PracticeKey(ServiceCode)
    minutes = models.PositiveSmallIntegerField(db_comment="From start to end.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    made_at = models.DateTimeField(db_comment="UTC.")
    made_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id code therapist service_code minutes key made_at made_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "code"], name="billing_group_code_once"),
            models.UniqueConstraint(fields=["practice_id", "key"], name="billing_group_key_once"),
            models.CheckConstraint(
                name="billing_group_code_is_neutral", condition=Q(code__regex=GROUP_CODE)
            ),
            models.CheckConstraint(
                name="billing_group_minutes_of_a_day",
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_MINUTES),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class GroupMember(PracticeModel):
    """A client is in a group from a business date on, until they leave.

    The billing_groupmember_once_at_a_time trigger refuses a client who is in it already.
    """

    group = PracticeKey(Group, related_name="members")
    client = PracticeKey("clients.Client")
    joins_on = models.DateField(db_comment="The first business date.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id group client joins_on key added_at added_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_groupmember_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"member from {self.joins_on}"


class GroupMemberLeft(PracticeModel):
    """A client is in a group no more after a business date; who comes back joins anew.

    A ``last_on`` the day before they would have joined says that they never were.
    """

    member = PracticeKey(GroupMember, related_name="left")
    last_on = models.DateField(db_comment="The last business date.")
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id member last_on noted_at noted_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "member"], name="billing_groupmemberleft_once"
            ),
        ]

    def __str__(self) -> str:
        return f"left after {self.last_on}"


class GroupHour(PracticeModel):
    """One hour of a group. Each member's appointment in it leads here, and is of the same time.

    What became of it is what became of those: it has no outcome of its own.
    """

    group = PracticeKey(Group, related_name="hours")
    starts_at = models.DateTimeField(db_comment="UTC.")
    minutes = models.PositiveSmallIntegerField(db_comment="From start to end.")
    key = models.UUIDField(db_comment="Of the form that it came by, or of its place in it; once.")
    planned_at = models.DateTimeField(db_comment="UTC.")
    planned_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id group starts_at minutes key planned_at planned_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_grouphour_key_once"
            ),
            models.CheckConstraint(
                name="billing_grouphour_minutes_of_a_day",
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_MINUTES),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "starts_at", "id"], name="billing_grouphour_by_start"
            ),
        ]

    def __str__(self) -> str:
        return f"group's hour of {self.starts_at:%Y-%m-%d %H:%M}"
