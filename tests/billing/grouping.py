"""Groups for tests, made through the product's own services."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Membership
from accounts.selectors import members
from billing.models import Group, GroupHour, GroupMember
from billing.services import group_hours, group_marks, groups
from billing.services.group_marks import Held
from clients.models import Client
from tests.billing import hours
from tests.billing.desk import NOW, TODAY

OTHER = "Lindqvist"
"""A family name that stands on no page but those of its own client."""


def group(by: Membership, **changes: Any) -> Group:
    """Make the group G-MON-1 of the therapist: 90853 at 65.00, 60 minutes."""
    told: dict[str, Any] = {
        "code": "G-MON-1",
        "therapist": members.therapists().get(),
        "service_code": hours.offered(by, "90853", "65.00"),
        "minutes": 60,
        "key": uuid4(),
        "now": NOW,
        "by": by,
    }
    return groups.make(**{**told, **changes})


def joined(of: Group, client: Client, by: Membership, **changes: Any) -> GroupMember:
    """Let a client join from today on."""
    told: dict[str, Any] = {"joins_on": TODAY, "key": uuid4(), "now": NOW, "by": by}
    return groups.join(group=of, client=client, **{**told, **changes})


def left(member: GroupMember, by: Membership, last_on: date = TODAY, **changes: Any) -> Any:
    told: dict[str, Any] = {"cancelled_for": "CLIENT", "now": NOW, "by": by}
    return groups.leave(member=member, last_on=last_on, **{**told, **changes})


def planned(
    of: Group, by: Membership, starts_at: datetime | None = None, **changes: Any
) -> list[GroupHour]:
    """Plan 60 minutes at 16:00 of today where nothing else is said."""
    told: dict[str, Any] = {"minutes": of.minutes, "key": uuid4(), "now": NOW, "by": by}
    return group_hours.plan(
        group=of, starts_at=starts_at or hours.at(TODAY, 16), **{**told, **changes}
    )


def held(hour: GroupHour, by: Membership, **changes: Any) -> Held:
    """Mark everybody who is still expected as present."""
    told: dict[str, Any] = {
        "among": list(hour.appointments.values_list("pk", flat=True)),
        "may_see_coverage": True,
        "now": NOW,
        "by": by,
    }
    return group_marks.hold(hour=hour, **{**told, **changes})


def history(of: Client, by: Membership) -> dict[str, UUID]:
    """Let a client be in a group and leave it, so that each of its tables has a row."""
    made = group(by)
    first = joined(made, of, by)
    [hour] = planned(made, by, hours.at(TODAY + timedelta(days=60)), is_meant=True)
    left(first, by)
    joined(made, of, by, joins_on=TODAY + timedelta(days=200))
    return {"group": made.pk, "group member": first.pk, "group hour": hour.pk}


def left_open(of: Client, by: Membership, **changes: Any) -> dict[str, UUID]:
    """Leave an hour of a group to be marked, with one client in it."""
    made = group(by, **changes)
    member = joined(made, of, by)
    [hour] = planned(made, by, is_meant=True)
    return {"group": made.pk, "group member": member.pk, "group hour": hour.pk}


OF_A_GROUP = ("billing:group", "billing:group_hour_new", "billing:group_join")
OF_A_GROUP_HOUR = (
    "billing:group_hour",
    "billing:group_hour_cancel",
    "billing:group_hour_hold",
    "billing:group_hour_move",
)


def routes(ids: dict[str, UUID]) -> dict[str, dict[str, UUID]]:
    """Return each route of a group with what its address names."""
    return {
        **{route: {"pk": ids["group"]} for route in OF_A_GROUP},
        **{route: {"pk": ids["group hour"]} for route in OF_A_GROUP_HOUR},
        "billing:group_leave": {"pk": ids["group member"]},
    }
