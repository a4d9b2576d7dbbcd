"""Up to which sums a role acts alone."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import ApprovalLimit, Membership, Role
from accounts.selectors import limits
from accounts.services import roles
from audit.actions import Action
from audit.services import events


class ChangedMeanwhile(Exception):
    """Somebody else changed a role's limits after they were shown."""


@transaction.atomic
def change(
    *,
    role: Role,
    seen: Mapping[str, int],
    wanted: Mapping[str, int],
    now: datetime,
    by: Membership,
) -> None:
    """Let a role do acts of money alone up to these sums, in cents; acts not named are at 0.

    Raises:
        ChangedMeanwhile: the limits are other ones by now than when this was decided.
    """
    Role.objects.select_for_update(no_key=True).get(pk=role.pk)
    stand = limits.of_role(role)
    for act in limits.MONEY_ACTS:
        cents, before = wanted.get(act, 0), stand.get(act, 0)
        if before != seen.get(act, 0):
            raise ChangedMeanwhile(f"Somebody changed the limits of {role} meanwhile.")
        if cents == before:
            continue
        ApprovalLimit.objects.update_or_create(
            role=role,
            act=act,
            defaults={"limit_cents": cents, "changed_at": now, "changed_by": by},
        )
        if cents > before:
            roles.raised(role)
        events.record(Action.LIMIT_CHANGED, target=role, act=str(act.label), limit_cents=cents)
