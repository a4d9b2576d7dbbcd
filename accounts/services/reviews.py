"""The quarterly review of who may do what: opened by the calendar, decided line by line, kept."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts.models import AccessReview, AccessReviewItem, Membership, Practice, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import members, reach, terms
from accounts.selectors import reviews as found
from accounts.services import mail, roles
from audit.actions import Action
from audit.services import events

DUE_AFTER = timedelta(days=30)
Decision = AccessReviewItem.Decision


class AlreadyOpen(Exception):
    """A review is open; one is finished before the next begins."""

    def __init__(self) -> None:
        super().__init__("A review is open already. Finish it first.")


class ReviewClosed(Exception):
    """The review is finished: nothing of it changes any more."""

    def __init__(self) -> None:
        super().__init__("This review is finished.")


class AlreadyDecided(Exception):
    """The role was taken away already, by this review or outside it, or has ended by itself."""

    def __init__(self) -> None:
        super().__init__("This role was taken away already, or has ended.")


class NeedsAnotherReviewer(Exception):
    """A person would decide on their own role although a colleague could."""

    def __init__(self, others: list[Membership]) -> None:
        names = " or ".join(sorted(other.display_name for other in others))
        super().__init__(f"Nobody reviews their own roles alone: ask {names}.")


class StillWaiting(Exception):
    """Lines of the review are not decided."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} {'line waits' if count == 1 else 'lines wait'} for a decision.")


def quarter_begins(on: date) -> date:
    """Return the first day of the calendar quarter that a day lies in."""
    return on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1)


@transaction.atomic
def open_due(*, now: datetime, by: Membership) -> AccessReview | None:
    """Open this quarter's review of the practice in scope, unless it had one or one is open.

    Quarters are the calendar's, in the practice's own time zone. A practice gets its first one in
    the quarter after it was founded.
    """
    practice = Practice.objects.select_for_update(no_key=True).get()
    zone = ZoneInfo(practice.time_zone)
    begins = datetime.combine(quarter_begins(now.astimezone(zone).date()), time(), zone)
    had_one = AccessReview.objects.filter(Q(closed_at=None) | Q(opened_at__gte=begins)).exists()
    if had_one or practice.created_at >= begins:
        return None
    return _open(practice, now, by)


@transaction.atomic
def start(*, now: datetime, by: Membership) -> AccessReview:
    """Open a review before its quarter, after a change that asks for one.

    Raises:
        AlreadyOpen
    """
    practice = Practice.objects.select_for_update(no_key=True).get()
    if found.current():
        raise AlreadyOpen
    return _open(practice, now, by)


@transaction.atomic
def confirm(*, item_id: UUID, now: datetime, by: Membership) -> None:
    """Say that a person keeps a role.

    Raises:
        ReviewClosed, AlreadyDecided, NeedsAnotherReviewer
    """
    _decide(_undecided(item_id, now, by), Decision.CONFIRMED, now, by)


@transaction.atomic
def remove(*, item_id: UUID, now: datetime, by: Membership) -> None:
    """Take a role away; it counts from the person's next request.

    Raises:
        ReviewClosed, AlreadyDecided, NeedsAnotherReviewer
        roles.LastAdministrator: nobody could change roles afterwards.
    """
    item = _undecided(item_id, now, by)
    roles.withdraw(member=item.grant.member, role=item.grant.role, now=now, by=by)
    _decide(item, Decision.REMOVED, now, by)


def close(*, review: AccessReview, now: datetime, by: Membership) -> None:
    """Finish a review once nothing waits; from then on it is history.

    What was given after the review began is taken up first, and stays when this is refused.

    Raises:
        ReviewClosed, StillWaiting
    """
    _take_up(review)
    items = AccessReviewItem.objects.filter(review=review)
    if waiting := items.filter(found.UNDECIDED).count():
        raise StillWaiting(waiting)
    _finish(review, now, by)


@transaction.atomic
def _take_up(review: AccessReview) -> int:
    """Add a line for all that people hold and the review does not list; return how many.

    The lock stays until the scope ends.
    """
    _locked(review.pk)
    held = RoleGrant.objects.filter(terms.not_over(), member__ended_at=None)
    listed = AccessReviewItem.objects.filter(review=review).values("grant")
    of_people = held.exclude(member__person_id=None).exclude(pk__in=listed).order_by("id")
    items = [AccessReviewItem(review=review, grant=grant) for grant in of_people]
    return len(AccessReviewItem.objects.bulk_create(items))


@transaction.atomic
def _finish(review: AccessReview, now: datetime, by: Membership) -> None:
    items = AccessReviewItem.objects.filter(review=review)
    for item in items.filter(decision="").select_related("grant"):
        # Taken away outside the review: by whom and when stands on the grant. What ended by
        # itself was ended by nobody.
        over_at = found.over_at(item.grant)
        is_taken = over_at == item.grant.withdrawn_at
        AccessReviewItem.objects.filter(pk=item.pk).update(
            decision=Decision.REMOVED,
            decided_at=over_at,
            decided_by=item.grant.withdrawn_by if is_taken else members.automaton(),
        )
    AccessReview.objects.filter(pk=review.pk).update(closed_at=now, closed_by=by)
    events.record(Action.ACCESS_REVIEW_CLOSED, target=review)


def _open(practice: Practice, now: datetime, by: Membership) -> AccessReview:
    today = now.astimezone(ZoneInfo(practice.time_zone)).date()
    review = AccessReview.objects.create(opened_at=now, due_on=today + DUE_AFTER)
    count = _take_up(review)
    events.record(Action.ACCESS_REVIEW_OPENED, target=review, count=count)
    letter = {"practice": practice.name, "count": count, "due_on": review.due_on}
    for address in reach.addresses_of_holders(Permission.ACCESS_REVIEW, but=by):
        mail.queue(to=address, template="access_review", now=now, context=letter)
    return review


def _undecided(item_id: UUID, now: datetime, by: Membership) -> AccessReviewItem:
    """Lock an item's review and return the item, if this person may decide on it now."""
    items = AccessReviewItem.objects.select_related("grant__member", "grant__role")
    _locked(items.get(pk=item_id).review_id)
    item = items.get(pk=item_id)
    if item.decision == Decision.REMOVED or found.is_gone(item.grant, now=now):
        raise AlreadyDecided
    if item.grant.member_id == by.pk and (others := found.other_reviewers(by, now=now)):
        raise NeedsAnotherReviewer(others)
    return item


def _decide(item: AccessReviewItem, decision: str, now: datetime, by: Membership) -> None:
    AccessReviewItem.objects.filter(pk=item.pk).update(
        decision=decision, decided_at=now, decided_by=by
    )
    events.record(
        Action.ACCESS_REVIEW_DECIDED,
        target=item.grant.member,
        member=str(item.grant.member_id),
        role=item.grant.role.slug,
        decision=Decision(decision).label.lower(),
    )


def _locked(review_id: UUID) -> None:
    # The practice first, as whoever takes a role does: nobody waits for whoever waits for them.
    Practice.objects.select_for_update(no_key=True).get()
    review = AccessReview.objects.select_for_update(no_key=True).get(pk=review_id)
    if review.closed_at:
        raise ReviewClosed
