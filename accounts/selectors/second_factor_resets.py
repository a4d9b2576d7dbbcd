"""How far the reset of a colleague's second factor is."""

from datetime import datetime

from accounts.models import Act, Approval, Membership


def standing(member: Membership, *, now: datetime) -> Approval | None:
    """Return the request about a member that waits, or was approved and not used; else None."""
    about = Approval.objects.filter(act=Act.SECOND_FACTOR_RESET, subject_id=member.pk)
    live = about.filter(decision__in=["", Approval.Decision.APPROVED], spent_at=None)
    return (
        live.filter(expires_at__gt=now)
        .select_related("asked_by", "decided_by")
        .order_by("-decision", "-asked_at", "-id")
        .first()
    )
