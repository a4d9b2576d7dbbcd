"""Services, their list fees from a day on, and what missed hours cost."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.services import (
    EndForm,
    FeeForm,
    LabelForm,
    PolicyForm,
    ServiceForm,
    begun,
)
from billing.models import ServiceCode
from billing.selectors import missed, service_codes
from billing.services import missed_policies
from billing.services import service_codes as services
from billing.views.base import BillingView


class Services(BillingView):
    """Every service with its fee of today and the next one; a new one is added here."""

    permission = Permission.SERVICE_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(ServiceForm(initial={"starts_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = ServiceForm(request.POST)
        if form.is_valid():
            typed = form.cleaned_data
            try:
                added = services.add(**typed, now=timezone.now(), by=request.membership)
            except services.CodeExists as error:
                form.add_error("code", str(error))
            except services.CodeNotValid as error:
                form.add_error("starts_on", str(error))
            else:
                messages.success(request, f"{added.code} is offered at {typed['fee'].dollars}.")
                return redirect("billing:service", added.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: ServiceForm, status: int = HTTPStatus.OK) -> HttpResponse:
        rows = service_codes.listed(on=self.today)
        events.record(Action.SERVICE_LISTED, count=len(rows))
        return self.page("billing/services/list.html", status, rows=rows, form=form)


class OfService(BillingView):
    """Base of what is done with one service."""

    permission = Permission.SERVICE_CHANGE

    @cached_property
    def service(self) -> ServiceCode:
        return get_object_or_404(ServiceCode, pk=self.kwargs["pk"])

    def row(self) -> service_codes.Listed:
        found = service_codes.listed(on=self.today, only=self.service.pk)
        if not found:
            raise Http404
        return found[0]


class Service(OfService):
    """One service: its fees by date, and another one from a day on."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        fee = self.row().fee
        return self.show(FeeForm(initial={"starts_on": self.today, "fee": fee}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = FeeForm(request.POST)
        if form.is_valid():
            typed = form.cleaned_data
            said = f"{self.service.code} costs {typed['fee'].dollars} from that day on."
            if _set_fee(self, form, said, fee=typed["fee"], starts_on=typed["starts_on"]):
                return redirect("billing:service", pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: FeeForm, status: int = HTTPStatus.OK) -> HttpResponse:
        events.record(Action.SERVICE_VIEWED, target=self.service)
        return self.page("billing/services/detail.html", status, service=self.row(), form=form)


class ServiceRename(OfService):
    """Give a service other words."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(LabelForm(initial={"label": self.service.label}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = LabelForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        services.rename(
            service_code=self.service, label=form.cleaned_data["label"], by=request.membership
        )
        messages.success(request, f"{self.service.code} has its new words.")
        return redirect("billing:service", pk)

    def show(self, form: LabelForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/services/act.html",
            status,
            form=form,
            service=self.row(),
            title=f"Rename {self.service.code}",
            lead="Invoices that were issued keep the words that they were issued with.",
            act="Rename",
        )


class ServiceEnd(OfService):
    """Let a service be offered no more, from a day on."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(EndForm(initial={"starts_on": self.today}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = EndForm(request.POST)
        said = f"{self.service.code} is not offered from that day on."
        if form.is_valid() and _set_fee(
            self, form, said, fee=None, starts_on=form.cleaned_data["starts_on"]
        ):
            return redirect("billing:service", pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: EndForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/services/act.html",
            status,
            form=form,
            service=self.row(),
            title=f"End {self.service.code}",
            lead="Sessions that were recorded keep their fees. A fee from a later day on offers it"
            " again.",
            act="End it",
        )


def _set_fee(view: OfService, form: forms.Form, said: str, **told: Any) -> bool:
    """Set a fee and say so, or put the refusal beside its field; return whether it stands.

    A form that is sent twice finds the fee as it wants it.
    """
    try:
        services.set_fee(
            service_code=view.service,
            today=view.today,
            now=timezone.now(),
            by=view.request.membership,
            **told,
        )
    except services.NothingChanges as error:
        messages.info(view.request, str(error))
    except (services.FeeOfThePast, services.CodeNotValid) as error:
        form.add_error("starts_on", str(error))
        return False
    else:
        messages.success(view.request, said)
    return True


class MissedHours(BillingView):
    """What hours cost that are cancelled late or missed; another policy is set from a day on."""

    permission = Permission.SERVICE_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(PolicyForm(initial=begun(self.today)))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = PolicyForm(request.POST)
        if form.is_valid():
            typed = form.cleaned_data
            names = ("starts_on", "notice_hours", "late", "no_show", "first_is_free")
            try:
                missed_policies.set_policy(
                    **{name: typed[name] for name in names},
                    today=self.today,
                    now=timezone.now(),
                    by=request.membership,
                )
            except missed_policies.PolicyOfThePast as error:
                form.add_error("starts_on", str(error))
            else:
                messages.success(request, "Missed appointments cost this from that day on.")
                return redirect("billing:missed_hours")
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: PolicyForm, status: int = HTTPStatus.OK) -> HttpResponse:
        events.record(Action.MISSED_POLICY_VIEWED)
        return self.page(
            "billing/services/missed_hours.html",
            status,
            form=form,
            rows=missed.policy_rows(on=self.today),
        )
