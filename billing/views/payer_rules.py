"""What payers want of sessions by telehealth."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.codings import PayerRuleForm
from billing.selectors import payer_rules
from billing.services import codings
from billing.services import payer_rules as services
from billing.services.codings import Coding
from billing.views.base import BillingView
from clients.selectors import payers

FIELD_OF: dict[type[Exception], str | None] = {
    codings.PlaceNotUsed: "place",
    codings.ModifierNotUsed: "modifiers",
    services.EndsBeforeItStarts: "ends_on",
    services.NothingChanges: None,
}
"""Refusal → the field that it is about; None: the whole form."""


class PayerRules(BillingView):
    """Every rule by payer, the latest first; another one is set here."""

    permission = Permission.SERVICE_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial={"starts_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            services.set_rule(
                payer=typed["payer"],
                remote=typed["remote"],
                coding=Coding(typed["place"], typed["modifiers"]),
                starts_on=typed["starts_on"],
                ends_on=typed["ends_on"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"It is set for {typed['payer']}.")
        return redirect("billing:payer_rules")

    def form(self, *args: object, **kwargs: object) -> PayerRuleForm:
        return PayerRuleForm(*args, on=self.today, offered=payers.offered(), **kwargs)

    def show(self, form: PayerRuleForm, status: int = HTTPStatus.OK) -> HttpResponse:
        page = self.paged(payer_rules.all_rules())
        rows = payer_rules.rows(page.object_list, on=self.today)
        events.record(Action.PAYER_RULE_LISTED, count=len(rows))
        return self.page(
            "billing/services/telehealth.html",
            status,
            form=form,
            page=page,
            rows=rows,
            has_payers=payers.offered().exists(),
        )
