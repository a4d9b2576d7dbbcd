"""Runs of reports that somebody kept: run again, with the proof that nothing changed."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.models import ReportRun
from billing.reports.declared import Report
from billing.reports.registry import REPORTS
from billing.reports.shown import shown
from billing.selectors import report_runs
from billing.services import report_runs as services
from billing.views.base import BillingView
from billing.views.reports import ReportView
from ledger.selectors.books import NotKnownYet
from ledger.services.known import Busy


class ReportKeep(ReportView):
    """Run a report as known at a settled moment, and keep its hash."""

    permission = Permission.REPORT_EXPORT
    http_method_names = ["post"]

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        if not self.form.is_valid():  # Else another question would be kept than was asked.
            messages.warning(request, "Nothing was kept: mend what is marked first.")
            return self.back()
        try:
            run = services.keep(
                slug=self.report.slug,
                name=self.report.name,
                version=self.report.version,
                asked=self.asked,
                table_of=self.report.table,
                now=timezone.now(),
                by=request.membership,
            )
        except (Busy, NotKnownYet) as error:
            messages.warning(request, str(error))
            return self.back()
        return redirect("billing:report_run", run.pk)


class ReportRuns(BillingView):
    """Every kept run, newest first."""

    permission = Permission.REPORT_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        page = self.paged(report_runs.newest_first())
        runs = [(run, REPORTS.get(run.report)) for run in page.object_list]
        events.record(Action.REPORT_RUN_LISTED, count=len(runs))
        return self.page("billing/reports/runs.html", runs=runs, page=page)


class ReportRunPage(BillingView):
    """One kept run, run again."""

    permission = Permission.REPORT_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        rerun = services.repeat(
            run=self.run,
            name=self.report.name,
            version=self.report.version,
            table_of=self.report.table,
        )
        page = self.paged(rerun.table.rows)
        return self.page("billing/reports/run.html", **self.context(rerun, page))

    def context(self, rerun: services.Rerun, page: Any) -> dict[str, Any]:
        return {
            "report": self.report,
            "run": self.run,
            "asked": services.asked_of(self.run),
            "rerun": rerun,
            "table": shown(rerun.table, page, links_clients=self.may(Permission.CLIENT_VIEW)),
            "page": page,
        }

    @cached_property
    def run(self) -> ReportRun:
        return get_object_or_404(report_runs.newest_first(), pk=self.kwargs["pk"])

    @cached_property
    def report(self) -> Report:
        """The report of the run; one that is there no more cannot be run again."""
        found = REPORTS.get(self.run.report)
        if found is None or found.permission not in self.request.permissions:
            raise Http404
        return found
