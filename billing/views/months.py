"""Closing the months of the books: how each stands, what is left to do, and what was frozen."""

from datetime import date, datetime
from functools import cached_property
from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import Act, Approval
from accounts.permissions import Permission
from accounts.selectors import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.closing import ReopenForm
from billing.selectors import closing
from billing.selectors.closing_lists import Asked, prepaid
from billing.services import report_exports
from billing.views.base import BillingView
from billing.views.reports import HandsOut
from ledger.selectors import frozen, months, periods, reports
from ledger.services import known
from ledger.services import periods as services

NOT_CLOSED = (services.AlreadyClosed, services.BeforeTheBooks, services.NotOver, known.Busy)


class Months(BillingView):
    """Every month since the first entry, and how it stands."""

    permission = Permission.REPORT_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page(
            "billing/months/list.html",
            months=months.months(today=self.today),
            most=months.MOST,
            may_close=self.may(Permission.PERIOD_CLOSE),
        )


class MonthView(BillingView):
    """A page of one month; its address names it, as in 2026-01."""

    permission = Permission.REPORT_VIEW

    @cached_property
    def month(self) -> months.Month:
        """The month, or 404: before the books begin there is none, nor is one to come."""
        named = self.kwargs["month"]
        try:
            first = datetime.strptime(named, "%Y-%m").date()  # noqa: DTZ007  # a month
        except ValueError:
            raise Http404 from None
        found = months.month(first, today=self.today)
        if found is None or found.slug != named:
            raise Http404
        return found

    @property
    def first(self) -> date:
        return self.month.first

    @cached_property
    def about(self) -> Asked:
        return Asked(self.first, self.today, self.zone)


class Month(MonthView):
    """The checklist of a close, each step as it stands now."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        steps = closing.steps(self.about)
        income = reports.income_statement(first=self.first, last=self.about.last)
        events.record(Action.REPORT_VIEWED, label="Month close", as_of=self.about.last.isoformat())
        return self.page(
            "billing/months/month.html",
            month=self.month,
            steps=steps,
            done=sum(step.state == "done" for step in steps),
            income=income,
            prepaid=prepaid(self.about),
            may_close=self.may(Permission.PERIOD_CLOSE),
        )


class MonthStep(MonthView):
    """What one step of the checklist counts."""

    def get(self, request: StaffRequest, step: str, **kwargs: object) -> HttpResponse:
        found = closing.step(step, self.about)
        if found is None:
            raise Http404
        page = self.paged(found.lines)
        events.record(
            Action.REPORT_VIEWED,
            label=f"Month close: {found.title}",
            touched=sorted({line.client_id for line in page.object_list if line.client_id}),
            as_of=self.about.last.isoformat(),
        )
        return self.page(
            "billing/months/step.html",
            month=self.month,
            step=found,
            page=page,
            may_open=self.may(Permission.CLIENT_VIEW) and self.may(Permission.INVOICE_VIEW),
        )


class MonthClose(MonthView):
    """Asks once more, and closes a month to everybody."""

    permission = Permission.PERIOD_CLOSE
    is_soft: ClassVar[bool] = False

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        close = services.close_softly if self.is_soft else services.close
        try:
            close(month=self.first, today=self.today, by=request.membership)
        except NOT_CLOSED as refused:
            return self.show(str(refused), HTTPStatus.CONFLICT)
        whom = " to all but accountants" if self.is_soft else ""
        messages.success(request, f"{self.month.name} is closed{whom}.")
        return redirect("billing:month", self.month.slug)

    def show(self, refused: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
        left = [step for step in closing.steps(self.about) if step.state != "done"]
        return self.page(
            "billing/months/close.html",
            status=status,
            month=self.month,
            is_soft=self.is_soft,
            may_go_on=self.month.may_close_softly if self.is_soft else self.month.may_close,
            left=left,
            refused=refused,
        )


class MonthSoftClose(MonthClose):
    """Asks once more, and closes a month to all but those who keep the books."""

    is_soft = True


class MonthReopen(MonthView):
    """Says why, asks a second person, and takes the close back once they agreed."""

    permission = Permission.PERIOD_CLOSE
    step_up = True

    @cached_property
    def asked(self) -> Approval | None:
        """What waits for a second person, or was agreed to and not used yet."""
        close = periods.standing(self.first)
        if close is None:
            return None
        return approvals.standing(Act.REOPENING, close, now=timezone.now())

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        given = services.reason_of(self.asked.label) if self.asked else None
        return self.show(ReopenForm(initial={"reason": given}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = ReopenForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            answer = services.reopen(
                month=self.first,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                by=request.membership,
            )
        except (AskedBySomebodyElse, services.NotClosed, services.OtherReason) as refused:
            form.add_error(None, str(refused))
            return self.show(form, HTTPStatus.CONFLICT)
        if isinstance(answer, Waiting):
            messages.success(request, "A second person is asked to agree.")
            return redirect("billing:month_reopen", self.month.slug)
        messages.success(request, f"{self.month.name} is reopened.")
        return redirect("billing:month", self.month.slug)

    def show(self, form: ReopenForm, status: int = HTTPStatus.OK) -> HttpResponse:
        asked = self.asked
        return self.page(
            "billing/months/reopen.html",
            status=status,
            form=form,
            month=self.month,
            asked=asked,
            is_mine=asked is not None and asked.asked_by_id == self.request.membership.pk,
        )


class MonthFrozen(MonthView):
    """What was frozen with a close, and whether the books say the same today."""

    def get(self, request: StaffRequest, close_id: UUID, **kwargs: object) -> HttpResponse:
        snapshot = frozen.of_close(close_id, month=self.first)
        if snapshot is None:
            raise Http404
        events.record(
            Action.REPORT_VIEWED,
            label="Frozen statements",
            as_of=self.about.last.isoformat(),
        )
        return self.page(
            "billing/months/frozen.html",
            month=self.month,
            rerun=frozen.rerun(snapshot),
            statements=frozen.read(snapshot),
            may_export=self.may(Permission.REPORT_EXPORT),
        )


class MonthFrozenFile(HandsOut, MonthView):
    """The very bytes that were frozen, whose SHA-256 anybody can make. They are asked for."""

    http_method_names = ["post"]

    def post(self, request: StaffRequest, close_id: UUID, **kwargs: object) -> HttpResponse:
        snapshot = frozen.of_close(close_id, month=self.first)
        if snapshot is None:
            raise Http404
        return self.handed_out(
            report_exports.export_frozen(
                content=bytes(snapshot.content), sha256=snapshot.sha256, month=self.first
            )
        )
