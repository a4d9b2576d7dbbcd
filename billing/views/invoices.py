"""Invoices: the list, issuing, one of them, and its PDF."""

from collections import defaultdict
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms import InvoiceFilterForm
from billing.models import Invoice, Session
from billing.selectors import history, invoices, payments, sessions, write_offs
from billing.services import documents
from billing.services import invoices as services
from billing.views.base import BillingView
from billing.views.sessions import Unbilled
from clients.selectors import clients
from ledger.services import journal


class InvoiceList(BillingView):
    """The invoices of the clients whom this person may see, newest first."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = InvoiceFilterForm(request.GET)
        chosen, typed = self.visible_invoices(), form.cleaned_data if form.is_valid() else {}
        if client_id := typed.get("client"):
            chosen = chosen.filter(client_id=client_id)
        open_total = invoices.open_total(chosen)
        if typed.get("state") == "open":
            chosen = invoices.still_open(chosen)
        page = self.paged(invoices.newest_first(chosen))
        page.object_list = invoices.rows(
            page.object_list, on=self.today, permissions=request.permissions
        )
        events.record(
            Action.INVOICE_LISTED,
            touched={row.client_id for row in page.object_list},
            count=len(page.object_list),
        )
        filters = {name: value for name, value in typed.items() if value}
        return self.page(
            "billing/invoices/list.html",
            page=page,
            form=form,
            query=f"{urlencode(filters)}&" if filters else "",
            open_total=open_total,
            may_take_payment=self.may(Permission.PAYMENT_RECORD),
            may_write_off=self.may(Permission.WRITE_OFF_RECORD),
            may_count=self.may(Permission.DRAWER_COUNT),
        )


class InvoiceIssue(Unbilled):
    """Issue the picked sessions, one invoice for each client, dated today: all of them or none."""

    permission = Permission.INVOICE_ISSUE
    http_method_names = ["post"]

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        try:
            picked = self.picked(request.POST.getlist("sessions"))
            issued = self.issue(picked)
        except (
            services.AlreadyInvoiced,
            services.NothingToBill,
            journal.PeriodClosed,
        ) as error:
            return self.show(str(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        if len(issued) == 1:
            return redirect("billing:invoice", issued[0].pk)
        messages.success(request, f"{len(issued)} invoices are issued.")
        return redirect("billing:invoice_list")

    def picked(self, ids: list[str]) -> list[Session]:
        """Return the picked sessions that this person may see, by client.

        Raises:
            NothingToBill: none was picked, or one is not there.
        """
        wanted = {UUID(text) for text in ids if is_uuid(text)}
        visible = sessions.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        found = visible.filter(pk__in=wanted).select_related("service_code", "therapist")
        if not wanted or len(found) != len(set(ids)):
            raise services.NothingToBill("Pick at least one of the sessions below.")
        return list(found)

    @transaction.atomic
    def issue(self, picked: list[Session]) -> list[Invoice]:
        of_client: defaultdict[UUID, list[Session]] = defaultdict(list)
        for session in sorted(picked, key=lambda session: (session.started_at, session.pk)):
            of_client[session.client_id].append(session)
        now = timezone.now()
        return [
            services.issue(
                sessions=group, issued_on=self.today, now=now, by=self.request.membership
            )
            for group in of_client.values()
        ]


class InvoiceDetail(BillingView):
    """One invoice as it stands: its lines, what paid it, what is open."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        invoice = self.visible_invoice(pk)
        [row] = invoices.rows([invoice], on=self.today, permissions=request.permissions)
        events.record(Action.INVOICE_VIEWED, target=invoice, touched=[invoice.client_id])
        return self.page(
            "billing/invoices/detail.html",
            invoice=row,
            client=clients.show(invoice.client, permissions=request.permissions),
            lines=invoices.lines(invoice),
            payments=payments.parts_of_invoice(invoice),
            history=history.of_invoice(invoice),
            void=invoices.voided(invoice),
            replaced=invoices.replaced(invoice),
            may_see_pdf=self.may(Permission.CLIENT_IDENTITY_VIEW),
            may_take_payment=self.may(Permission.PAYMENT_RECORD),
            may_start_card=self.may(Permission.CARD_PAYMENT_START),
            may_void=self.may(Permission.INVOICE_VOID),
            write_offs=write_offs.of_invoice(invoice),
            may_write_off=self.may(Permission.WRITE_OFF_RECORD),
        )


class InvoicePdf(BillingView):
    """The invoice as it was issued. It names the client, so it is for those who may know."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        if not self.may(Permission.CLIENT_IDENTITY_VIEW):
            raise PermissionDenied
        invoice = self.visible_invoice(pk)
        printed = documents.render_invoice(
            invoice=invoice, now=timezone.now(), by=request.membership
        )
        events.record(
            Action.DOCUMENT_DOWNLOADED,
            target=printed.document,
            label=invoice.number,
            touched=[invoice.client_id],
        )
        return HttpResponse(
            printed.pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="{printed.file_name}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
