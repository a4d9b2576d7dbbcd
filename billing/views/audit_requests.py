"""Requests of auditors: what they ask to be shown, what they are answered, and whether it will do.

Who asks and who answers hold different rights, and reach the same requests by pages of their own.
"""

from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRequest, AuditRequestStep
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.audit_requests import AnswerForm, AskForm, ReplyForm
from billing.reports.registry import GROUPS
from billing.selectors import audit_requests
from billing.services import audit_requests as services
from billing.views.base import BillingView

Kind = AuditRequestStep.Kind
PAGES: dict[str, tuple[str, str]] = {
    "log": ("Audit log", "accounts:log"),
    "people": ("People", "accounts:people"),
    "roles": ("Roles", "accounts:roles"),
    "access-review": ("Access reviews", "accounts:access_review_past"),
    "months": ("Month close", "billing:months"),
    "chart-of-accounts": ("Chart of accounts", "billing:chart"),
    "bills": ("Bills", "billing:bill_list"),
    "kept-runs": ("Kept runs of reports", "billing:report_runs"),
    "samples": ("Samples", "billing:samples"),
    "evidence": ("Evidence packs", "billing:evidence_packs"),
}
"""Name → words and route of what an answer can lead to, beside reports."""

REPORTS = {report.slug: report.name for _, group in GROUPS for report in group}


def page_choices() -> list[tuple[str, str]]:
    """Return what an answer can lead to, with its words."""
    return [*REPORTS.items(), *((name, words) for name, (words, _) in PAGES.items())]


def page_of(name: str) -> tuple[str, str] | None:
    """Return the words and the address of a page that an answer names, if there is such a page."""
    if name in REPORTS:
        return REPORTS[name], reverse("billing:report", args=[name])
    if name in PAGES:
        words, route = PAGES[name]
        return words, reverse(route)
    return None


class RequestList(BillingView):
    """Base of a list: what is open, the first due first; or what is closed."""

    one_route: ClassVar[str]
    is_auditor: ClassVar[bool]

    def show(self, form: AskForm | None, status: int = HTTPStatus.OK) -> HttpResponse:
        is_over = self.request.GET.get("state") == "closed"
        found = audit_requests.closed() if is_over else audit_requests.open_ones()
        page = self.paged(found)
        rows = audit_requests.shown(page.object_list, today=self.today)
        events.record(Action.AUDIT_REQUEST_LISTED, count=len(rows))
        return self.page(
            "billing/auditing/requests.html",
            status=status,
            page=page,
            rows=[(row, reverse(self.one_route, args=[row.pk])) for row in rows],
            is_over=is_over,
            is_auditor=self.is_auditor,
            form=form,
        )


class AuditRequests(RequestList):
    """An auditor's own page: what was asked for, and asking for something else."""

    permission = Permission.AUDIT_WORK
    one_route = "billing:audit_request"
    is_auditor = True

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(AskForm(today=self.today, initial={"key": uuid4()}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = AskForm(request.POST, today=self.today)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        services.ask(**form.cleaned_data, now=timezone.now(), by=request.membership)
        messages.success(request, "Asked. Whoever answers finds it on their list.")
        return redirect("billing:audit_requests")


class AuditAnswers(RequestList):
    """The page of those who answer."""

    permission = Permission.AUDIT_ANSWER
    one_route = "billing:audit_answer"
    is_auditor = False

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(None)


class OneRequest(BillingView):
    """Base of one request with its history, and the next step."""

    list_route: ClassVar[str]
    is_auditor: ClassVar[bool]

    @cached_property
    def asked(self) -> AuditRequest:
        return get_object_or_404(audit_requests.every(), pk=self.kwargs["pk"])

    @cached_property
    def row(self) -> audit_requests.Shown:
        [row] = audit_requests.shown([self.asked], today=self.today)
        return row

    def go_on(self, form: Form, kind: str, said: str, page: str = "") -> HttpResponse:
        """Take the next step, or say why it cannot be taken."""
        try:
            services.go_on(
                request=self.asked,
                kind=kind,
                seen_turn=form.cleaned_data["turn"],
                own_words=form.cleaned_data["own_words"].strip(),
                page=page,
                now=timezone.now(),
                by=self.request.membership,
            )
        except (services.MovedOn, services.OwnAnswer, services.NotYours) as refused:
            form.add_error(None, str(refused))
            return self.show(form, HTTPStatus.CONFLICT)
        messages.success(self.request, said)
        return redirect(self.list_route)

    def show(self, form: Form, status: int = HTTPStatus.OK) -> HttpResponse:
        events.record(Action.AUDIT_REQUEST_VIEWED, target=self.asked)
        is_next = self.row.waits_for == ("auditor" if self.is_auditor else "practice")
        is_next = is_next and (self.is_mine or not self.is_auditor)
        return self.page(
            "billing/auditing/request.html",
            status=status,
            row=self.row,
            steps=[(step, page_of(step.page)) for step in self.row.steps],
            form=form if is_next or self.may_take_back or form.is_bound else None,
            is_auditor=self.is_auditor,
            is_next=is_next,
            may_take_back=self.may_take_back,
            back=reverse(self.list_route),
        )

    @property
    def is_mine(self) -> bool:
        return self.row.asked_by_id == self.request.membership.pk

    @property
    def may_take_back(self) -> bool:
        return self.is_auditor and self.is_mine and bool(self.row.waits_for)


class AuditRequestPage(OneRequest):
    """One request as the auditor reads it: accept the answer, ask again, or take it back."""

    permission = Permission.AUDIT_WORK
    list_route = "billing:audit_requests"
    is_auditor = True
    SAID: ClassVar = {
        Kind.ACCEPTED: "Accepted. The request is closed.",
        Kind.AGAIN: "Asked again.",
        Kind.WITHDRAWN: "Taken back. The request is closed.",
    }

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(ReplyForm(initial={"turn": self.row.turn}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        kind = Kind(form.cleaned_data["kind"])
        return self.go_on(form, kind, self.SAID[kind])


class AuditAnswer(OneRequest):
    """One request as those read it who answer."""

    permission = Permission.AUDIT_ANSWER
    list_route = "billing:audit_answers"
    is_auditor = False

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial={"turn": self.row.turn}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        page = form.cleaned_data["page"]
        return self.go_on(form, Kind.ANSWERED, "Answered. The auditor reads it now.", page)

    def form(self, *args: Any, **kwargs: Any) -> AnswerForm:
        return AnswerForm(*args, pages=page_choices(), **kwargs)
