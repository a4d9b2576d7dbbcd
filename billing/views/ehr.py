"""The connection to the medical-record system: saving it, trying it, and asking for a pull."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.tenancy import practice_scope
from accounts.views.base import StaffRequest
from billing import ehr
from billing.forms.intake import SourceForm
from billing.models import FhirSource
from billing.selectors import pulls as selectors
from billing.services import pulls
from billing.views.base import BillingView

OUTCOMES = dict(FhirSource.Outcome.choices)
NOTHING = "Save the address of the server first."


class Ehr(BillingView):
    """The address, the client id, our public key, and how the last pull went."""

    permission = Permission.EHR_CONNECT
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        row = selectors.source()
        names = ("base_url", "client_id", "algorithm", "is_enabled")
        return self.show(
            SourceForm(initial={name: getattr(row, name) for name in names} if row else None)
        )

    def post(self, request: StaffRequest) -> HttpResponse:
        form = SourceForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            pulls.save(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except ehr.Forbidden as wrong:
            form.add_error("base_url", str(wrong))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "Saved. Register the public key below at the other system.")
        return redirect("billing:ehr")

    def show(self, form: SourceForm, status: int = 200) -> HttpResponse:
        row = selectors.source()
        return self.page(
            "billing/ehr.html",
            status=status,
            form=form,
            source=row,
            outcome=OUTCOMES[row.outcome] if row else "",
            key_set=selectors.key_set(row) if row else "",
        )


class EhrTest(BillingView):
    """Trying the connection, outside any transaction."""

    permission = Permission.EHR_CONNECT
    step_up = True
    scope_free = True

    def post(self, request: StaffRequest) -> HttpResponse:
        practice_id, person_id = request.practice.pk, request.membership.person_id
        with practice_scope(practice_id, person_id=person_id):
            row = selectors.source()
            connection = pulls.connection_of(row) if row else None
        if row is None or connection is None:
            messages.warning(request, NOTHING)
            return redirect("billing:ehr")
        outcome = "DONE"
        try:
            ehr.try_out(connection, now=timezone.now())
        except ehr.PullFailed as failure:
            outcome = failure.outcome
        with practice_scope(practice_id, person_id=person_id):
            pulls.tell_test(row=row, outcome=outcome)
        if outcome == "DONE":
            messages.success(request, "The server answers, knows us, and lets us read.")
        else:
            messages.warning(request, f"{OUTCOMES[outcome]}.")
        return redirect("billing:ehr")


class EhrPull(BillingView):
    """Asking for a pull: it is a row first, and a worker is woken."""

    permission = Permission.EHR_CONNECT
    step_up = True

    def post(self, request: StaffRequest) -> HttpResponse:
        if not pulls.request(now=timezone.now()):
            messages.warning(request, NOTHING)
            return redirect("billing:ehr")
        messages.success(request, "A pull was asked for. It begins within a minute.")
        return redirect("billing:ehr")
