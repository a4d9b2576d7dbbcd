"""The weekly review of the log: the weeks, one week's lines, one line, and signing off."""

from functools import cached_property, partial
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.forms.log_reviews import LogMarkForm
from accounts.models import LogReview, LogReviewLine, LogReviewMark
from accounts.permissions import Permission
from accounts.selectors import log, log_review_kinds, log_reviews
from accounts.services import log_reviews as services
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events

ON_A_PAGE = 50
Says = LogReviewMark.Says
OFFERED = {
    "waiting": (Says.FINE, Says.ASK, Says.INCIDENT),
    "answered": (Says.FINE, Says.ASK, Says.INCIDENT),
    "asked": (Says.ANSWERED,),
    "incident": (Says.CLOSED,),
}
"""State of a line → what a reviewer may say of it next."""


class ReviewView(PracticeView):
    """Whoever reads the log reads its reviews; deciding needs a right of its own."""

    permission = Permission.LOG_VIEW
    change_permission = Permission.LOG_REVIEW

    @cached_property
    def may_decide_own(self) -> bool:
        """Whether nobody else could decide on what this person did."""
        return not log_reviews.other_reviewers(self.request.membership, now=timezone.now())

    def may_decide(self, line: log_reviews.Line) -> bool:
        return self.may(Permission.LOG_REVIEW) and (self.may_decide_own or not line.is_own)


class LogReviews(ReviewView):
    """The weeks that wait, the incidents that are open, and the weeks that were signed."""

    def get(self, request: StaffRequest) -> HttpResponse:
        today = timezone.localdate()
        page = Paginator(log_reviews.signed(), ON_A_PAGE).get_page(request.GET.get("page"))
        incidents = log_reviews.incidents(reader=request.membership)
        if incidents:
            events.record(Action.LOG_VIEWED, count=len(incidents))
        return self.page(
            "accounts/log_reviews/list.html",
            waiting=log_reviews.unsigned(on=today),
            incidents=incidents,
            page=page,
            signed=log_reviews.shown(page.object_list, on=today),
        )


class WeekView(ReviewView):
    """One week with its lines."""

    @cached_property
    def review(self) -> LogReview:
        return get_object_or_404(LogReview, pk=self.kwargs["review_id"])

    def show(self, status: int = HTTPStatus.OK, error: str = "") -> HttpResponse:
        [week] = log_reviews.shown([self.review], on=timezone.localdate())
        lines = log_reviews.lines_of(
            log_reviews.of(self.review).order_by("position"), reader=self.request.membership
        )
        events.record(Action.LOG_VIEWED, count=len(lines))
        return self.page(
            "accounts/log_reviews/review.html",
            status,
            week=week,
            review=self.review,
            kinds=log_review_kinds.by_kind(lines),
            may_decide=self.may(Permission.LOG_REVIEW) and not week.signed_at,
            may_decide_own=self.may_decide_own,
            error=error,
        )


class OneReview(WeekView):
    """A week for reading, deciding and printing; signing it off once nothing waits."""

    def get(self, request: StaffRequest, review_id: UUID) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest, review_id: UUID) -> HttpResponse:
        try:
            services.sign(review=self.review, now=timezone.now(), by=request.membership)
        except (services.ReviewSigned, services.StillWaiting) as refused:
            return self.show(HTTPStatus.CONFLICT, str(refused))
        messages.success(request, "The week is signed and kept.")
        return redirect("accounts:log_reviews")


class RandomFine(WeekView):
    """All random lines that were shown are fine."""

    def post(self, request: StaffRequest, review_id: UUID) -> HttpResponse:
        shown = [UUID(text) for text in request.POST.getlist("line") if _is_id(text)]
        try:
            count = services.all_fine(
                review=self.review, line_ids=shown, now=timezone.now(), by=request.membership
            )
        except services.ReviewSigned as refused:
            return self.show(HTTPStatus.CONFLICT, str(refused))
        words = "1 line is fine." if count == 1 else f"{count} lines are fine."
        messages.success(request, words)
        return redirect("accounts:log_review", review_id)


class OneLine(ReviewView):
    """One line with all of its events and what was said of it, and saying more."""

    @cached_property
    def row(self) -> LogReviewLine:
        return get_object_or_404(
            LogReviewLine.objects.select_related("review"), pk=self.kwargs["line_id"]
        )

    @cached_property
    def line(self) -> log_reviews.Line:
        [line] = log_reviews.lines_of(
            LogReviewLine.objects.filter(pk=self.row.pk), reader=self.request.membership
        )
        return line

    def get(self, request: StaffRequest, line_id: UUID) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: StaffRequest, line_id: UUID) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self.say(Says(form.cleaned_data["says"]), form.cleaned_data["own_words"])
        except services.WordsMissing as refused:
            form.add_error("own_words", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        except REFUSED as refused:
            del self.line
            form = self.form()
            return self.show(form, HTTPStatus.CONFLICT, str(refused))
        return redirect(self.next_url())

    def say(self, says: LogReviewMark.Says, own_words: str) -> None:
        act = {Says.ANSWERED: services.answer, Says.CLOSED: services.close_incident}.get(
            says, partial(services.decide, says=says)
        )
        act(
            line_id=self.row.pk,
            own_words=own_words,
            now=timezone.now(),
            by=self.request.membership,
        )

    def form(self, typed: QueryDict | None = None) -> LogMarkForm:
        """Return the form of what may be said now; the service refuses what came too late."""
        offered = list(OFFERED.get(self.line.state, ()))
        wanted = typed.get("says") if typed else None
        late = [each for each in Says if each == wanted and each not in offered]
        return LogMarkForm(typed, choices=offered + late)

    def next_url(self) -> str:
        """Lead to the line below, where the work goes on."""
        week = reverse("accounts:log_review", args=[self.row.review_id])
        return f"{week}#line-{min(self.row.position + 1, self.row.review.line_count)}"

    def show(self, form: LogMarkForm, status: int = HTTPStatus.OK, error: str = "") -> HttpResponse:
        review, line = self.row.review, self.line
        page = Paginator(self.row.seqs, ON_A_PAGE).get_page(self.request.GET.get("page"))
        told = log.lines_of(list(page.object_list), since=review.starts_at, until=review.ends_at)
        events.record(Action.LOG_VIEWED, count=len(told))
        is_signed = review.signatures.exists()
        offered = () if is_signed and line.state != "incident" else OFFERED.get(line.state, ())
        return self.page(
            "accounts/log_reviews/line.html",
            status,
            review=review,
            line=line,
            log_query=log_review_kinds.log_query(line, review),
            page=page,
            days=log.by_day(reversed(told)),
            form=form if offered and self.may_decide(line) else None,
            act=ACTS.get(line.state, ""),
            waits_for_colleague=line.is_own and not self.may_decide_own and bool(offered),
            error=error,
        )


ACTS = {"incident": "Close the incident", "asked": "Keep the answer"}
"""State of a line → what the button of its form says, where it is not to decide."""

REFUSED = (
    services.NeedsAnotherReviewer,
    services.NobodyToAsk,
    services.OutOfTurn,
    services.ReviewSigned,
)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
