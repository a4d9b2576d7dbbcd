"""What will be billed, letting it run, and how often clients are billed."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from accounts.worker import wake
from audit.actions import Action
from audit.services import events
from billing import tasks
from billing.forms.cycles import Period, PeriodForm, RhythmForm, periods_of
from billing.models import Rhythm
from billing.selectors import cycles, periods, to_bill, to_look_at
from billing.services import cycle_runs
from billing.services import cycles as services
from billing.views.base import ON_A_PAGE, BillingView
from clients.selectors import clients, tabs
from ledger.money import ZERO
from ledger.selectors.periods import is_closed


class Cycles(BillingView):
    """What the next run would invoice, client by client, and what to look at first."""

    permission = Permission.BILLING_RUN

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        typed = request.GET if "period" in request.GET else None
        return self.show(self.form(typed))

    def form(self, typed: Any = None) -> PeriodForm:
        known = periods_of(cycles.in_use(on=self.today), today=self.today)
        return PeriodForm(typed, choices=known)

    def show(self, form: PeriodForm, status: int = HTTPStatus.OK) -> HttpResponse:
        period = form.chosen
        return self.page(
            "billing/cycles/preview.html",
            status,
            form=form,
            period=period,
            due=self.due(period) if period else None,
            may_set=self.may(Permission.BILLING_CYCLE_CHANGE),
        )

    def due(self, period: Period) -> dict[str, Any]:
        """Return what there is of a period, as the page shows it."""
        permissions = self.request.permissions
        found = to_bill.due_in(
            period.rhythm, period.last_day, zone=self.zone, now=timezone.now()
        ).of(self.visible_clients())
        every = found.by_client()
        free = [each.client_id for each in every if not each.total]
        invoices = [each for each in every if each.total]
        page = self.paged(invoices)
        held_up = found.held_up(free)
        first = to_look_at.rows(held_up[:ON_A_PAGE], zone=self.zone, permissions=permissions)
        people = clients.shown({row.client_id for row in page}, permissions=permissions)
        shown = {row.client_id for row in [*page, *first]}
        events.record(Action.BILLING_PREVIEWED, touched=shown, count=len(shown))
        return {
            "page": page,
            "query": f"{urlencode({'period': period.text})}&",
            "rows": [(row, people[row.client_id]) for row in page],
            "count": len(invoices),
            "total": sum((row.total for row in invoices), ZERO),
            "packaged": sum((row.packaged for row in invoices), ZERO),
            "first": first,
            "held_up": held_up.count(),
            "is_closed": is_closed(period.last_day),
            "month": f"{period.last_day:%Y-%m}",
            "is_over": periods.may_run(period.rhythm, period.last_day, today=self.today),
            "may_run": self.may(Permission.CLIENT_VIEW_ALL),
            "may_mark": self.may(Permission.SESSION_RECORD),
            "may_waive": self.may(Permission.FEE_WAIVE),
            "may_issue": self.may(Permission.INVOICE_ISSUE),
            "may_reopen": self.may(Permission.REPORT_VIEW),
        }


class CycleRunNew(Cycles):
    """Let a period be billed. It bills everybody, so whoever asks sees everybody."""

    http_method_names = ["post"]

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.CLIENT_VIEW_ALL}

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        period = form.of[form.cleaned_data["period"]]
        try:
            run = cycle_runs.ask(
                rhythm=period.rhythm,
                last_day=period.last_day,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except (cycle_runs.NotOver, cycle_runs.NothingDue) as error:
            form.add_error("period", str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if run.finished_at is not None:
            messages.info(request, "It was billed before, and nothing was left to bill.")
        else:
            wake(tasks.run_billing, practice_id=request.practice.pk, run_id=run.pk)
        return redirect("billing:cycle_run", run.pk)


class RhythmView(BillingView):
    """Base of setting how often somebody is billed, from a day on."""

    permission = Permission.BILLING_CYCLE_CHANGE
    template: str

    @cached_property
    def client(self) -> Any:
        """The client whose own it is; None for the practice's."""
        raise NotImplementedError

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial={"starts_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                services.set_rhythm(
                    rhythm=Rhythm(form.cleaned_data["rhythm"]),
                    client=self.client,
                    starts_on=form.cleaned_data["starts_on"],
                    today=self.today,
                    now=timezone.now(),
                    by=request.membership,
                )
            except services.CycleOfThePast as error:
                form.add_error("starts_on", str(error))
            except services.NothingChanges as error:
                messages.info(request, str(error))
                return redirect(request.path)
            else:
                messages.success(request, "It is billed so from that day on.")
                return redirect(request.path)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: Any, **kwargs: Any) -> RhythmForm:
        return RhythmForm(*args, of_client=self.client is not None, **kwargs)

    def show(self, form: RhythmForm, status: int = HTTPStatus.OK) -> HttpResponse:
        client = self.client
        touched = [client.pk] if client else []
        events.record(Action.BILLING_CYCLE_VIEWED, target=client, touched=touched)
        return self.page(
            self.template,
            status,
            form=form,
            rows=cycles.rows(client.pk if client else None, on=self.today),
            usual=cycles.practice_rhythm(on=self.today).label,
            **self.more(),
        )

    def more(self) -> dict[str, Any]:
        return {}


class PracticeRhythm(RhythmView):
    """How often the practice bills everybody who has no rhythm of their own."""

    template = "billing/cycles/practice.html"

    @cached_property
    def client(self) -> Any:
        return None


class ClientRhythm(RhythmView):
    """How often one client is billed."""

    template = "billing/cycles/client.html"

    @cached_property
    def client(self) -> Any:
        return self.kept_client(UUID(str(self.kwargs["pk"])))

    def more(self) -> dict[str, Any]:
        permissions = self.request.permissions
        return {
            "client": clients.show(self.client, permissions=permissions),
            "tabs": tabs.of(
                self.client.pk, current="billing:client_cycle", permissions=permissions
            ),
            "now": cycles.rhythm_of(self.client.pk, on=self.today).label,
        }
