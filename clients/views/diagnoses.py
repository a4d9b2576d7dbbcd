"""A client's diagnoses: the list, entering one, ending it, taking it back."""

from functools import cached_property
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from clients.forms.coverages import EndForm
from clients.forms.diagnoses import DiagnosisForm
from clients.models import Diagnosis
from clients.selectors import diagnoses, diagnosis_codes
from clients.services import diagnoses as services
from clients.views.parts import RecordView

FIELD_OF: dict[type[Exception], str] = {
    services.NotBillable: "code",
    services.AlreadyHas: "code",
    services.RankTaken: "rank",
}
REFUSED = tuple(FIELD_OF)
NOT_ENDED = (services.NotStanding, services.AlreadyEnded, services.EndsBeforeItStarts)


class Diagnoses(RecordView):
    """The diagnoses of a client, and the form to enter one."""

    permission = Permission.DIAGNOSIS_VIEW
    change_permission = Permission.DIAGNOSIS_CHANGE
    viewed = Action.DIAGNOSIS_VIEWED
    home = "clients:diagnoses"

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(self.blank())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = DiagnosisForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.add(
                client=self.client, now=timezone.now(), by=request.membership, **form.cleaned_data
            )
        except REFUSED as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.to_list("The diagnosis is entered.")

    @cached_property
    def diagnosis(self) -> Diagnosis:
        of_client = Diagnosis.objects.filter(client=self.client, withdrawn_at=None)
        return get_object_or_404(of_client, pk=self.kwargs["diagnosis_id"])

    def blank(self) -> DiagnosisForm:
        return DiagnosisForm(initial={"starts_on": self.today})

    def show(self, form: DiagnosisForm, status: int = 200) -> HttpResponse:
        may_change = self.may(Permission.DIAGNOSIS_CHANGE)
        return self.record_page(
            "clients/diagnoses/list.html",
            status,
            diagnoses=diagnoses.of(self.client, on=self.today),
            form=form if may_change else None,
            codes=diagnosis_codes.offered(self.today) if may_change else [],
            today=self.today,
        )


class DiagnosisEnd(Diagnoses):
    """End a diagnosis after its last day."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.to_list()

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form, diagnosis = EndForm(request.POST), self.diagnosis
        if not form.is_valid():
            messages.error(request, "Enter the last day.")
            return self.show(self.blank(), HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.end(
                diagnosis=diagnosis,
                ends_on=form.cleaned_data["ends_on"],
                now=timezone.now(),
                by=request.membership,
            )
        except NOT_ENDED as error:
            messages.error(request, str(error))
            return self.show(self.blank(), HTTPStatus.CONFLICT)
        return self.to_list("The diagnosis has its last day.")


class DiagnosisWithdraw(Diagnoses):
    """Take back a diagnosis that was entered in error."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.to_list()

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        try:
            services.withdraw(diagnosis=self.diagnosis, now=timezone.now(), by=request.membership)
        except services.NotStanding as error:
            messages.error(request, str(error))
            return self.show(self.blank(), HTTPStatus.CONFLICT)
        return self.to_list("The diagnosis is taken back. It stays on record.")
