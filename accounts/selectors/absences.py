"""Who has been away so long that their membership rests until a colleague lets them back in."""

from datetime import datetime, timedelta

from accounts.models import Membership

AWAY_MAX = timedelta(days=90)


def last_here(member: Membership) -> datetime:
    """Return when a member last came into the practice, was let back in, or joined."""
    known = (member.entered_at, member.readmitted_at, member.created_at)
    return max(at for at in known if at is not None)


def rests(member: Membership, *, now: datetime) -> bool:
    """Say whether a membership rests: more than 90 days have gone by."""
    return now - last_here(member) > AWAY_MAX
