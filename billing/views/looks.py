"""Who has looked at a client's record: found by code, read, and taken away for the client."""

from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from accounts.views.log import before_of, filtered, kept, older_url
from audit.actions import Action
from audit.selectors import log as entries
from audit.services import events
from billing.forms.looks import FindForm, LooksFileForm
from billing.selectors import codes, handed_out
from billing.services import looks as services
from billing.services.looks import Span
from billing.views.base import BillingView
from clients.models import Client
from clients.selectors import families, looks, tabs


class LooksView(BillingView):
    """Whoever reads the log reads it of one client too: codes and parts, no name and no value."""

    permission = Permission.LOG_VIEW

    def client(self, pk: UUID) -> Client:
        return get_object_or_404(Client.objects.select_related("merged_into"), pk=pk)


class LooksFind(LooksView):
    """Ask for a client by their code."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.page("billing/looks/find.html", form=FindForm())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = FindForm(request.POST)
        if form.is_valid():
            found = families.found_by_code(Client.objects.all(), form.cleaned_data["code"])
            if found is not None:
                return redirect("billing:looks", found.pk)
            form.add_error("code", "No client of this practice has this code.")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return self.page("billing/looks/find.html", status=status, form=form)


class Looks(LooksView):
    """Every look and every act on a client's record, newest first. Looking here is one too."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.client(pk)
        if client.merged_into_id is not None:
            return redirect("billing:looks", client.merged_into_id)
        form, asked = filtered(request)
        found: list[looks.Look] = []
        if asked is not None:
            found = looks.of(client, asked, before_seq=before_of(request))
        events.record(
            Action.ACCESS_REPORT_VIEWED, target=client, touched=[client.pk], count=len(found)
        )
        return self.page(
            "billing/looks/page.html",
            client=client,
            tabs=tabs.of(client.pk, current="billing:looks", permissions=request.permissions),
            looks=found,
            released=handed_out.of(client),
            form=form,
            older_url=older_url(form, [look.number for look in found]),
            chosen=form.cleaned_data if asked is not None else {},
        )


class Touched(LooksView):
    """Whose records the events touched that the filters leave: the first question after a leak."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form, asked = filtered(request)
        is_narrow = asked is not None and bool(
            asked.person_id or asked.address or asked.label or asked.export or asked.since
        )
        rows = entries.clients_touched(asked) if asked is not None and is_narrow else []
        events.record(Action.TOUCHED_LISTED, count=len(rows))
        page = self.paged(rows)
        named = codes.of_clients(row.client_id for row in page)
        return self.page(
            "billing/looks/touched.html",
            page=page,
            rows=[(named.get(row.client_id, ""), row) for row in page],
            form=form,
            kept=kept(form),
            is_narrow=is_narrow,
        )


class LooksFile(LooksView):
    """The same as a file for the client."""

    http_method_names = ["post"]

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.client(pk)
        form = LooksFileForm(request.POST)
        if not form.is_valid():
            return redirect("billing:looks", client.pk)
        report = services.report(
            client=client.merged_into or client,
            span=span_of(form.cleaned_data),
            kind=form.cleaned_data["format"],
            now=timezone.now(),
        )
        return HttpResponse(
            report.content,
            content_type=report.content_type,
            headers={"Content-Disposition": f'attachment; filename="{report.file_name}"'},
        )


def span_of(chosen: dict[str, Any]) -> Span:
    """Return the days that a form names, and the moments at which they begin and end here."""
    since, until = chosen.get("since"), chosen.get("until")
    zone = timezone.get_current_timezone()
    after = datetime.combine(since, time(), zone) if since else None
    before = datetime.combine(until + timedelta(days=1), time(), zone) if until else None
    return Span(since, until, after, before)
