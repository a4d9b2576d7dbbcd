"""Making a good faith estimate in three steps: what, in which words, and a last look."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.estimates import REVIEW, SERVICES, STEPS, WORDS, EstimateForm
from billing.selectors import (
    estimate_likely,
    estimate_words,
    estimates,
    estimates_due,
)
from billing.services import estimates as services
from billing.views.base import BillingView
from clients.models import Client
from clients.selectors import clients

ISSUE = "issue"
FIELD_OF: dict[type[Exception], str] = {
    services.NothingExpected: "service_1",
    services.WrongDays: "until",
    services.TwoStand: "since",
}
"""Refusal → the field that it is about; the others are about the whole form."""
REFUSALS: tuple[type[Exception], ...] = (*FIELD_OF, services.KeyReused, estimate_words.Missing)


class EstimateNew(BillingView):
    """Make an estimate for a client; what stands on its days is replaced."""

    permission = Permission.ESTIMATE_MAKE

    @cached_property
    def client(self) -> Client:
        client: Client = self.kept_client(self.kwargs["pk"])
        return client

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial=self.likely()), SERVICES)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form, wanted = self.form(request.POST), request.POST.get("step")
        if not form.is_valid():
            step = form.wrong_step()
            is_back = step != SERVICES and wanted == SERVICES
            return self.show(form, SERVICES if is_back else step, HTTPStatus.UNPROCESSABLE_ENTITY)
        if wanted in STEPS:
            return self.show(form, str(wanted))
        typed = form.cleaned_data
        try:
            made = services.issue(
                client=self.client,
                since=typed["since"],
                until=typed["until"],
                expected=typed["expected"],
                words=typed["words"],
                wanted=typed["wanted"],
                key=typed["key"],
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except REFUSALS as error:
            form.add_error(FIELD_OF.get(type(error)), str(error))
            step = SERVICES if type(error) in FIELD_OF else REVIEW
            return self.show(form, step, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(
            request, f"{made.number} is made, over {made.total.dollars}. Now give it to the client."
        )
        return redirect("billing:estimate", made.pk)

    def form(self, *args: Any, **kwargs: Any) -> EstimateForm:
        alone: Membership | None = (
            None if self.may(Permission.CLIENT_VIEW_ALL) else self.request.membership
        )
        return EstimateForm(
            *args,
            today=self.today,
            alone=alone,
            sees_diagnoses=self.may(Permission.DIAGNOSIS_VIEW),
            **kwargs,
        )

    def likely(self) -> dict[str, Any]:
        """Return what the form begins with: what is planned, at the client's own rate."""
        last = services.last_day(self.today)
        found = estimate_likely.of(self.client, last=last, today=self.today)
        begun: dict[str, Any] = {
            "key": uuid4(),
            "since": found.since,
            "until": found.until or services.last_day(found.since),
            "primary": found.primary,
            "wanted": "PAPER",
        }
        for place, item in enumerate(found.items, start=1):
            begun |= {
                f"therapist_{place}": str(item.therapist_id or ""),
                f"service_{place}": str(item.service_code.pk) if item.service_code else "",
                f"times_{place}": item.times,
                f"charge_{place}": item.charge,
            }
        return begun

    def show(self, form: EstimateForm, step: str, status: int = HTTPStatus.OK) -> HttpResponse:
        client = self.client
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        typed = form.cleaned_data if form.is_bound and form.is_valid() else {}
        expected = typed.get("expected", [])
        dues = estimates_due.of([client.pk], on=self.today)
        standing = estimates.of_person(client)
        return self.page(
            "billing/estimates/new.html",
            status=status,
            client=clients.show(client, permissions=self.request.permissions),
            form=form,
            step=step,
            number=STEPS.index(step) + 1,
            is_services=step == SERVICES,
            is_words=step == WORDS,
            is_review=step == REVIEW,
            due=next((each for each in dues if each.made_id is None), None),
            standing=standing[0].estimate if standing else None,
            missing=estimate_words.missing([each.therapist for each in expected]),
            expected=expected,
            total=sum((each.sum for each in expected[1:]), expected[0].sum) if expected else None,
            words=typed.get("words"),
        )
