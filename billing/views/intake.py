"""What the medical-record system sent and a person has to look at."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.intake import DismissForm, MappingForm, MendForm
from billing.models import RejectedRecord
from billing.selectors import intake
from billing.services import imports, mappings, mending, rejects, uploads
from billing.views.base import BillingView
from clients.models import ExternalRecord
from clients.services import external


class IntakeView(BillingView):
    """A page of what came in: it shows people, so names and every client have to be open too."""

    permission = Permission.INTAKE_MANAGE

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.CLIENT_IDENTITY_VIEW, Permission.CLIENT_VIEW_ALL}

    def terms(self) -> imports.Terms:
        return imports.Terms(
            therapist=None,
            on=self.today,
            now=timezone.now(),
            by=self.request.membership,
            waits_for_mapping=True,
        )


class Intake(IntakeView):
    """The records that were not taken in, and why."""

    def get(self, request: StaffRequest) -> HttpResponse:
        page = self.paged(intake.open_records())
        events.record(Action.REJECT_LISTED, count=len(page.object_list))
        return self.page(
            "billing/intake/list.html",
            page=page,
            causes=intake.causes(),
            waiting=len(intake.waiting_ids()),
            differing=len(intake.differences()),
            may_upload=self.request.permissions >= uploads.NEEDED,
        )


class IntakeRetry(IntakeView):
    """Trying again to take in what waits."""

    def post(self, request: StaffRequest) -> HttpResponse:
        taken = imports.replay(intake.waiting_ids(), terms=self.terms())
        words = f"{taken} records came in." if taken else "Everything that waits has to wait still."
        messages.success(request, words)
        return redirect("billing:intake")


class Reject(IntakeView):
    """One record: the values that a person may set, and taking it in again."""

    def get(self, request: StaffRequest, reject_id: UUID) -> HttpResponse:
        row = self.row(reject_id)
        events.record(Action.REJECT_VIEWED, target=row)
        return self.show(row, MendForm(mending.values_of(row)), DismissForm())

    def post(self, request: StaffRequest, reject_id: UUID) -> HttpResponse:
        row = self.row(reject_id)
        form = MendForm(mending.values_of(row), request.POST)
        if not form.is_valid():
            return self.show(row, form, DismissForm(), HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            mended = mending.mend(reject_id=row.pk, values=form.by_path(), terms=self.terms())
        except rejects.Settled as settled:
            messages.warning(request, str(settled))
            return redirect("billing:intake")
        except mending.NotANumber as wrong:
            form.add_error(form.name_of(wrong.path), str(wrong))
            return self.show(row, form, DismissForm(), HTTPStatus.UNPROCESSABLE_ENTITY)
        if mended.is_taken_in:
            messages.success(request, "The record came in.")
            return redirect("billing:intake")
        row = self.row(reject_id)
        again = MendForm(mending.values_of(row))
        return self.show(row, again, DismissForm(), HTTPStatus.UNPROCESSABLE_ENTITY)

    def row(self, reject_id: UUID) -> RejectedRecord:
        return get_object_or_404(intake.open_records(), pk=reject_id)

    def show(
        self, row: RejectedRecord, form: MendForm, dismiss_form: DismissForm, status: int = 200
    ) -> HttpResponse:
        return self.page(
            "billing/intake/reject.html",
            status=status,
            record=row,
            form=form,
            dismiss_form=dismiss_form,
        )


class RejectDismiss(Reject):
    """Closing a record that will not be taken in."""

    http_method_names = ["post"]

    def post(self, request: StaffRequest, reject_id: UUID) -> HttpResponse:
        row, form = self.row(reject_id), DismissForm(request.POST)
        if not form.is_valid():
            mend_form = MendForm(mending.values_of(row))
            return self.show(row, mend_form, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            rejects.dismiss(
                reject_id=row.pk,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                by=request.membership,
            )
        except rejects.Settled as settled:
            messages.warning(request, str(settled))
        else:
            messages.success(request, "The record was dismissed, and nothing of it is kept.")
        return redirect("billing:intake")


class ExternalCodes(IntakeView):
    """What the other system's practitioners and services are called here."""

    def get(self, request: StaffRequest) -> HttpResponse:
        form = self.form()
        events.record(Action.EXTERNAL_CODE_LISTED, count=len(form.rows))
        return self.show(form)

    def post(self, request: StaffRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        changed = mappings.save(chosen=form.chosen(), now=timezone.now(), by=request.membership)
        taken = 0
        if changed:
            ids = intake.waiting_ids(intake.Remedy.MAP)
            taken = imports.replay(ids, terms=self.terms()) if ids else 0
        messages.success(request, f"Saved. {taken} records that waited came in.")
        return redirect("billing:external_codes")

    def form(self, *typed: object) -> MappingForm:
        people, services = intake.meanings()
        return MappingForm(intake.external_codes(), people, services, *typed)

    def show(self, form: MappingForm, status: int = 200) -> HttpResponse:
        return self.page("billing/intake/names.html", status=status, form=form)


class Differences(IntakeView):
    """Where both sides changed a field, and the practice's word stands until somebody decides."""

    def get(self, request: StaffRequest) -> HttpResponse:
        shown = intake.differences()
        touched = {each.client_id for each in shown}
        events.record(Action.DIFFERENCE_LISTED, count=len(shown), touched=touched)
        return self.page("billing/intake/differences.html", differences=shown)


class DifferenceSettle(IntakeView):
    """Taking the other system's word, or letting ours stand."""

    def post(self, request: StaffRequest, record_id: UUID) -> HttpResponse:
        record = get_object_or_404(ExternalRecord.objects.exclude(differs=""), pk=record_id)
        take = request.POST.get("word") == "theirs"
        external.settle_difference(
            record_id=record.pk, take=take, now=timezone.now(), by=request.membership
        )
        messages.success(request, "Their word was taken." if take else "Your word stands.")
        return redirect("billing:differences")
