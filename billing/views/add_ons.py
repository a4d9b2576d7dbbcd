"""Adding to a session what was done beside its service."""

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.views.base import StaffRequest
from billing.forms.session_add_ons import AddOnForm
from billing.models import ServiceCode
from billing.selectors import add_ons
from billing.services import add_ons as services
from billing.views.codings import OneSessionView

FIELD_OF: dict[type[Exception], str | None] = {
    services.DoesNotFit: "service",
    services.NoFee: "service",
    services.CodeNotValid: "service",
    services.IsBilled: None,
    services.KeyReused: None,
}
"""Refusal → the field that it is about; None: the whole form."""


class SessionAddOns(OneSessionView):
    """The add-ons of a session, and the form to add one."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial={"key": uuid4()}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        service = get_object_or_404(ServiceCode, pk=form.cleaned_data["service"])
        try:
            made = services.add(
                session=self.session,
                service_code=service,
                key=form.cleaned_data["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        said = (
            f"{service.code} is added at {made.add_on.fee.dollars}. It is billed with its session."
        )
        messages.success(request, said)
        return redirect("billing:session_add_ons", pk)

    def form(self, *args: Any, **kwargs: Any) -> AddOnForm:
        offered = add_ons.offered_beside(self.session, on=self.held_on)
        return AddOnForm(*args, offered=offered, **kwargs)

    def show(self, form: AddOnForm, status: int = HTTPStatus.OK) -> HttpResponse:
        session = self.session
        return self.page(
            "billing/sessions/add_ons.html",
            status,
            form=form,
            row=self.row(),
            service=session.service_code.code,
            rows=add_ons.of_sessions([session.pk]).get(session.pk, []),
            has_offers=bool(add_ons.offered_beside(session, on=self.held_on)),
        )
