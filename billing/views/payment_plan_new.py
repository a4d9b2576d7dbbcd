"""Agreeing a payment plan: which invoices and how much, a look at the parts, and then yes."""

from collections.abc import Collection
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.payment_plans import PaymentPlanForm
from billing.models import PaymentPlan
from billing.selectors import consumer_credit, invoices, payment_plans
from billing.services import payment_plans as services
from billing.views.base import BillingView, wanted_id
from clients.models import Client
from clients.selectors import clients

FIELDS: dict[type[Exception], str] = {
    services.WrongAmount: "installment",
    services.WrongDay: "starts_on",
}
REFUSALS = (
    services.NothingChosen,
    services.OfSeveral,
    services.WrongAmount,
    services.WrongDay,
    services.KeyReused,
)
"""The refusals of a plan; those in ``FIELDS`` are of one field."""


class PaymentPlanNew(BillingView):
    """Agree that what is open of some invoices is paid in installments."""

    permission = Permission.PAYMENT_PLAN_AGREE

    @cached_property
    def client(self) -> Client:
        client: Client = self.kept_client(self.kwargs["pk"])
        return client

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        begun = {"key": uuid4(), "every": PaymentPlan.Every.MONTH, "starts_on": self.today}
        return self.show(PaymentPlanForm(initial=begun))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        """Show what the installments would be, or agree them."""
        form = PaymentPlanForm(request.POST)
        picked = {each for text in request.POST.getlist("invoices") if (each := wanted_id(text))}
        if not form.is_valid():
            return self.show(form, picked, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = dict(form.cleaned_data)
        key = typed.pop("key")
        asked: dict[str, Any] = {
            "client": self.client,
            "invoices": picked,
            "today": self.today,
            **typed,
        }
        try:
            if "agree" not in request.POST:
                return self.show(form, picked, services.draft(**asked))
            shown = request.POST.get("shown", "")
            plan = services.agree(
                **asked, shown=shown, key=key, now=timezone.now(), by=request.membership
            )
        except services.Changed as error:
            form.add_error(None, str(error))
            return self.show(form, picked, error.draft, HTTPStatus.CONFLICT)
        except REFUSALS as error:
            form.add_error(FIELDS.get(type(error)), str(error))
            return self.show(form, picked, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(
            request,
            f"{plan.reference} is agreed: {plan.installment_count} installments. Print it to sign.",
        )
        return redirect("billing:payment_plan", plan.pk)

    def show(
        self,
        form: PaymentPlanForm,
        picked: Collection[UUID] | None = None,
        draft: services.Draft | None = None,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        client, permissions = self.client, self.request.permissions
        opened = [each.invoice for each in payment_plans.choosable(client)]
        rows = invoices.rows(opened, on=self.today, permissions=permissions)
        if picked is None:
            of_one = [(row.client_id, row.payer_id) for row in rows]
            picked = {row.pk for row, of in zip(rows, of_one, strict=True) if of == of_one[0]}
        events.record(Action.PAYMENT_PLAN_LISTED, target=client, touched=[client.pk])
        is_credit = draft is not None and consumer_credit.is_credit(len(draft.parts))
        return self.page(
            "billing/payment_plans/new.html",
            status=status,
            client=clients.show(client, permissions=permissions),
            form=form,
            rows=[(row, row.pk in picked) for row in rows],
            draft=draft,
            credit=consumer_credit.agreed(self.today.year) if is_credit else None,
        )
