"""The chart of accounts: how a practice numbers and names its ledger accounts."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from billing.forms.closing import AccountForm
from billing.views.base import BillingView
from ledger.selectors import chart
from ledger.services import chart as services


class Chart(BillingView):
    """Every account."""

    permission = Permission.REPORT_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page(
            "billing/chart/list.html",
            accounts=chart.accounts(),
            may_change=self.may(Permission.ACCOUNT_CHANGE),
            may_export=self.may(Permission.REPORT_EXPORT),
        )


class ChartFile(BillingView):
    """Takes the chart away as a file. It is asked for, never linked to."""

    permission = Permission.REPORT_EXPORT
    step_up = True
    http_method_names = ["post"]

    def post(self, request: StaffRequest) -> HttpResponse:
        exported = services.export()
        return HttpResponse(
            exported.content,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{exported.file_name}"'},
        )


class ChartAccount(BillingView):
    """Gives an account another number and name. What it is for stays."""

    permission = Permission.ACCOUNT_CHANGE

    @cached_property
    def account(self) -> Any:
        found = chart.account(self.kwargs["pk"])
        if found is None:
            raise Http404
        return found

    def get(self, request: StaffRequest, pk: UUID) -> HttpResponse:
        given = {"code": self.account.code, "name": self.account.name}
        return self.show(AccountForm(initial=given))

    def post(self, request: StaffRequest, pk: UUID) -> HttpResponse:
        account, form = self.account, AccountForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.rename(account=account, by=request.membership, **form.cleaned_data)
        except services.CodeTaken as refused:
            form.add_error("code", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"Account {form.cleaned_data['code']} is saved.")
        return redirect("billing:chart")

    def show(self, form: AccountForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/chart/account.html",
            status=status,
            account=chart.shown(self.account),
            form=form,
        )
