"""The insurers whom the practice bills."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from clients.forms.coverages import PayerForm
from clients.models import Payer
from clients.selectors import payers
from clients.services import payers as services


class Payers(PracticeView):
    """The list of payers, with the form to add one."""

    permission = Permission.COVERAGE_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(PayerForm())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = PayerForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.add(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except services.PayerKnown as error:
            form.add_error("name", str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "The insurer is added.")
        return redirect("clients:payers")

    def show(self, form: PayerForm, status: int = 200) -> HttpResponse:
        return self.page("clients/payers.html", status=status, form=form, payers=payers.offered())


class PayerRetire(PracticeView):
    """Offer a payer no more."""

    permission = Permission.COVERAGE_CHANGE

    def post(self, request: StaffRequest, payer_id: UUID, **kwargs: object) -> HttpResponse:
        payer = get_object_or_404(Payer, pk=payer_id)
        services.retire(payer=payer, now=timezone.now(), by=request.membership)
        messages.success(request, "The insurer is offered no more. Insurances that name it stay.")
        return redirect("clients:payers")
