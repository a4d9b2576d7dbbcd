"""Up to which sums people act alone, in cents."""

from django.db.models import Max

from accounts.models import Act, ApprovalLimit, Membership, Role
from accounts.selectors import terms
from audit.sentences import dollars

MONEY_ACTS = (Act.REFUND, Act.WRITE_OFF, Act.BILL_PAYMENT, Act.WAIVER)
"""Acts of which small sums may need nobody else."""


def alone_up_to(member: Membership, act: str) -> int:
    """Return up to how many cents a member does an act alone: the highest of their roles.

    0 where no role of theirs has a limit for it.
    """
    held = ApprovalLimit.objects.filter(
        terms.standing("role__grants__"),
        act=act,
        role__retired_at=None,
        role__grants__member=member,
        role__grants__member__ended_at=None,
    )
    return held.aggregate(most=Max("limit_cents", default=0))["most"]  # type: ignore[no-any-return]  # BIGINT


def of_role(role: Role) -> dict[str, int]:
    """Return a role's limits, act → cents; an act without one is left out."""
    return dict(ApprovalLimit.objects.filter(role=role).values_list("act", "limit_cents"))


def alone(member: Membership) -> list[tuple[str, str]]:
    """Return what a member does alone, in words, and up to which sum; nothing that is at 0."""
    return [
        (str(act.label), dollars(cents))
        for act in MONEY_ACTS
        if (cents := alone_up_to(member, act))
    ]
