"""From where on the log raises cases, as the practice sets it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.alert_rules import BY_SLUG, Declared
from accounts.forms.alerts import RuleForm
from accounts.permissions import Permission
from accounts.selectors import alert_settings
from accounts.services import alert_settings as services
from accounts.services.alert_cases import NoReason
from accounts.views.base import PracticeView, StaffRequest


class AlertRules(PracticeView):
    """Every rule as it stands."""

    permission = Permission.LOG_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page(
            "accounts/alerts/rules.html",
            rules=list(alert_settings.standing().values()),
            may_change=self.may(Permission.SECURITY_CHANGE),
        )


class AlertRule(PracticeView):
    """One rule: on or off, and its limits. A change counts for what is done after it."""

    permission = Permission.LOG_VIEW
    change_permission = Permission.SECURITY_CHANGE
    step_up = True

    def get(self, request: StaffRequest, rule: str) -> HttpResponse:
        declared = _declared(rule)
        held = alert_settings.standing()[declared.rule]
        initial = {f"limit_{place}": limit for place, limit in enumerate(held.limits)}
        form = RuleForm(
            rule=declared, initial={**initial, "is_on": held.is_on, "seen": held.version}
        )
        return self.show(declared, form)

    def post(self, request: StaffRequest, rule: str) -> HttpResponse:
        declared = _declared(rule)
        form = RuleForm(request.POST, rule=declared)
        if not form.is_valid():
            return self.show(declared, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            changed = services.change(
                rule=declared,
                is_on=typed["is_on"],
                limits=form.limits,
                own_words=typed["own_words"],
                seen=typed["seen"],
                now=timezone.now(),
                by=request.membership,
            )
        except NoReason as refused:
            form.add_error("own_words", str(refused))
            return self.show(declared, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        except services.SetMeanwhile as refused:
            form.add_error(None, str(refused))
            return self.show(declared, form, HTTPStatus.CONFLICT)
        if changed:
            messages.success(request, "Set. It counts for what is done from now on.")
        return redirect("accounts:alert_rules")

    def show(self, declared: Declared, form: RuleForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "accounts/alerts/rule.html",
            status=status,
            standing=alert_settings.standing()[declared.rule],
            form=form,
            may_change=self.may(Permission.SECURITY_CHANGE),
        )


def _declared(slug: str) -> Declared:
    try:
        return BY_SLUG[slug]
    except KeyError:
        raise Http404 from None
