"""Passkeys: the server asks, the browser lets a device answer, and a form brings the answer."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.forms.factors import NAME_CHARS, NameForm, NewPasskeyForm, PasskeyForm
from accounts.forms.signin import CodeForm
from accounts.models import User
from accounts.selectors import factors as held
from accounts.selectors.factors import ShownPasskey
from accounts.services import factors, passkeys, signin, totp
from accounts.services.factors import NotYours, OnlyOne
from accounts.services.passkeys import NoPasskey, PasskeyRefused, Purpose, Question
from accounts.views.base import MemberView
from accounts.views.browser import origin_of
from accounts.views.entering import go_on, with_query
from accounts.views.offering import where_they_work
from accounts.views.presence import SignedInView
from accounts.views.signin import Enroll, SecondStep

PAGE = "accounts:you"


def asked(question: Question) -> JsonResponse:
    """Answer a script with a challenge."""
    return JsonResponse(asdict(question))


class AskAtSignIn(SecondStep):
    """Asks a device of whoever holds a ticket: for a first key, or for a proof."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user, now = self.held.user, timezone.now()
        try:
            if factors.has_any(user):
                purpose = Purpose.SIGN_IN
                return asked(
                    passkeys.ask_for_proof(
                        user=user, purpose=purpose, now=now, bound_to=self.ticket
                    )
                )
            return asked(passkeys.ask_for_new(user=user, now=now, bound_to=self.ticket))
        except NoPasskey:
            return HttpResponse(status=HTTPStatus.NOT_FOUND)


class SignInPasskey(SecondStep):
    """The second step with a passkey."""

    template = "accounts/signin/passkey.html"
    form_class = PasskeyForm
    field = "passkey"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not passkeys.has_any(self.held.user):
            return redirect(with_query(request, "accounts:sign_in_code"))
        return super().get(request)

    def extra(self) -> dict[str, Any]:
        return {
            **super().extra(),
            "has_app": totp.has_device(self.held.user),
            **where_they_work(self.request),
        }

    def prove(self, code: str, now: datetime) -> HttpResponse:
        user = signin.give_passkey(
            ticket=self.ticket, answer=code, now=now, device_id=self.device_id
        )
        return go_on(self.request, user, now)


class EnrollPasskey(Enroll):
    """A first sign-in with a passkey in place of the app."""

    form_class = PasskeyForm
    field = "passkey"
    http_method_names = ["post"]

    def prove(self, code: str, now: datetime) -> HttpResponse:
        user, codes = signin.confirm_passkey(
            ticket=self.ticket,
            answer=code,
            name=origin_of(self.request).device_label[:NAME_CHARS] or "Passkey",
            now=now,
            device_id=self.device_id,
        )
        return self.keep_codes(user, codes, now)

    def show(self, form: Form, status: int = HTTPStatus.OK) -> HttpResponse:
        context = {**self.extra(), "form": CodeForm(), "passkey_form": form}
        return render(self.request, self.template, context, status=status)


class AskToStepUp(SignedInView):
    """Asks a signed-in person's device for a proof, before an act that needs one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        user = cast(User, request.user)
        try:
            question = passkeys.ask_for_proof(
                user=user, purpose=Purpose.STEP_UP, now=timezone.now()
            )
        except NoPasskey:
            return HttpResponse(status=HTTPStatus.NOT_FOUND)
        return asked(question)


class AskForNew(MemberView):
    """Asks a signed-in person's device for a further key."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return asked(passkeys.ask_for_new(user=self.request.user, now=timezone.now()))
        except NoPasskey:
            raise Http404 from None


class NewPasskey(MemberView):
    """Adding a passkey."""

    step_up = True

    def get(self, request: HttpRequest) -> HttpResponse:
        label = origin_of(request).device_label
        return self.show(NewPasskeyForm(initial={"name": label[:NAME_CHARS]}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewPasskeyForm(request.POST)
        if form.is_valid():
            try:
                factors.add_passkey(
                    user=self.request.user,
                    answer=form.cleaned_data["passkey"],
                    name=form.cleaned_data["name"],
                    now=timezone.now(),
                )
            except PasskeyRefused as refused:
                form.add_error("passkey", str(refused))
            else:
                return redirect(PAGE)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: NewPasskeyForm, status: int = HTTPStatus.OK) -> HttpResponse:
        context = {"form": form, **where_they_work(self.request)}
        return self.page("accounts/you/passkey_new.html", status, **context)


class OnePasskey(MemberView):
    """One of the person's own passkeys, and its name."""

    def get(self, request: HttpRequest, passkey_id: UUID) -> HttpResponse:
        key = self.own(passkey_id)
        return self.show(key, NameForm(initial={"name": key.name}))

    def post(self, request: HttpRequest, passkey_id: UUID) -> HttpResponse:
        key, form = self.own(passkey_id), NameForm(request.POST)
        if not form.is_valid():
            return self.show(key, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        name = form.cleaned_data["name"]
        factors.rename_passkey(user=self.request.user, passkey_id=key.id, name=name)
        return redirect(PAGE)

    def own(self, passkey_id: UUID) -> ShownPasskey:
        key = held.passkey(self.request.user.pk, passkey_id)
        if key is None:
            raise Http404
        return key

    def show(
        self, key: ShownPasskey, form: NameForm, status: int = HTTPStatus.OK, refused: str = ""
    ) -> HttpResponse:
        context = {"passkey": key, "form": form, "refused": refused}
        return self.page("accounts/you/passkey.html", status, **context)


class PasskeyRemoval(OnePasskey):
    """Takes one of the person's own passkeys away."""

    step_up = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, passkey_id: UUID) -> HttpResponse:
        key = self.own(passkey_id)
        try:
            factors.remove_passkey(user=self.request.user, passkey_id=key.id, now=timezone.now())
        except OnlyOne as refused:
            form = NameForm(initial={"name": key.name})
            return self.show(key, form, HTTPStatus.CONFLICT, str(refused))
        except NotYours:
            raise Http404 from None
        return redirect(PAGE)
