"""Taking cash and checks at the desk, and the receipt."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms import PaymentForm
from billing.models import Invoice, Payment, PaymentPlan
from billing.selectors import (
    balances,
    credit_transfers,
    invoices,
    payment_plans,
    payments,
    refunds,
    returned_checks,
    split_pages,
    turns,
)
from billing.services import payments as services
from billing.views.base import BillingView, wanted_id
from clients.selectors import clients, families, parties
from ledger.money import ZERO
from ledger.services import journal


class PaymentNew(BillingView):
    """Take a payment of a client, for one invoice first or for what is due first; from a payment
    plan, as much as is to come of it next.
    """

    permission = Permission.PAYMENT_RECORD

    @cached_property
    def plan(self) -> payment_plans.Plan | None:
        """The plan whose next installment is asked for, with 404 if its client may not be seen."""
        plan_id = wanted_id(self.request.GET.get("plan"))
        if plan_id is None:
            return None
        visible = PaymentPlan.objects.filter(client__in=self.visible_clients())
        row = get_object_or_404(visible.select_related("client"), pk=plan_id)
        [plan] = payment_plans.shown([row], today=self.today)
        return plan

    @cached_property
    def invoice(self) -> Invoice | None:
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        invoice_id = wanted_id(asked.get("invoice"))
        return self.visible_invoice(invoice_id) if invoice_id else None

    @cached_property
    def client(self) -> Any:
        if self.invoice is not None:
            return self.invoice.client
        if self.plan is not None:
            return self.plan.row.client
        client_id = wanted_id(self.request.GET.get("client"))
        return self.kept_client(client_id) if client_id else None

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        client, opened = self.client, self.opened
        if client is not None and not opened and self.invoice is None:
            others = invoices.open_of_all(families.records_of(client))
            first = next(iter(turns.of(others)), None)
            if first:  # What is open is all of a merged record, and is paid from its invoice.
                return redirect(f"{reverse('billing:payment_new')}?invoice={first.invoice.pk}")
        payer = self.invoice.party_id if self.invoice else None
        items = opened[:1] if self.invoice else [o for o in opened if o.invoice.party_id is None]
        due = sum((item.balance for item in items), ZERO)
        if self.plan is not None:
            payer, due = self.plan.row.party_id, self.plan.due
        if client is not None:
            events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        initial = {
            "key": uuid4(),
            "invoice": self.invoice.pk if self.invoice else None,
            "paid_by": str(payer) if payer else "",
            "amount": due or None,
            "received_on": self.today,
        }
        return self.show(self.form(initial=initial), client)

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            client = self.client or form.cleaned_data.get("code")
            return self.show(form, client, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        client = typed["code"]
        try:
            payment = services.record(
                client=client,
                amount=typed["amount"],
                method=services.Method(typed["method"]),
                received_on=typed["received_on"],
                key=typed["key"],
                party=parties.payer(client, UUID(typed["paid_by"]))
                if typed.get("paid_by")
                else None,
                apply_to=self.invoice,
                by_hand=form.by_hand(),
                keep_rest=typed["keep_rest"],
                reference=typed["reference"],
                tendered=typed["tendered"],
                now=timezone.now(),
                by=request.membership,
            )
        except (
            services.ExceedsBalance,
            services.ExceedsCredit,
            services.AnotherClient,
        ) as error:
            form.add_error("amount", str(error))
        except journal.PeriodClosed as error:
            form.add_error("received_on", str(error))
        except services.NotAPayer as error:
            form.add_error("paid_by", str(error))
        except services.KeyReused as error:
            form.add_error(None, str(error))
            return self.show(form, client, HTTPStatus.CONFLICT)
        else:
            url = reverse("billing:payment", args=[payment.pk])
            return self.done("billing/payments/_receipt.html", to=url, **receipt(self, payment))
        return self.show(form, client, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: Any, **kwargs: Any) -> PaymentForm:
        return PaymentForm(
            *args,
            visible=self.visible_clients(),
            client=self.client,
            today=self.today,
            opened=split_pages.named(self.opened, permissions=self.request.permissions),
            payers=self.payers,
            **kwargs,
        )

    @cached_property
    def opened(self) -> list[invoices.OpenInvoice]:
        """What the client has open, who may be known by the code that was sent only."""
        client = self.client or self.typed
        if client is None:
            return []
        key = self.request.POST.get("key", "")
        return payments.open_before(client.pk, key, first=self.invoice)

    @cached_property
    def payers(self) -> list[tuple[UUID, str]]:
        """Who besides the client may have paid, where it is known by now who the client is."""
        client = self.client or self.typed
        if client is None:
            return []
        return parties.payers_of(client, permissions=self.request.permissions)

    @cached_property
    def typed(self) -> Any:
        """The client whose code was sent, if there is one whom this person may see."""
        if self.request.method != "POST":
            return None
        typed = self.request.POST.get("code", "").strip().upper()
        return families.found_by_code(self.visible_clients(), typed)

    def show(self, form: PaymentForm, client: Any, status: int = HTTPStatus.OK) -> HttpResponse:
        if client is not None:
            form.hide_code()
        shown = clients.show(client, permissions=self.request.permissions) if client else None
        return self.fragment(
            "billing/payments/_form.html",
            status,
            page="billing/payments/new.html",
            form=form,
            client=shown,
            invoice=self.invoice,
            owed=sum((item.balance for item in self.opened), ZERO),
        )


class Receipt(BillingView):
    """A payment that was recorded: what it paid, and what the client owes now."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        payment = self.visible_payment(pk)
        events.record(Action.PAYMENT_VIEWED, target=payment, touched=[payment.client_id])
        gone = payments.taken_back(payment)
        shown = receipt(self, payment)
        back = refunds.refunded(payment)
        seen = self.visible_payments()
        came = credit_transfers.into(payment, seen=seen)
        is_wrong_here = gone is None and not back and came is None
        may_correct = self.may(Permission.PAYMENT_CORRECT) and is_wrong_here
        return self.page(
            "billing/payments/receipt.html",
            **shown,
            gone=gone,
            returned=returned_checks.of_payment(payment) if gone else None,
            replaced=payments.replaced(payment),
            taken_off=payments.taken_off(payment),
            refunds=refunds.of_payment(payment),
            moved=credit_transfers.out_of(payment, seen=seen),
            came=came,
            may_move=self.may(Permission.CREDIT_TRANSFER),
            may_refund=self.may(Permission.REFUND_RECORD),
            refundable=refunds.refundable(payment),
            recorded_by=payment.recorded_by.display_name,
            entry_id=payment.entry_id if self.may(Permission.REPORT_VIEW) else None,
            may_correct=may_correct,
            may_bounce=may_correct and payment.method == Payment.Method.CHECK,
            may_apply=self.may(Permission.PAYMENT_RECORD) and bool(shown["credit"]),
        )


def receipt(view: BillingView, payment: Payment) -> dict[str, Any]:
    """Return what the receipt of a payment shows."""
    owed = balances.balances_of([payment.client_id], on=view.today)
    payer = payment.party_id
    names = parties.names([payer], permissions=view.request.permissions) if payer else {}
    own = split_pages.owed_by(payment.client, payer) if payer else None
    return {
        "payment": payments.row(payment),
        "payer": names[payer] if payer else "",
        "client": clients.show(payment.client, permissions=view.request.permissions),
        "tendered": payment.tendered,
        "change": payment.tendered - payment.amount if payment.tendered else ZERO,
        "applied": payments.parts_of(payment),
        "credit": payments.credit_left(payment),
        "balance": owed.get(payment.client_id, balances.NOTHING).owes if own is None else own,
        "next_url": reverse("billing:client", args=[payment.client_id]),
        "may_take_off": view.may(Permission.PAYMENT_CORRECT),
        "may_write": view.may(Permission.LETTER_SEND) and not payer,
    }
