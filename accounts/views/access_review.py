"""The quarterly review: one screen of people and roles, decided line by line, then kept."""

from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.models import AccessReview, AccessReviewItem
from accounts.permissions import Permission
from accounts.selectors import reviews
from accounts.services import reviews as services
from accounts.services.roles import LastAdministrator
from accounts.views.base import PracticeView, StaffRequest

REFUSED = (
    services.AlreadyDecided,
    services.NeedsAnotherReviewer,
    services.ReviewClosed,
    LastAdministrator,
)


class ReviewView(PracticeView):
    """Whoever sees the people reads reviews; deciding needs a right of its own."""

    permission = Permission.MEMBER_VIEW
    change_permission = Permission.ACCESS_REVIEW

    def show(
        self,
        review: AccessReview,
        *,
        status: int = HTTPStatus.OK,
        error: str = "",
        after: UUID | None = None,
    ) -> HttpResponse:
        """Show a review; ``after`` is the line just decided, whose successor takes the focus."""
        now = timezone.now()
        lines = reviews.lines(review, reader=self.request.membership, now=now)
        may_decide = self.may(Permission.ACCESS_REVIEW) and review.closed_at is None
        mine_too = not reviews.other_reviewers(self.request.membership, now=now)
        return self.fragment(
            "accounts/access_review/_review.html",
            status,
            page="accounts/access_review/review.html",
            review=review,
            lines=lines,
            waiting=sum(line.state == "waiting" for line in lines),
            is_late=review.closed_at is None and review.due_on < timezone.localdate(),
            may_decide=may_decide,
            may_decide_own=may_decide and mine_too,
            next_line=_next_line(lines, after, and_own=mine_too),
            error=error,
            in_place=bool(self.request.htmx),
        )


class CurrentReview(ReviewView):
    """The review that is open, those that are finished, and starting one between the quarters."""

    def get(self, request: StaffRequest) -> HttpResponse:
        review = reviews.current()
        if review:
            return self.show(review)
        return self.page(
            "accounts/access_review/none.html",
            past=reviews.past(),
            may_start=self.may(Permission.ACCESS_REVIEW),
        )

    def post(self, request: StaffRequest) -> HttpResponse:
        try:
            services.start(now=timezone.now(), by=request.membership)
        except services.AlreadyOpen as refused:
            messages.warning(request, str(refused))
        return redirect("accounts:access_review")


class PastReviews(ReviewView):
    """Every review that was finished."""

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page("accounts/access_review/past.html", past=reviews.past())


class Review(ReviewView):
    """One review, for reading and printing; finishing it once nothing waits."""

    @cached_property
    def review(self) -> AccessReview:
        return get_object_or_404(AccessReview, pk=self.kwargs["review_id"])

    def get(self, request: StaffRequest, review_id: UUID) -> HttpResponse:
        return self.show(self.review)

    def post(self, request: StaffRequest, review_id: UUID) -> HttpResponse:
        try:
            services.close(review=self.review, now=timezone.now(), by=request.membership)
        except (services.ReviewClosed, services.StillWaiting) as refused:
            return self.show(self.review, status=HTTPStatus.CONFLICT, error=str(refused))
        messages.success(request, "The review is finished and kept.")
        return redirect("accounts:access_review_one", review_id)


class Decide(ReviewView):
    """A decision on one line."""

    def decide(self, act: Callable[..., None], item_id: UUID) -> HttpResponse:
        item = AccessReviewItem.objects.select_related("review").filter(pk=item_id).first()
        if item is None:
            raise Http404
        try:
            act(item_id=item_id, now=timezone.now(), by=self.request.membership)
        except REFUSED as refused:
            return self.show(item.review, status=HTTPStatus.CONFLICT, error=str(refused))
        if self.request.htmx:
            return self.show(item.review, after=item_id)
        return redirect("accounts:access_review")


class Confirm(Decide):
    """The person keeps the role."""

    def post(self, request: StaffRequest, item_id: UUID) -> HttpResponse:
        return self.decide(services.confirm, item_id)


class Remove(Decide):
    """The role is taken away, after a fresh code."""

    step_up = True

    def post(self, request: StaffRequest, item_id: UUID) -> HttpResponse:
        return self.decide(services.remove, item_id)


def _next_line(lines: list[reviews.Line], after: UUID | None, *, and_own: bool) -> UUID | None:
    """Return the line that waits next: below the one just decided, else the first that waits."""
    if after is None:
        return None
    place = next((number for number, line in enumerate(lines) if line.pk == after), 0)
    in_turn = [*lines[place:], *lines[:place]]
    mine = [line for line in in_turn if and_own or not line.is_own]
    return next((line.pk for line in mine if line.state == "waiting"), None)
