"""Voiding an invoice, and issuing another one in its place."""

from collections import defaultdict
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
from billing.models import Invoice, InvoiceLine, MissedFee, Session
from billing.selectors import invoices, payments, reversals, split_pages, standing
from billing.services import invoices as issuing
from billing.services import redemptions
from billing.services import voids as services
from billing.views.base import BillingView
from clients.selectors import clients
from ledger.money import ZERO
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
        held = InvoiceLine.objects.filter(invoice__in=self.parts).select_related(
            "invoice",
            "service_code",
            "session__service_code",
            "session__therapist",
            "missed_fee__service_code",
            "missed_fee__therapist",
            "missed_fee__outcome__appointment",
        )
        words = {text.line_id: text.description for text in invoices.texts_of(self.parts)}
        found: defaultdict[Session | MissedFee, list[InvoiceLine]] = defaultdict(list)
        for line in held.order_by("invoice__number", "position"):
            if line.hour is not None:
                found[line.hour].append(line)
        return [
            (
                hour,
                f"{lines[0].served_on:%b %-d, %Y}:"
                f" {words[lines[0].pk] if len(lines) == 1 else hour.service_code.label},"
                f" {sum((line.amount for line in lines), ZERO).dollars}",
            )
            for hour, lines in found.items()
        ]

    @cached_property
    def parts(self) -> list[Invoice]:
        """What is voided in one act: the invoice, and the other parts of its split."""
        return invoices.parts_of(self.invoice)

    def form(self, *args: object, **kwargs: object) -> VoidForm:
        return VoidForm(*args, today=self.today, hours=self.hours, **kwargs)

    def show(self, form: VoidForm, status: int = HTTPStatus.OK) -> HttpResponse:
        invoice = self.invoice
        [row] = invoices.rows([invoice], on=self.today, permissions=self.request.permissions)
        parts = self.parts
        applied = standing.applications().filter(invoice__in=parts).order_by("id")
        written_off = standing.write_offs().filter(invoice__in=parts).order_by("id")
        given_back = [row for part in parts for row in redemptions.of_invoice(part)]
        entries = [
            *((row.entry_id, row.redeemed_on) for row in given_back),
            *applied.values_list("entry_id", "applied_on"),
            *written_off.values_list("entry_id", "written_off_on"),
            *((part.entry_id, part.issued_on) for part in parts),
        ]
        return self.page(
            "billing/invoices/void.html",
            status=status,
            form=form,
            invoice=row,
            client=clients.show(invoice.client, permissions=self.request.permissions),
            parts=split_pages.others(invoice, on=self.today, permissions=self.request.permissions),
            total=sum((part.total for part in parts), ZERO),
            payments=[paid for part in parts for paid in payments.parts_of_invoice(part)],
            redemptions=given_back,
            mirrors=reversals.mirrors(entries),
        )
