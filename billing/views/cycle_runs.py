"""Runs of the billing: the list of them, and one with what became of whom."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.cycles import OutcomeForm, Period
from billing.models import CycleRun, Rhythm
from billing.selectors import cycle_runs
from billing.views.base import BillingView


class CycleRuns(BillingView):
    """Every run, the latest period first, with what became of the clients whom one may see."""

    permission = Permission.BILLING_RUN

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        page = self.paged(cycle_runs.newest_first())
        tallies = cycle_runs.tally([run.pk for run in page], of=self.visible_clients())
        events.record(Action.BILLING_RUN_LISTED)
        return self.page(
            "billing/cycles/runs.html", page=page, rows=[(run, tallies[run.pk]) for run in page]
        )


class CycleRunPage(BillingView):
    """One run: how far it is, and what became of each client whom this person may see.

    The page asks for this by itself while somebody waits, which keeps nobody signed in.
    """

    permission = Permission.BILLING_RUN

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        run = get_object_or_404(CycleRun.objects.select_related("asked_by"), pk=pk)
        form = OutcomeForm(request.GET)
        outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
        visible = self.visible_clients()
        page = self.paged(cycle_runs.of_run(run, visible=visible, outcome=outcome))
        rows = cycle_runs.rows(page, permissions=request.permissions)
        events.record(
            Action.BILLING_RUN_VIEWED,
            target=run,
            touched={row.client_id for row in rows},
            count=len(rows),
        )
        return self.fragment(
            "billing/cycles/_run.html",
            page="billing/cycles/run.html",
            run=run,
            period=Period(Rhythm(run.rhythm), run.last_day),
            tally=cycle_runs.tally([run.pk], of=visible)[run.pk],
            rows=rows,
            form=form,
            paged=page,
            query=f"{urlencode({'outcome': outcome})}&" if outcome else "",
            may_see_invoices=self.may(Permission.INVOICE_VIEW),
        )
