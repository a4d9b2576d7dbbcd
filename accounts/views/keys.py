"""The practice's keys: how they stand, a new one, and the end of all of them."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts import tasks
from accounts.forms.keys import ShreddingForm
from accounts.keys import KeyDestroyed
from accounts.models import Act
from accounts.permissions import Permission
from accounts.selectors import approvals, key_status, members
from accounts.services import rotation, shredding
from accounts.services.approvals import AskedBySomebodyElse
from accounts.views.base import PracticeView, StaffRequest
from accounts.worker import wake


class Keys(PracticeView):
    """Versions, ages, and what is left under each; a post makes the next version."""

    permission = Permission.KEY_CHANGE
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page("accounts/keys/status.html", status_of_keys=key_status.status())

    def post(self, request: StaffRequest) -> HttpResponse:
        try:
            rotation.start()
        except (rotation.AlreadyRotating, KeyDestroyed) as refused:
            messages.warning(request, str(refused))
        else:
            wake(tasks.rotate_keys_of, practice_id=request.practice.pk)
            messages.success(request, "New values take the new key now; the others move to it.")
        return redirect("accounts:keys")


class Shredding(PracticeView):
    """What it means to destroy the keys, who has agreed, and the next step."""

    permission = Permission.KEY_CHANGE
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.show(ShreddingForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        form = ShreddingForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            waiting = shredding.ask_or_do(
                typed=form.cleaned_data["name"], now=timezone.now(), by=request.membership
            )
        except shredding.AnotherName as refused:
            form.add_error("name", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        except AskedBySomebodyElse as refused:
            form.add_error(None, str(refused))
            return self.show(form, HTTPStatus.CONFLICT)
        if waiting:
            return redirect("accounts:shredding")
        messages.success(request, "The keys are destroyed. Nothing sealed opens any more.")
        return redirect("accounts:keys")

    def show(self, form: ShreddingForm, status: int = HTTPStatus.OK) -> HttpResponse:
        practice = members.practice()
        asked = approvals.standing(Act.SHREDDING, practice, now=timezone.now())
        return self.page(
            "accounts/keys/shredding.html",
            status=status,
            form=form,
            slug=practice.slug,
            asked=asked,
            is_mine=asked is not None and asked.asked_by_id == self.request.membership.pk,
            shredded_at=key_status.shredded_at(),
        )
