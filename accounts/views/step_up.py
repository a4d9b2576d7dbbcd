"""Step-up: a fresh second factor, asked in place, after which the same act goes on."""

from datetime import datetime
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.forms.factors import StepUpForm
from accounts.selectors import factors
from accounts.services import passkey_site, signin
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests
from accounts.sessions import MFA_AT
from accounts.views.asking import StaffRequest, route_name, telling
from accounts.views.browser import device_of
from audit.actions import Action
from audit.services import events

FRESH_SECONDS = 300
NOT_REPEATED = StepUpForm.FIELDS | {
    "csrfmiddlewaretoken",
    "present_password",
    "new_password",
    "new_password_again",
}
"""What the form does not send again: passwords are not written into a page."""


def is_fresh(request: StaffRequest, now: datetime) -> bool:
    """Say whether the person showed a second factor in the last five minutes."""
    return int(now.timestamp()) - int(request.session.get(MFA_AT, 0)) <= FRESH_SECONDS


def ask(request: StaffRequest) -> HttpResponse | None:
    """Return the form that asks for a second factor, or None when the last one is fresh.

    The form repeats what was sent, so that the act goes on when the answer is right.
    """
    now = timezone.now()
    if is_fresh(request, now):
        return None
    form = StepUpForm.sent_in(request.POST)
    if form is None:
        _tell(request, Action.STEP_UP_ASKED, route=route_name(request))
        return _show(request, StepUpForm())
    if not form.is_valid() or not _proved(request, form, now):
        return _show(request, form)
    request.session[MFA_AT] = int(now.timestamp())
    request.session.cycle_key()
    _tell(request, Action.STEP_UP_SHOWN, route=route_name(request))
    return None


def _proved(request: StaffRequest, form: StepUpForm, now: datetime) -> bool:
    passkey = form.cleaned_data["step_up_passkey"]
    try:
        signin.prove_again(
            user=request.user,
            code=form.cleaned_data["step_up_code"],
            passkey=passkey,
            now=now,
            device_id=device_of(request, request.user.email),
        )
    except (CodeRefused, NameRests) as refused:
        _tell(request, Action.MFA_FAILED, reason=getattr(refused, "reason", "too many tries"))
        form.add_error("step_up_passkey" if passkey else "step_up_code", str(refused))
        return False
    return True


def _tell(request: StaffRequest, action: Action, **facts: str) -> None:
    with telling(request):
        events.record(action, **facts)  # type: ignore[arg-type]  # facts are named freely


def _show(request: StaffRequest, form: StepUpForm) -> HttpResponse:
    repeated = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_REPEATED
        for value in values
    ]
    in_place = bool(request.htmx)
    template = "accounts/_step_up.html" if in_place else "accounts/step_up.html"
    held = factors.of(request.user.pk)
    context = {
        "form": form,
        "repeated": repeated,
        "action": request.path,
        "in_place": in_place,
        "has_app": held.app_since is not None,
        "has_passkey": bool(held.passkeys) and passkey_site.works_at(request.get_host()),
    }
    return render(request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
