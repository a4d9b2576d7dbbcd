"""A client's consents, and the texts that the practice publishes."""

from functools import cached_property
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from clients.forms.consents import ConsentForm, TextForm, WithdrawForm
from clients.models import Consent
from clients.selectors import consents
from clients.services import consents as services
from clients.views.parts import RecordView

FIELD_OF: dict[type[Exception], str] = {
    services.NotToday: "given_on",
    services.TextNotYet: "given_on",
    services.EndsBeforeItIsGiven: "ends_on",
    services.AlreadyGiven: "text",
}
REFUSED = tuple(FIELD_OF)


class Consents(RecordView):
    """How it stands with each kind of consent, and the form to record one."""

    permission = Permission.CONSENT_VIEW
    change_permission = Permission.CONSENT_RECORD
    viewed = Action.CONSENT_VIEWED
    home = "clients:consents"

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(self.blank())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = ConsentForm(request.POST, texts=consents.texts())
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.record(
                client=self.client,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
                **form.cleaned_data,
            )
        except REFUSED as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.to_list("The consent is recorded.")

    @cached_property
    def consent(self) -> Consent:
        of_client = Consent.objects.filter(client=self.client)
        return get_object_or_404(of_client, pk=self.kwargs["consent_id"])

    def blank(self) -> ConsentForm:
        return ConsentForm(initial={"given_on": self.today}, texts=consents.texts())

    def show(self, form: ConsentForm, status: int = 200) -> HttpResponse:
        return self.record_page(
            "clients/consents/list.html",
            status,
            statuses=consents.statuses(self.client, on=self.today),
            history=consents.history(self.client),
            texts=consents.in_force(self.today),
            form=form if self.may(Permission.CONSENT_RECORD) else None,
            today=self.today,
        )


class ConsentWithdraw(Consents):
    """Record that a client withdrew a consent."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.to_list()

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form, consent = WithdrawForm(request.POST), self.consent
        if not form.is_valid():
            messages.error(request, "Enter the day on which it was withdrawn.")
            return self.show(self.blank(), HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.withdraw(
                consent=consent,
                withdrawn_on=form.cleaned_data["withdrawn_on"],
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except (services.AlreadyWithdrawn, services.NotToday) as error:
            messages.error(request, str(error))
            return self.show(self.blank(), HTTPStatus.CONFLICT)
        return self.to_list("The withdrawal is recorded.")


class ConsentTexts(PracticeView):
    """The texts that clients consent to, every version, and the form to publish the next."""

    permission = Permission.CONSENT_TEXT_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(TextForm(initial={"effective_from": timezone.localdate()}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = TextForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.publish(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except services.NoBody as error:
            form.add_error("body", str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "The text is published.")
        return redirect("clients:consent_texts")

    def show(self, form: TextForm, status: int = 200) -> HttpResponse:
        return self.page(
            "clients/consents/texts.html", status=status, form=form, texts=consents.texts()
        )
