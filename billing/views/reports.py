"""Reports, each as a page and as files. Clients stand in them by code; no name does."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts import progress
from accounts.exported import Exported
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from accounts.worker import wake
from audit.actions import Action
from audit.services import events
from billing import tasks
from billing.forms.reports import ReportForm
from billing.models import Bill, Invoice, Payment
from billing.models import ReportFile as OrderedFile
from billing.reports.declared import Report
from billing.reports.registry import GROUPS, REPORTS
from billing.reports.shown import shown
from billing.selectors import origins, payments, report_files
from billing.selectors.tables import Asked, Table
from billing.selectors.touched import clients_among
from billing.services import report_exports, report_orders
from billing.services.report_files import FORMATS, TooLong
from billing.views.base import BillingView
from ledger.selectors import books, journal, periods


class ReportIndex(BillingView):
    """Which reports there are."""

    permission = Permission.REPORT_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        groups = [
            (title, [report for report in group if self.may(report.permission)])
            for title, group in GROUPS
        ]
        waiting = report_files.under_way(request.membership)
        files = [(file, REPORTS.get(file.report)) for file in waiting]
        return self.page("billing/reports/index.html", groups=groups, files=files)


class ReportView(BillingView):
    """Base of what is about one report, with what was asked of it; wrong days mean the usual."""

    permission = Permission.REPORT_VIEW
    slug = ""
    """The report of a route that is about one only; else the address names it."""

    @property
    def needed(self) -> frozenset[Permission]:
        report = REPORTS.get(self.asked_slug)
        return super().needed | ({report.permission} if report else frozenset())

    @property
    def asked_slug(self) -> str:
        return self.slug or str(self.kwargs.get("slug", ""))

    @cached_property
    def report(self) -> Report:
        try:
            return REPORTS[self.asked_slug]
        except KeyError:
            raise Http404 from None

    @property
    def sent(self) -> QueryDict:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def form(self) -> ReportForm:
        said = {name: str(value) for name, value in self.sent.items()}
        return self.report.form.sent(said, today=self.today)

    @cached_property
    def asked(self) -> Asked:
        return self.form.asked(today=self.today)

    def back(self) -> HttpResponse:
        """Return to the page of the report, with what was asked."""
        given = {name: value for name, value in self.form.data.items() if value}
        page = reverse("billing:report", args=[self.report.slug])
        return redirect(f"{page}?{urlencode(given)}")

    @cached_property
    def table(self) -> Table:
        return self.report.table(self.asked)


class ReportPage(ReportView):
    """A report as a page: a part of its rows, its totals, and what they equal."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        page = self.paged(self.table.rows)
        events.record(
            Action.REPORT_VIEWED,
            label=self.report.name,
            touched=clients_among(row.client for row in page.object_list),
            as_of=self.asked.as_of.isoformat(),
        )
        return self.page("billing/reports/page.html", **self.context(page))

    def context(self, page: Any) -> dict[str, Any]:
        given = {name: value for name, value in self.form.data.items() if value}
        return {
            "report": self.report,
            "asked": self.asked,
            "form": self.form,
            "is_settled": self.is_settled,
            "table": shown(self.table, page, links_clients=self.may(Permission.CLIENT_VIEW)),
            "page": page,
            "query": f"{urlencode(given)}&",
            "given": given.items(),
            "formats": FORMATS.items() if self.may(Permission.REPORT_EXPORT) else (),
        }

    @property
    def is_settled(self) -> bool:
        """Whether no entry can join the moment that was asked about."""
        if self.asked.known_at is None:
            return False
        try:
            books.require_settled(self.asked.known_at)
        except books.NotKnownYet:
            return False
        return True


class HandsOut(BillingView):
    """Answers with a file, under a name that tells of nobody."""

    permission = Permission.REPORT_EXPORT
    step_up = True

    def handed_out(self, exported: Exported) -> HttpResponse:
        return HttpResponse(
            exported.content,
            content_type=exported.content_type,
            headers={"Content-Disposition": f'attachment; filename="{exported.file_name}"'},
        )


class ReportFile(HandsOut, ReportView):
    """A report as a file. It is asked for, never linked to."""

    http_method_names = ["post"]

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        kind = request.POST.get("format", "")
        if kind not in FORMATS:
            return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if len(self.table.rows) > report_orders.LONG:
            return self.order(kind)
        try:
            exported = report_exports.export(
                slug=self.report.slug,
                name=self.report.name,
                version=self.report.version,
                asked=self.asked,
                table=self.table,
                kind=kind,
            )
        except TooLong as error:
            messages.warning(request, str(error))
            return self.back()
        return self.handed_out(exported)

    def order(self, kind: str) -> HttpResponse:
        """Have the worker make a file that takes longer than a click may."""
        ordered = report_orders.order(
            slug=self.report.slug,
            asked=self.asked,
            kind=kind,
            row_count=len(self.table.rows),
            now=timezone.now(),
            by=self.request.membership,
        )
        practice_id = self.request.practice.pk
        wake(tasks.make_report_file, practice_id=practice_id, file_id=ordered.pk)
        return redirect("billing:report_order", ordered.pk)


class ReportOrder(HandsOut):
    """How far a long file is; and once it is made, the file, once."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.fragment(
            "billing/reports/_order.html",
            page="billing/reports/order.html",
            file=self.file,
            report=REPORTS.get(self.file.report),
            done=progress.done(self.file.pk),
        )

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        report = REPORTS.get(self.file.report)
        if report is None:
            raise Http404
        try:
            exported = report_orders.fetch(
                file_id=self.file.pk,
                needs=report.permission,
                now=timezone.now(),
                by=request.membership,
            )
        except report_orders.Gone as error:
            messages.warning(request, str(error))
            return redirect("billing:report_order", self.file.pk)
        return self.handed_out(exported)

    @cached_property
    def file(self) -> OrderedFile:
        found = report_files.mine(self.request.membership)
        return get_object_or_404(found, pk=self.kwargs["pk"])


class JournalEntryPage(BillingView):
    """One entry: its lines, what it comes from, who posted it, and what it reverses."""

    permission = Permission.REPORT_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        entry = journal.entry(pk)
        if entry is None:
            raise Http404
        events.record(
            Action.ENTRY_VIEWED,
            label=entry.source,
            touched=clients_among(line.party for line in entry.lines),
        )
        month = entry.entry_date.replace(day=1)
        return self.page(
            "billing/reports/entry.html",
            entry=entry,
            origins=origins.of_source(entry.source, self.visible),
            ledger_days=urlencode({"since": month, "as_of": periods.last_day(month)}),
        )

    @property
    def visible(self) -> origins.Visible:
        """What this person may open of what entries come from."""
        member, rights = self.request.membership, self.request.permissions
        may_bill = self.may(Permission.INVOICE_VIEW)
        paid = payments.visible_to(member, on=self.today, permissions=rights)
        return origins.Visible(
            invoices=self.visible_invoices() if may_bill else Invoice.objects.none(),
            payments=paid if may_bill else Payment.objects.none(),
            bills=Bill.objects.all() if self.may(Permission.BILL_VIEW) else Bill.objects.none(),
        )
