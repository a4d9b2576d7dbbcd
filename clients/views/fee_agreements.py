"""What a client pays instead of the list fee."""

from functools import cached_property
from http import HTTPStatus
from typing import ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.coverages import EndForm
from clients.forms.fee_agreements import FeeAgreementForm
from clients.models import FeeAgreement
from clients.selectors import clients, fee_agreements
from clients.services import fee_agreements as services
from clients.views.parts import RecordView

FIELD_OF: dict[type[Exception], str] = {
    services.PercentOrAmount: "percent",
    services.EndsBeforeItStarts: "ends_on",
    services.ReviewTooSoon: "review_on",
    services.DaysTaken: "starts_on",
}
REFUSED = tuple(FIELD_OF)
NOT_DONE = (
    services.NotStanding,
    services.NotYours,
    services.AlreadyEnded,
    services.EndsBeforeItStarts,
)


class FeeAgreements(RecordView):
    """The agreements with a client, and the form to make one."""

    permission = Permission.FEE_AGREEMENT_VIEW
    change_permission = Permission.FEE_AGREEMENT_CHANGE
    viewed = Action.FEE_VIEWED
    home = "clients:fee_agreements"

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(self.blank())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = FeeAgreementForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            made = services.agree(
                client=self.client, now=timezone.now(), by=request.membership, **form.terms
            )
        except REFUSED as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if made.needs_second:
            return self.to_list("Saved. It counts once a second person approved it.")
        return self.to_list("The fee is agreed.")

    @cached_property
    def agreement(self) -> FeeAgreement:
        of_client = FeeAgreement.objects.filter(client=self.client, withdrawn_at=None)
        return get_object_or_404(of_client, pk=self.kwargs["agreement_id"])

    def blank(self) -> FeeAgreementForm:
        return FeeAgreementForm(initial={"starts_on": self.today})

    def show(self, form: FeeAgreementForm, status: int = 200) -> HttpResponse:
        return self.record_page(
            "clients/fees/list.html",
            status,
            agreements=fee_agreements.of(self.client, on=self.today),
            form=form if self.may(Permission.FEE_AGREEMENT_CHANGE) else None,
            today=self.today,
            own_id=self.request.membership.pk,
        )


class FeesToLookAt(PracticeView):
    """The agreements that wait for a second person, and those that are due for review."""

    permission = Permission.FEE_AGREEMENT_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        today = timezone.localdate()
        visible = clients.visible_to(request.membership, on=today, permissions=request.permissions)
        found = fee_agreements.to_look_at(visible, on=today, permissions=request.permissions)
        touched = {row.client.pk for row in found}
        events.record(Action.CLIENT_LISTED, touched=touched, count=len(touched))
        return self.page(
            "clients/fees/to_look_at.html",
            waiting=[row for row in found if row.agreed.is_waiting],
            due=[row for row in found if not row.agreed.is_waiting],
            own_id=request.membership.pk,
        )


class FeeAgreementAct(FeeAgreements):
    """Something done about one agreement; refused, the page says why."""

    done_words: ClassVar[str]

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.to_list()

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        try:
            self.act(self.agreement)
        except NOT_DONE as error:
            messages.error(request, str(error))
            return self.show(self.blank(), HTTPStatus.CONFLICT)
        return self.to_list(self.done_words)

    def act(self, agreement: FeeAgreement) -> None:
        raise NotImplementedError


class FeeAgreementApprove(FeeAgreementAct):
    """Approve, as the second person."""

    done_words = "Approved: the fee counts from its first day."

    def act(self, agreement: FeeAgreement) -> None:
        services.approve(agreement=agreement, now=timezone.now(), by=self.request.membership)


class FeeAgreementWithdraw(FeeAgreementAct):
    """Take back an agreement that was refused or an error."""

    done_words = "The agreement is taken back. It stays on record."

    def act(self, agreement: FeeAgreement) -> None:
        services.withdraw(agreement=agreement, now=timezone.now(), by=self.request.membership)


class FeeAgreementEnd(FeeAgreementAct):
    """End an agreement after its last day."""

    done_words = "The agreement has its last day."

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        if self.agreement and EndForm(request.POST).is_valid():
            return super().post(request, **kwargs)
        messages.error(request, "Enter the last day.")
        return self.show(self.blank(), HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(self, agreement: FeeAgreement) -> None:
        form = EndForm(self.request.POST)
        form.full_clean()
        services.end(
            agreement=agreement,
            ends_on=form.cleaned_data["ends_on"],
            now=timezone.now(),
            by=self.request.membership,
        )
