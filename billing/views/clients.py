"""A client's page, which tells who they are and what is open, and a therapist's own clients."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.selectors import client_money, estimate_meters, estimates_due, schedule, today
from billing.views.base import BillingView
from clients.forms.assignments import AssignmentForm
from clients.selectors import assignments, clients, coverages, emergencies, merges, tabs


class ClientPage(BillingView):
    """What is open of one client and why; who they are, for those who may know."""

    permission = Permission.CLIENT_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.visible_client(pk)
        if client.merged_into_id is not None:
            messages.info(request, f"{client.code} was merged into this record.")
            return redirect("billing:client", client.merged_into_id)
        may_assign = self.may(Permission.ASSIGNMENT_CHANGE)
        may_see_coverage = self.may(Permission.COVERAGE_VIEW)
        assigned = assignments.of(client, on=self.today)
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return self.page(
            "billing/client.html",
            money=client_money.of(
                client.pk, on=self.today, zone=self.zone, permissions=request.permissions
            ),
            client=clients.show(client, permissions=request.permissions),
            tabs=tabs.of(client.pk, current="billing:client", permissions=request.permissions),
            ahead=schedule.ahead(client.pk, permissions=request.permissions)
            if self.may(Permission.SESSION_VIEW)
            else [],
            identity=clients.identity(client, permissions=request.permissions, on=self.today),
            coverages=coverages.lasting(client, on=self.today) if may_see_coverage else [],
            assignments=assigned,
            therapists=[each.therapist for each in assigned if each.is_open],
            form=self.assignment_form(assigned) if may_assign else None,
            emergency_until=emergencies.running_until(request.membership, client)
            if self.may(Permission.EMERGENCY_OPEN)
            else None,
            estimates_due=estimates_due.of([client.pk], on=self.today)
            if self.may(Permission.ESTIMATE_MAKE)
            else [],
            meters=estimate_meters.of_people([client.pk])
            if self.may(Permission.INVOICE_VIEW)
            else [],
            today=self.today,
            merges=list(merges.into(client)),
            may_merge=self.may(Permission.CLIENT_MERGE),
            may_see_coverage=may_see_coverage,
            may_see_sessions=self.may(Permission.SESSION_VIEW),
            may_see_invoices=self.may(Permission.INVOICE_VIEW),
            may_issue=self.may(Permission.INVOICE_ISSUE),
            may_record=self.may(Permission.SESSION_RECORD),
            may_take=self.may(Permission.PAYMENT_RECORD),
            may_start_card=self.may(Permission.CARD_PAYMENT_START),
            may_agree_plan=self.may(Permission.PAYMENT_PLAN_AGREE),
            may_link=self.may(Permission.PAY_LINK_MAKE),
        )

    def assignment_form(self, assigned: list[assignments.Assigned]) -> AssignmentForm:
        initial = {"starts_on": self.today}
        return AssignmentForm(initial=initial, carers=assignments.carers(assigned))


class MyClients(BillingView):
    """The hours of this person's day, the clients whom they care for, and what those owe."""

    permission = Permission.CLIENT_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        rows = client_money.own_clients(
            request.membership, on=self.today, zone=self.zone, permissions=request.permissions
        )
        hours = self.hours()
        seen = {row.client_id for row in rows} | {pk for hour in hours for pk in hour.owed_by}
        events.record(Action.CLIENT_LISTED, touched=sorted(seen), count=len(seen))
        return self.page(
            "billing/therapist.html",
            on=self.today,
            hours=hours,
            may_see_hours=self.may(Permission.SESSION_VIEW),
            rows=rows,
            owing_count=sum(1 for row in rows if row.owes),
            may_open_in_emergency=self.may(Permission.EMERGENCY_OPEN),
        )

    def hours(self) -> list[today.TodayRow | today.TodayGroup]:
        """Return this person's own hours of the day, for those who may see sessions."""
        if not self.may(Permission.SESSION_VIEW):
            return []
        member = self.request.membership
        return today.hours(
            member,
            on=self.today,
            zone=self.zone,
            permissions=self.request.permissions,
            therapist_id=member.pk,
        )
