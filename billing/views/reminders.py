"""Reminders: who would get one, sending them, and when they go."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.reminders import ReminderRulesForm
from billing.models import ReminderPolicy
from billing.selectors import reminders
from billing.services import reminders as services
from billing.views.base import BillingView, wanted_id
from clients.selectors import clients
from ledger.money import Money

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
SHOWN_POLICIES = 20
USUALLY = {"steps": "14, 30, 60", "at_least": Money(10_00), "days_between": 7}


class Reminders(BillingView):
    """Who would be reminded today, and who would not and why; then they are sent."""

    permission = Permission.LETTER_SEND

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.CLIENT_VIEW_ALL}

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        found = reminders.due(self.visible_clients(), today=self.today)
        page = self.paged(found)
        people = clients.shown(
            {each.client_id for each in page.object_list}, permissions=request.permissions
        )
        events.record(Action.REMINDER_LISTED, touched=people, count=len(people))
        return self.page(
            "billing/reminders/list.html",
            page=page,
            rows=[(each, people[each.client_id]) for each in page.object_list],
            ready=sum(1 for each in page.object_list if not each.problem),
            policy=reminders.policy(),
            may_change=self.may(Permission.LETTER_CHANGE),
        )

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        """Send those that stood on the page; who changed meanwhile gets none."""
        asked = {pk for text in request.POST.getlist("client") if (pk := wanted_id(text))}
        visible = self.visible_clients().filter(pk__in=asked).order_by("code")
        sent = [
            services.send(client_id=pk, today=self.today, now=timezone.now(), by=request.membership)
            for pk in visible.values_list("pk", flat=True)
        ]
        count = sum(1 for letter in sent if letter is not None)
        if count:
            told = "1 reminder is" if count == 1 else f"{count} reminders are"
            messages.success(request, f"{told} written, and out within a minute.")
        else:
            messages.info(request, "Nobody had to be reminded any more.")
        return redirect("billing:reminders")


class ReminderRules(BillingView):
    """When reminders go: steps after the due date, and whether by themselves."""

    permission = Permission.LETTER_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        rules = reminders.policy()
        initial: dict[str, Any] = USUALLY
        if rules is not None:
            initial = {
                "steps": ", ".join(map(str, rules.steps)),
                "at_least": rules.row.at_least,
                "days_between": rules.row.days_between,
                "is_automatic": rules.row.is_automatic,
            }
        return self.show(ReminderRulesForm(initial=initial))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = ReminderRulesForm(request.POST)
        if not form.is_valid():
            return self.show(form, UNFIT)
        try:
            services.set_policy(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except services.BadSteps as error:
            form.add_error("steps", str(error))
        except services.BadLimits as error:
            form.add_error("at_least", str(error))
        else:
            messages.success(request, "Reminders go by these rules from now on.")
            return redirect("billing:reminder_rules")
        return self.show(form, UNFIT)

    def show(self, form: ReminderRulesForm, status: int = HTTPStatus.OK) -> HttpResponse:
        events.record(Action.REMINDER_POLICY_VIEWED)
        rows = ReminderPolicy.objects.select_related("set_by").prefetch_related("steps")
        newest = list(rows.order_by("-set_at", "-id")[:SHOWN_POLICIES])
        return self.page(
            "billing/reminders/rules.html",
            status=status,
            form=form,
            history=[
                (
                    row,
                    ", ".join(str(days) for days in sorted(step.days for step in row.steps.all())),
                )
                for row in newest
            ],
        )
