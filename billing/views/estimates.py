"""Good faith estimates: what is due, one of them, and what is noted of it."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.estimates import EstimateAskedForm, EstimateNoteForm
from billing.models import Estimate
from billing.selectors import estimate_meters, estimates, estimates_due
from billing.selectors.documents import Subject
from billing.services import estimates as services
from billing.views.base import BillingView
from billing.views.documents import DocumentView
from clients.selectors import clients, families


class EstimateView(BillingView):
    """Base of the pages about one estimate."""

    @cached_property
    def estimate(self) -> Estimate:
        """The estimate that the address names, if its client may be seen; else 404."""
        visible = Estimate.objects.filter(client__in=self.visible_clients())
        related = ("client__merged_into", "issued_by", "replaces")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    def may_open(self) -> bool:
        """Say whether this person may read its words: who the client is, and diagnoses on it."""
        needed = {Permission.CLIENT_IDENTITY_VIEW}
        if self.estimate.names_diagnoses:
            needed.add(Permission.DIAGNOSIS_VIEW)
        return needed <= self.request.permissions


class EstimatesDue(BillingView):
    """The work list: which estimates are due, and which bills come near the limit."""

    permission = Permission.ESTIMATE_MAKE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        member, permissions = request.membership, request.permissions
        due = estimates_due.visible_to(member, on=self.today, permissions=permissions)
        page = self.paged(due)
        page.object_list = estimates_due.rows(
            page.object_list, on=self.today, permissions=permissions
        )
        near = estimate_meters.near(member, on=self.today, permissions=permissions)
        meters = estimate_meters.rows(near, permissions=permissions)
        touched = {row.due.client_id for row in page.object_list}
        touched |= {row.meter.person_id for row in meters}
        events.record(
            Action.ESTIMATE_LISTED, touched=touched, count=len(page.object_list) + len(meters)
        )
        return self.page(
            "billing/estimates/due.html",
            page=page,
            count=len(due),
            late_count=sum(each.due_on < self.today for each in due),
            meters=meters,
        )


class ClientEstimates(BillingView):
    """The estimates of a client, what was billed beside them, and that they asked for one."""

    permission = Permission.INVOICE_VIEW
    change_permission = Permission.ESTIMATE_MAKE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = EstimateAskedForm(initial={"key": uuid4(), "asked_on": self.today})
        return self.show(pk, form)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        """Note that the client asked for an estimate."""
        client, form = self.kept_client(pk), EstimateAskedForm(request.POST)
        if not form.is_valid():
            return self.show(pk, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.ask(
                client=client,
                **form.cleaned_data,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.NotThen as error:
            form.add_error("asked_on", str(error))
        except services.KeyReused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "It is noted. The estimate stands among those that are due.")
            return redirect("billing:client_estimates", client.pk)
        return self.show(pk, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, pk: UUID, form: EstimateAskedForm, status: int = HTTPStatus.OK) -> HttpResponse:
        client = self.kept_client(pk)
        records = families.records_of(client)
        made = list(estimates.of_clients(records))
        events.record(Action.ESTIMATE_LISTED, target=client, touched=records, count=len(made))
        return self.page(
            "billing/estimates/client.html",
            status=status,
            client=clients.show(client, permissions=self.request.permissions),
            due=estimates_due.of([client.pk], on=self.today)
            if self.may(Permission.ESTIMATE_MAKE)
            else [],
            today=self.today,
            meters=estimate_meters.of_people([client.pk]),
            made=made,
            given=estimates.given(made),
            form=form,
            may_make=self.may(Permission.ESTIMATE_MAKE),
        )


class EstimatePage(EstimateView):
    """One estimate as it was issued, what replaced it, and what was noted of it."""

    permission = Permission.INVOICE_VIEW
    change_permission = Permission.ESTIMATE_MAKE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        initial = {"kind": "GIVEN", "way": self.estimate.wanted, "happened_on": self.today}
        return self.show(EstimateNoteForm(initial=initial))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        """Note that it was given, or what the client said."""
        if not self.may_open():
            raise PermissionDenied
        form = EstimateNoteForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            row = services.note(
                estimate=self.estimate,
                **form.cleaned_data,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.NotThen as error:
            form.add_error("happened_on", str(error))
        except services.NotGiven as error:
            form.add_error("kind", str(error))
        else:
            messages.success(request, f"Noted: {row.get_kind_display()}.")
            return redirect("billing:estimate", self.estimate.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: EstimateNoteForm, status: int = HTTPStatus.OK) -> HttpResponse:
        estimate, may_open = self.estimate, self.may_open()
        events.record(Action.ESTIMATE_VIEWED, target=estimate, touched=[estimate.client_id])
        kept = estimate.client.merged_into or estimate.client
        meters = estimate_meters.of_people([kept.pk])
        return self.page(
            "billing/estimates/detail.html",
            status=status,
            estimate=estimate,
            client=clients.show(kept, permissions=self.request.permissions),
            said=estimates.said(estimate) if may_open else None,
            items=estimates.items_of([estimate])[estimate.pk],
            meters=[each for each in meters if each.estimate.pk == estimate.pk],
            notes=estimates.notes_of(estimate),
            replacement=estimates.replacement_of(estimate),
            form=form,
            may_make=self.may(Permission.ESTIMATE_MAKE),
            may_open=may_open,
        )


class EstimatePdf(DocumentView):
    """An estimate as a document."""

    def subject(self, pk: UUID) -> Subject:
        visible = Estimate.objects.filter(client__in=self.visible_clients())
        found = get_object_or_404(visible.select_related("client", "replaces"), pk=pk)
        if found.names_diagnoses and not self.may(Permission.DIAGNOSIS_VIEW):
            raise PermissionDenied
        return found
