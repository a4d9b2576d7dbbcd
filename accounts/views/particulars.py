"""What documents say of the practice and of its therapists."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.forms.particulars import PracticeParticularsForm, TherapistParticularsForm
from accounts.permissions import Permission
from accounts.selectors import members, particulars
from accounts.services import particulars as services
from accounts.views.base import PracticeView, StaffRequest


class Particulars(PracticeView):
    """What documents say of the practice, and of whom of its therapists it is known."""

    permission = Permission.PARTICULARS_CHANGE

    def get(self, request: StaffRequest) -> HttpResponse:
        row = particulars.of_practice()
        names = PracticeParticularsForm.base_fields
        initial = {name: getattr(row, name) for name in names} if row else {}
        return self.show(PracticeParticularsForm(initial=initial))

    def post(self, request: StaffRequest) -> HttpResponse:
        form = PracticeParticularsForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        services.set_of_practice(
            **form.cleaned_data, now=timezone.now(), by=self.request.membership
        )
        messages.success(request, "Saved. Documents made from now on say so.")
        return redirect("accounts:particulars")

    def show(self, form: PracticeParticularsForm, status: int = HTTPStatus.OK) -> HttpResponse:
        found = list(members.therapists())
        known = particulars.of_therapists([each.pk for each in found])
        return self.page(
            "accounts/particulars/practice.html",
            status=status,
            form=form,
            therapists=[(each, known.get(each.pk)) for each in found],
        )


class TherapistParticulars(PracticeView):
    """What documents say of one therapist."""

    permission = Permission.PARTICULARS_CHANGE

    def get(self, request: StaffRequest, pk: UUID) -> HttpResponse:
        member = get_object_or_404(members.therapists(), pk=pk)
        row = particulars.of_therapist(member)
        names = TherapistParticularsForm.base_fields
        initial = (
            {name: getattr(row, name) for name in names}
            if row
            else {"legal_name": member.display_name}
        )
        return self.show(member.display_name, TherapistParticularsForm(initial=initial))

    def post(self, request: StaffRequest, pk: UUID) -> HttpResponse:
        member = get_object_or_404(members.therapists(), pk=pk)
        form = TherapistParticularsForm(request.POST)
        if not form.is_valid():
            return self.show(member.display_name, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        services.set_of_therapist(
            member=member, **form.cleaned_data, now=timezone.now(), by=request.membership
        )
        messages.success(request, f"Saved for {member.display_name}.")
        return redirect("accounts:particulars")

    def show(
        self, name: str, form: TherapistParticularsForm, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        return self.page("accounts/particulars/therapist.html", status=status, name=name, form=form)
