"""Cases that the log raised: the list, one of them, and working it."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.alert_rules import RULES, AlertRule
from accounts.forms.alerts import AssignForm, CloseForm
from accounts.models import AlertCase, AlertStep
from accounts.permissions import Permission
from accounts.selectors import alerts, log
from accounts.services import alert_cases
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events

ON_A_PAGE = 50
REFUSED = (
    alert_cases.AboutOneself,
    alert_cases.CaseClosed,
    alert_cases.JoinedMeanwhile,
    alert_cases.MayNotWork,
)


class Alerts(PracticeView):
    """Every case: the open ones first, then the newest."""

    permission = Permission.LOG_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        page = Paginator(alerts.listed(), ON_A_PAGE).get_page(request.GET.get("page"))
        rows = alerts.rows(page.object_list)
        events.record(Action.ALERT_LISTED, count=len(rows))
        return self.page(
            "accounts/alerts/list.html",
            page=page,
            rows=rows,
            unread_since=alerts.unread_since(now=timezone.now()),
        )


class CaseView(PracticeView):
    """Whoever reads the log reads what it raised; working it is a right of its own."""

    permission = Permission.LOG_VIEW
    change_permission = Permission.ALERT_WORK

    @cached_property
    def case(self) -> AlertCase:
        """The case that the address names; else 404."""
        cases = AlertCase.objects.select_related("about")
        return get_object_or_404(cases, pk=self.kwargs["pk"])

    def show(
        self,
        *,
        assign: AssignForm | None = None,
        close: CloseForm | None = None,
        error: str = "",
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        """Show the case, with what was typed where it was refused."""
        case, now = self.case, timezone.now()
        page = Paginator(alerts.hits_of(case), ON_A_PAGE).get_page(self.request.GET.get("page"))
        count = page.paginator.count
        told = alerts.events_of(list(page.object_list))
        closing, assignee = alerts.closing(case), alerts.assignee(case)
        may_work = closing is None and self.may(Permission.ALERT_WORK)
        workers = alerts.workers(now=now, about=case.about) if may_work else []
        me = self.request.membership
        colleagues = [each for each in workers if each not in (me, assignee)]
        is_own = case.about_id == me.pk
        events.record(Action.ALERT_VIEWED, target=case, member=str(case.about_id), count=len(told))
        return self.page(
            "accounts/alerts/case.html",
            status=status,
            case=case,
            rule=RULES[AlertRule(case.rule)],
            seen=alerts.in_words(case),
            state=alerts.state(closing),
            assignee=assignee,
            page=page,
            days=log.by_day(told),
            log_url=_log_of(case),
            history=alerts.history(case),
            may_assign=may_work,
            may_close=may_work and (not is_own or me in workers),
            may_take=me in workers and assignee != me,
            may_give=bool(colleagues) or assign is not None,
            is_own=is_own,
            assign=assign or AssignForm(workers=colleagues),
            close=close.showing(count) if close else CloseForm(initial={"seen": count}),
            me=me,
            take_key=uuid4(),
            error=error,
        )

    def refused(self, error: Exception, **forms: Any) -> HttpResponse:
        """Show the case anew with why it was not done, and what was typed."""
        return self.show(**forms, error=str(error), status=HTTPStatus.CONFLICT)


class Alert(CaseView):
    """One case: what was seen, of whom, who works it, and all that happened to it."""

    def get(self, request: StaffRequest, pk: UUID) -> HttpResponse:
        return self.show()


class AlertAssign(CaseView):
    """Give a case to somebody, or take it on."""

    def post(self, request: StaffRequest, pk: UUID) -> HttpResponse:
        now = timezone.now()
        workers = {str(member.pk): member for member in alerts.workers(now=now)}
        form = AssignForm(request.POST, workers=list(workers.values()))
        if not form.is_valid():
            return self.show(assign=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        to = workers[form.cleaned_data["assignee"]]
        try:
            alert_cases.assign(
                case=self.case, to=to, key=form.cleaned_data["key"], now=now, by=request.membership
            )
        except REFUSED as refused:
            return self.refused(refused, assign=form)
        mine = to.pk == request.membership.pk
        messages.success(request, "It is yours." if mine else f"It is with {to.display_name}.")
        return redirect("accounts:alert", pk)


class AlertClose(CaseView):
    """Close a case with what came of it."""

    def post(self, request: StaffRequest, pk: UUID) -> HttpResponse:
        form = CloseForm(request.POST)
        if not form.is_valid():
            return self.show(close=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            alert_cases.close(
                case=self.case,
                outcome=AlertStep.Outcome(typed["outcome"]),
                own_words=typed["own_words"],
                seen=typed["seen"],
                key=typed["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except alert_cases.NoReason as refused:
            form.add_error("own_words", str(refused))
            return self.show(close=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except REFUSED as refused:
            return self.refused(refused, close=form)
        messages.success(request, "The case is closed.")
        return redirect("accounts:alerts")


def _log_of(case: AlertCase) -> str:
    """Return where the log tells all that the person of a case did on its day."""
    asked = {"who": case.about_id, "since": case.seen_on, "until": case.seen_on}
    return f"{reverse('accounts:log')}?{urlencode(asked)}"
