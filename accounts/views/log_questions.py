"""What a person is asked about their own events on the log, and their answer."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.forms.log_reviews import LogAnswerForm
from accounts.selectors import log_reviews
from accounts.services import log_reviews as services
from accounts.views.base import MemberView, StaffRequest


class LogQuestions(MemberView):
    """What waits for this person's answer."""

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page(
            "accounts/log_reviews/questions.html",
            lines=log_reviews.questions(member=request.membership),
        )


class LogQuestion(MemberView):
    """One question to this person, and the answer to it."""

    @cached_property
    def line(self) -> log_reviews.Line:
        """The line that the address names, if this person is asked about it; else 404."""
        asked = log_reviews.questions(member=self.request.membership)
        line = next((each for each in asked if each.pk == self.kwargs["line_id"]), None)
        if line is None:
            raise Http404
        return line

    def get(self, request: StaffRequest, line_id: UUID) -> HttpResponse:
        return self.page("accounts/log_reviews/question.html", line=self.line, form=LogAnswerForm())

    def post(self, request: StaffRequest, line_id: UUID) -> HttpResponse:
        line, form = self.line, LogAnswerForm(request.POST)
        if form.is_valid():
            try:
                services.answer(
                    line_id=line.pk,
                    own_words=form.cleaned_data["own_words"],
                    now=timezone.now(),
                    by=request.membership,
                )
            except services.WordsMissing as refused:
                form.add_error("own_words", str(refused))
            except (services.OutOfTurn, services.ReviewSigned) as refused:
                messages.warning(request, str(refused))
                return redirect("accounts:log_questions")
            else:
                messages.success(request, "Thank you. Your answer is kept.")
                return redirect("accounts:log_questions")
        return self.page(
            "accounts/log_reviews/question.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            line=line,
            form=form,
        )
