"""Invoices: the list, issuing, and one of them."""

from collections import defaultdict
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms import InvoiceFilterForm
from billing.forms.estimates import OverrunForm
from billing.models import EstimateOverrun, Invoice, MissedFee, Session
from billing.selectors import (
    estimate_meters,
    history,
    invoices,
    package_pages,
    packages,
    payment_plans,
    payments,
    split_pages,
    write_offs,
)
from billing.selectors.invoice_list import OpenInvoices
from billing.services import invoices as services
from billing.services import redemptions
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
        opened = OpenInvoices(chosen)
        wants_open = typed.get("state") == "open"
        page = self.paged(opened if wants_open else invoices.newest_first(chosen))
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
            open_total=opened.total,
            may_take_payment=self.may(Permission.PAYMENT_RECORD),
            may_write_off=self.may(Permission.WRITE_OFF_RECORD),
            may_count=self.may(Permission.DRAWER_COUNT),
            may_agree_plan=self.may(Permission.PAYMENT_PLAN_AGREE),
        )


PICK = "Pick at least one of the sessions below."


class InvoiceIssue(Unbilled):
    """Bill the picked sessions, dated today: one invoice for each client, or for each of those who
    pay for a client. All of them are issued or none.
    """

    permission = Permission.INVOICE_ISSUE
    http_method_names = ["post"]

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        try:
            sessions = self.picked(request.POST.getlist("sessions"), Session)
            fees = self.picked(request.POST.getlist("missed"), MissedFee)
            if not sessions and not fees:
                raise services.NothingToBill(PICK)
            issued = self.bill(
                [*sessions, *fees],
                over_estimate=request.POST.get("over_estimate", ""),
                use_packages=not request.POST.get("without_packages"),
            )
        except services.OverEstimate:
            return self.ask_why([*sessions, *fees])
        except (
            services.AlreadyInvoiced,
            services.KeptBack,
            services.NothingToBill,
            journal.PeriodClosed,
        ) as error:
            return self.show(str(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        if len(issued) == 1:
            return redirect("billing:invoice", issued[0].pk)
        if len({invoice.split_id for invoice in issued}) == 1 and issued[0].split_id:
            messages.success(request, f"{len(issued)} invoices are issued, one for each who pays.")
            return redirect("billing:invoice", issued[0].pk)
        messages.success(request, f"{len(issued)} invoices are issued.")
        return redirect("billing:invoice_list")

    def picked(self, ids: list[str], kind: type[Session] | type[MissedFee]) -> list[Any]:
        """Return the picked ones of what this person may see; those billed meanwhile too, which
        the service refuses in words.

        Raises:
            NothingToBill: one is not there.
        """
        wanted = {UUID(text) for text in ids if is_uuid(text)}
        visible = kind._default_manager.filter(client__in=self.visible_clients())
        related = ["service_code", "therapist"]
        if kind is MissedFee:
            related.append("outcome__appointment")
        found = list(visible.filter(pk__in=wanted).select_related(*related))
        if len(found) != len(set(ids)):
            raise services.NothingToBill(PICK)
        return found

    def ask_why(self, picked: list[Session | MissedFee]) -> HttpResponse:
        """Show what goes far above an estimate before anything is issued, and ask what to do."""
        sessions = [hour for hour in picked if isinstance(hour, Session)]
        without_packages = bool(self.request.POST.get("without_packages"))
        paid = {} if without_packages else packages.paying(sessions)
        above = estimate_meters.above_with(sessions, paid=paid, zone=self.zone)
        asked = "over_estimate" in self.request.POST
        return self.page(
            "billing/estimates/above.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            rows=estimate_meters.rows(above, permissions=self.request.permissions),
            form=OverrunForm(self.request.POST if asked else None),
            sessions=sessions,
            missed=[hour for hour in picked if isinstance(hour, MissedFee)],
            may_make=self.may(Permission.ESTIMATE_MAKE),
            without_packages=without_packages,
        )

    @transaction.atomic
    def bill(
        self, picked: list[Session | MissedFee], *, over_estimate: str, use_packages: bool
    ) -> list[Invoice]:
        if use_packages:
            redemptions.begin({hour.client_id for hour in picked})
        of_client: defaultdict[UUID, list[Session | MissedFee]] = defaultdict(list)
        for hour in sorted(picked, key=services.moment_of):
            of_client[hour.client_id].append(hour)
        now = timezone.now()
        issued = [
            services.bill(
                sessions=[hour for hour in group if isinstance(hour, Session)],
                missed_fees=[hour for hour in group if isinstance(hour, MissedFee)],
                issued_on=self.today,
                over_estimate=over_estimate
                if over_estimate in EstimateOverrun.Reason.values
                else "",
                use_packages=use_packages,
                now=now,
                by=self.request.membership,
            )
            for group in of_client.values()
        ]
        return [invoice for of_one in issued for invoice in of_one]


class InvoiceDetail(BillingView):
    """One invoice as it stands: its lines, what paid it, what is open."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        invoice = self.visible_invoice(pk)
        [row] = invoices.rows([invoice], on=self.today, permissions=request.permissions)
        events.record(Action.INVOICE_VIEWED, target=invoice, touched=[invoice.client_id])
        sold = packages.sold_by(invoice)
        return self.page(
            "billing/invoices/detail.html",
            invoice=row,
            client=clients.show(invoice.client, permissions=request.permissions),
            lines=invoices.lines(invoice),
            parts=split_pages.others(invoice, on=self.today, permissions=request.permissions),
            payments=[
                *payments.parts_of_invoice(invoice),
                *package_pages.parts_of_invoice(invoice, sold),
            ],
            package=sold,
            plan=payment_plans.plan_of([invoice.pk]).get(invoice.pk),
            history=history.of_invoice(invoice),
            void=invoices.voided(invoice),
            replaced=invoices.replaced(invoice),
            may_see_pdf=self.may(Permission.CLIENT_IDENTITY_VIEW),
            may_take_payment=self.may(Permission.PAYMENT_RECORD),
            may_start_card=self.may(Permission.CARD_PAYMENT_START),
            may_link=self.may(Permission.PAY_LINK_MAKE) and invoice.party_id is None,
            may_void=self.may(Permission.INVOICE_VOID),
            write_offs=write_offs.of_invoice(invoice),
            may_write_off=self.may(Permission.WRITE_OFF_RECORD),
        )


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
