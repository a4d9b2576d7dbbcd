"""Step-up: a fresh code, asked in place, after which the same act goes on."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.forms.signin import StepUpForm
from accounts.services import signin
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests
from accounts.sessions import MFA_AT
from accounts.views.asking import StaffRequest, telling
from audit.actions import Action
from audit.services import events

FRESH_SECONDS = 300
NOT_REPEATED = frozenset({"csrfmiddlewaretoken", StepUpForm.FIELD})


def ask(request: StaffRequest) -> HttpResponse | None:
    """Return the form that asks for a code, or None when the second factor is fresh.

    The form repeats what was sent, so that the act goes on when the code is right.
    """
    now = timezone.now()
    if int(now.timestamp()) - request.session.get(MFA_AT, 0) <= FRESH_SECONDS:
        return None
    if StepUpForm.FIELD not in request.POST:
        return _show(request, StepUpForm())
    form = StepUpForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    try:
        signin.prove_again(user=request.user, code=form.cleaned_data[StepUpForm.FIELD], now=now)
    except (CodeRefused, NameRests) as refused:
        with telling(request):
            events.record(Action.MFA_FAILED, reason=getattr(refused, "reason", "too many tries"))
        form.add_error(StepUpForm.FIELD, str(refused))
        return _show(request, form)
    request.session[MFA_AT] = int(now.timestamp())
    request.session.cycle_key()
    return None


def _show(request: StaffRequest, form: StepUpForm) -> HttpResponse:
    repeated = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_REPEATED
        for value in values
    ]
    in_place = bool(request.htmx)
    template = "accounts/_step_up.html" if in_place else "accounts/step_up.html"
    context = {
        "form": form,
        "repeated": repeated,
        "action": request.path,
        "in_place": in_place,
    }
    return render(request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
