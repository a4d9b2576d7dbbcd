"""Payment plans: those of a client, one of them, taking one back, and the list of the late ones."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.payment_plans import PlanTakeBackForm
from billing.models import PaymentPlan
from billing.selectors import payment_plans
from billing.selectors.documents import Subject
from billing.services import payment_plans as services
from billing.views.base import BillingView
from billing.views.documents import DocumentView
from clients.selectors import clients, families, parties
from ledger.money import ZERO


class OpensPlans(BillingView):
    """For pages about one payment plan: which it is, and who agreed it."""

    @cached_property
    def plan(self) -> PaymentPlan:
        """The plan that the address names, if its client may be seen; else 404."""
        visible = PaymentPlan.objects.filter(client__in=self.visible_clients())
        related = ("client__merged_into", "party", "agreed_by")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    def told(self) -> dict[str, Any]:
        """Return what the pages of one plan say of it, and tell the log of the look."""
        plan, permissions = self.plan, self.request.permissions
        kept = plan.client.merged_into or plan.client
        [state] = payment_plans.shown([plan], today=self.today)
        payer = ""
        if plan.party_id:
            payer = parties.names({plan.party_id}, permissions=permissions)[plan.party_id]
        events.record(Action.PAYMENT_PLAN_VIEWED, target=plan, touched=[plan.client_id])
        return {
            "plan": state,
            "client": clients.show(kept, permissions=permissions),
            "payer": payer,
        }


class ClientPaymentPlans(BillingView):
    """The payment plans of a client, those that ended too."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.kept_client(pk)
        records = families.records_of(client)
        page = self.paged(payment_plans.of_clients(records))
        page.object_list = payment_plans.shown(page.object_list, today=self.today)
        events.record(
            Action.PAYMENT_PLAN_LISTED, target=client, touched=records, count=len(page.object_list)
        )
        return self.page(
            "billing/payment_plans/client.html",
            client=clients.show(client, permissions=request.permissions),
            page=page,
            may_agree=self.may(Permission.PAYMENT_PLAN_AGREE),
        )


class PaymentPlans(BillingView):
    """The payment plans that are late, those behind the most first; or those that are kept."""

    permission = Permission.PAYMENT_PLAN_AGREE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        state = "kept" if request.GET.get("state") == "kept" else "late"
        found = payment_plans.listed(self.visible_clients(), state=state, today=self.today)
        page = self.paged(found)
        people = clients.shown(
            {plan.row.client_id for plan in page.object_list}, permissions=request.permissions
        )
        events.record(Action.PAYMENT_PLAN_LISTED, touched=people, count=len(page.object_list))
        return self.page(
            "billing/payment_plans/list.html",
            page=page,
            rows=[(plan, people[plan.row.client_id]) for plan in page.object_list],
            state=state,
        )


class PaymentPlanPage(OpensPlans):
    """One payment plan: its installments, its invoices, and whether it is kept."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        told = self.told()
        owing = [held.invoice_id for held in told["plan"].held if held.left > ZERO]
        is_merged = self.plan.client.merged_into_id is not None
        return self.page(
            "billing/payment_plans/detail.html",
            **told,
            merged_invoice=owing[0] if owing and is_merged else None,
            may_agree=self.may(Permission.PAYMENT_PLAN_AGREE),
            may_open=self.may(Permission.CLIENT_IDENTITY_VIEW),
            may_take=self.may(Permission.PAYMENT_RECORD),
        )


class PaymentPlanTakeBack(OpensPlans):
    """Take a payment plan back: nothing moves, and its invoices are reminded of again."""

    permission = Permission.PAYMENT_PLAN_AGREE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(PlanTakeBackForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = PlanTakeBackForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.take_back(
                plan=self.plan,
                **form.cleaned_data,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.Ended as error:
            form.add_error(None, str(error))
            return self.show(form, HTTPStatus.CONFLICT)
        messages.success(request, f"{self.plan.reference} is taken back. It stays on record.")
        return redirect("billing:payment_plan", self.plan.pk)

    def show(self, form: PlanTakeBackForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/payment_plans/take_back.html", status=status, form=form, **self.told()
        )


class PaymentPlanPdf(OpensPlans, DocumentView):
    """A payment plan as a document, as it was agreed."""

    def subject(self, pk: UUID) -> Subject:
        return self.plan
