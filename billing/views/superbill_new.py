"""Making a superbill: which days, which sessions, and everything that is missing at once."""

from collections.abc import Collection
from datetime import date
from functools import cached_property
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.statements import StatementDaysForm
from billing.forms.superbills import SuperbillForm, last_month
from billing.selectors import superbill_gaps, superbill_rows, superbill_words
from billing.services import superbills as services
from billing.views.base import BillingView, wanted_id
from clients.models import Client
from clients.selectors import clients

REFUSALS = (
    services.NothingChosen,
    services.Gapped,
    services.TwoStand,
    services.KeyReused,
    superbill_words.TooMany,
)


class SuperbillNew(BillingView):
    """Make the superbill of some days, last month's if nothing else is said."""

    permission = Permission.SUPERBILL_MAKE

    @cached_property
    def client(self) -> Client:
        client: Client = self.kept_client(self.kwargs["pk"])
        return client

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        since, until = last_month(self.today)
        usual = {"since": since.isoformat(), "until": until.isoformat()}
        asked = StatementDaysForm(
            usual | {name: request.GET[name] for name in usual if name in request.GET}
        )
        if asked.is_valid():
            since, until = asked.cleaned_data["since"], asked.cleaned_data["until"]
        form = self.form(initial={"key": uuid4(), "since": since, "until": until})
        return self.show(asked, form, since, until)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        # The days stand in a form of their own, which shows what is wrong with them.
        form, asked = self.form(request.POST), StatementDaysForm(request.POST)
        picked = {each for text in request.POST.getlist("sessions") if (each := wanted_id(text))}
        if not (form.is_valid() and asked.is_valid()):
            days = last_month(self.today)
            return self.show(asked, form, *days, picked, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        since, until = typed["since"], typed["until"]
        try:
            made = services.make(
                client=self.client,
                since=since,
                until=until,
                sessions=picked,
                names_insurer=typed.get("names_insurer", False),
                key=typed["key"],
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.WrongDays as error:
            asked.add_error("until", str(error))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"{made.number} is made, over {made.charged.dollars}. Now give it on."
            )
            return redirect("billing:superbill", made.pk)
        return self.show(asked, form, since, until, picked, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: object, **kwargs: object) -> SuperbillForm:
        return SuperbillForm(*args, sees_insurance=self.may(Permission.COVERAGE_VIEW), **kwargs)

    def show(
        self,
        asked: StatementDaysForm,
        form: SuperbillForm,
        since: date,
        until: date,
        picked: Collection[UUID] | None = None,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        client, permissions = self.client, self.request.permissions
        look = superbill_gaps.look(client, since=since, until=until, today=self.today)
        if picked is None:
            picked = {hour.pk for hour in look.hours}
        events.record(Action.SUPERBILL_LISTED, target=client, touched=[client.pk])
        return self.page(
            "billing/superbills/new.html",
            status=status,
            client=clients.show(client, permissions=permissions),
            asked=asked,
            form=form,
            since=since,
            until=until,
            rows=superbill_rows.of(look, picked=picked, permissions=permissions),
            missing=look.missing(look.chosen(picked), permissions),
            standing=look.standing,
            needs_paid=look.needs_paid,
            sees_diagnoses=self.may(Permission.DIAGNOSIS_VIEW),
            may_set_rule=self.may(Permission.SERVICE_CHANGE),
        )
