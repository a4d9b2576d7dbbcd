"""Reviews of who may do what: the lines of one, whether one is late, and those of before."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import AccessReview, AccessReviewItem, Membership, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import reach, terms

UNDECIDED = Q(decision="") & terms.not_over("grant__")
"""A line waits; a role that was taken away meanwhile, or ended, needs no decision any more."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person's holding of one role, as the review shows it.

    ``state``: waiting, confirmed, removed, or gone where the role was taken away otherwise, or
    ended by itself, which nobody decided.
    """

    pk: UUID
    member_id: UUID
    name: str
    role_name: str
    since: datetime
    given_by: str
    last_here: datetime | None
    state: str
    decided_at: datetime | None
    decided_by: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a review is. ``is_late``: the day on which it was due has passed."""

    waiting: int
    due_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A review that was finished."""

    pk: UUID
    opened_at: datetime
    due_on: date
    closed_at: datetime
    closed_by: str
    lines: int
    removed: int


def current() -> AccessReview | None:
    """Return the review that is open, if one is."""
    return AccessReview.objects.filter(closed_at=None).first()


def standing(*, on: date) -> Standing | None:
    """Return how far the open review is, for the rail, or None without one. One query."""
    open_one = AccessReview.objects.filter(closed_at=None)
    waits = Q(items__decision="") & terms.not_over("items__grant__")
    row = open_one.annotate(waiting=Count("items", filter=waits)).first()
    return Standing(row.waiting, row.due_on, row.due_on < on) if row else None


def lines(review: AccessReview, *, reader: Membership, now: datetime) -> list[Line]:
    """Return the lines of a review, by person and role. One query."""
    return [_line(item, reader, now) for item in _items(review)]


def past() -> list[Past]:
    """Return the finished reviews, newest first. One query."""
    rows = AccessReview.objects.filter(closed_at__isnull=False).select_related("closed_by")
    counted = rows.annotate(
        lines=Count("items"), removed=Count("items", filter=Q(items__decision="REMOVED"))
    )
    return [
        Past(
            row.pk,
            row.opened_at,
            row.due_on,
            row.closed_at,
            row.closed_by.display_name,
            row.lines,
            row.removed,
        )
        for row in counted.order_by("-opened_at", "-id")
        if row.closed_at and row.closed_by
    ]


def other_reviewers(member: Membership, *, now: datetime) -> list[Membership]:
    """Return the colleagues who could decide on a member's own lines: present, and not resting."""
    return reach.others_with(Permission.ACCESS_REVIEW, but=member, now=now)


def _items(review: AccessReview) -> QuerySet[AccessReviewItem]:
    found = AccessReviewItem.objects.filter(review=review).select_related(
        "grant__member", "grant__role", "grant__granted_by", "grant__withdrawn_by", "decided_by"
    )
    return found.order_by("grant__member__display_name", "grant__role__name", "id")


def over_at(grant: RoleGrant) -> datetime | None:
    """Return when a role was taken away or ends by itself, whichever comes first, or None."""
    return min((at for at in (grant.ends_at, grant.withdrawn_at) if at), default=None)


def is_gone(grant: RoleGrant, *, now: datetime) -> bool:
    """Say whether a role was taken away, or has ended by itself."""
    return bool(grant.withdrawn_at or (grant.ends_at and grant.ends_at <= now))


def _line(item: AccessReviewItem, reader: Membership, now: datetime) -> Line:
    grant, decided_by = item.grant, item.decided_by
    decided_at = item.decided_at
    state = item.decision.lower() or ("gone" if is_gone(grant, now=now) else "waiting")
    if state == "gone":
        decided_at = over_at(grant)
        decided_by = grant.withdrawn_by if decided_at == grant.withdrawn_at else None
    return Line(
        pk=item.pk,
        member_id=grant.member_id,
        name=grant.member.display_name,
        role_name=grant.role.name,
        since=grant.granted_at,
        given_by=grant.granted_by.display_name,
        last_here=grant.member.entered_at,
        state=state,
        decided_at=decided_at,
        decided_by=decided_by.display_name if decided_by else "",
        is_own=grant.member_id == reader.pk,
    )
