"""How the people of the practice sign in: the difference is shown before it is saved."""

from dataclasses import asdict
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.forms.passwords import SecurityRulesForm
from accounts.permissions import Permission
from accounts.selectors import policies
from accounts.selectors.policies import Rules
from accounts.services import policies as policy_service
from accounts.views.base import PracticeView, StaffRequest


class SecurityRules(PracticeView):
    """The rules. Saving takes two steps: the change in words first, then the change."""

    permission = Permission.SECURITY_CHANGE
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        rules = policies.current()
        return self.show(SecurityRulesForm(initial={**asdict(rules), "rotation": typed(rules)}))

    def post(self, request: StaffRequest) -> HttpResponse:
        form = SecurityRulesForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        now, held, wanted = timezone.now(), policies.current(), form.rules()
        if wanted == held:
            return redirect("accounts:security_rules")
        if request.POST.get("seen") != seen(held):
            return self.page(
                "accounts/security/rules_preview.html",
                changes=changes(held, wanted),
                overdue=policies.people_overdue(wanted, now=now),
                wanted={**asdict(wanted), "rotation": typed(wanted)},
                seen=seen(held),
            )
        policy_service.change(rules=wanted, now=now, by=request.membership)
        messages.success(request, "The sign-in rules are changed.")
        return redirect("accounts:security_rules")

    def show(self, form: SecurityRulesForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("accounts/security/rules.html", status=status, form=form)


def typed(rules: Rules) -> str:
    """Return the choice of the form that these rules are."""
    return str(rules.rotation_days or "")


def seen(rules: Rules) -> str:
    """Return what the rules were when the difference was shown: they must still be that."""
    return f"{rules.rotation_days} {rules.idle_minutes} {rules.sessions_max}"


def changes(held: Rules, wanted: Rules) -> list[tuple[str, str]]:
    """Return what differs, in words: how it is, how it will be."""
    return [
        (before, after)
        for before, after in zip(in_words(held), in_words(wanted), strict=True)
        if before != after
    ]


def in_words(rules: Rules) -> tuple[str, str, str]:
    """Return each rule as a sentence."""
    days, most = rules.rotation_days, rules.sessions_max
    return (
        f"A password changes every {days} days, and when others may know it."
        if days
        else "A password changes when others may know it.",
        f"A person is signed out after {rules.idle_minutes} quiet minutes.",
        f"Each person is signed in in {most} browser{'' if most == 1 else 's'} at once.",
    )
