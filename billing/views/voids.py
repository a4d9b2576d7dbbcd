"""Voiding an invoice, and issuing another one in its place."""

from functools import cached_property
from http import HTTPStatus
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.voids import VoidForm
from billing.models import Invoice, MissedFee, Session
from billing.selectors import invoices, payments, reversals, standing
from billing.services import invoices as issuing
from billing.services import redemptions
from billing.services import voids as services
from billing.views.base import BillingView
from clients.selectors import clients
from ledger.services import journal

WAITS = (
    "A second person was asked, because you took money for this invoice, and more of it would stand"
    " unbilled than you give back alone. Once somebody has agreed under Approvals, void it the same"
    " way again."
)


class InvoiceVoid(BillingView):
    """Void an invoice; what is reversed is shown before it is saved."""

    permission = Permission.INVOICE_VOID

    @cached_property
    def invoice(self) -> Invoice:
        return self.visible_invoice(self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        if invoices.voided(self.invoice) is not None:
            return redirect("billing:invoice", self.invoice.pk)
        events.record(Action.INVOICE_VIEWED, target=self.invoice, touched=[self.invoice.client_id])
        return self.show(self.form(initial={"key": uuid4(), "voided_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            voided = services.void(
                invoice=self.invoice,
                reason=typed["reason"],
                voided_on=typed["voided_on"],
                again=form.picked(),
                key=typed["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("voided_on", str(error))
        except (services.NotOnIt, issuing.NothingToBill) as error:
            form.add_error("again", str(error))
        except (
            services.AlreadyVoid,
            services.AskedBySomebodyElse,
            services.KeyReused,
            services.PackageUsed,
            redemptions.PackageOver,
        ) as error:
            form.add_error(None, str(error))
        else:
            number = self.invoice.number
            if isinstance(voided, services.Waiting):
                messages.success(request, WAITS)
                return redirect("billing:invoice", self.invoice.pk)
            if voided.replacement is None:
                messages.success(request, f"{number} is void: nothing of it is owed.")
                return redirect("billing:invoice", self.invoice.pk)
            messages.success(request, f"{number} is void, and {voided.replacement} stands now.")
            return redirect("billing:invoice", voided.replacement.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    @cached_property
    def hours(self) -> list[tuple[Session | MissedFee, str]]:
        """Return what can be billed again, with its words as they were issued."""
        if not self.may(Permission.INVOICE_ISSUE):
            return []
        held = self.invoice.lines.select_related(
            "session__service_code",
            "session__therapist",
            "missed_fee__service_code",
            "missed_fee__therapist",
            "missed_fee__outcome__appointment",
        )
        lines = zip(held.order_by("position"), invoices.lines(self.invoice), strict=True)
        return [
            (
                line.hour,
                f"{words.served_on:%b %-d, %Y}: {words.description}, {words.amount.dollars}",
            )
            for line, words in lines
            if line.hour is not None
        ]

    def form(self, *args: object, **kwargs: object) -> VoidForm:
        return VoidForm(*args, today=self.today, hours=self.hours, **kwargs)

    def show(self, form: VoidForm, status: int = HTTPStatus.OK) -> HttpResponse:
        invoice = self.invoice
        [row] = invoices.rows([invoice], on=self.today, permissions=self.request.permissions)
        applied = standing.applications().filter(invoice=invoice).order_by("id")
        written_off = standing.write_offs().filter(invoice=invoice).order_by("id")
        given_back = redemptions.of_invoice(invoice)
        entries = [
            *((row.entry_id, row.redeemed_on) for row in given_back),
            *applied.values_list("entry_id", "applied_on"),
            *written_off.values_list("entry_id", "written_off_on"),
        ]
        return self.page(
            "billing/invoices/void.html",
            status=status,
            form=form,
            invoice=row,
            client=clients.show(invoice.client, permissions=self.request.permissions),
            payments=payments.parts_of_invoice(invoice),
            redemptions=given_back,
            mirrors=reversals.mirrors([*entries, (invoice.entry_id, invoice.issued_on)]),
        )
