"""Superbills of a client, one of them, whom it is given to, and the rule of the practice."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.superbills import SuperbillGivenForm, SuperbillRuleForm
from billing.models import Superbill
from billing.selectors import superbills
from billing.selectors.documents import Subject
from billing.services import superbills as services
from billing.views.base import BillingView
from billing.views.documents import DocumentView
from clients.selectors import clients, families
from clients.services.restrictions import Restricted


class OpensSuperbills(BillingView):
    """For pages about one superbill: which it is, and who may read what it says."""

    @cached_property
    def superbill(self) -> Superbill:
        """The superbill that the address names, if its client may be seen; else 404."""
        visible = Superbill.objects.filter(client__in=self.visible_clients())
        related = ("client__merged_into", "issued_by", "replaces")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    def may_open(self) -> bool:
        """Say whether this person may read its words: the client, diagnoses, the insurance."""
        needed = {Permission.CLIENT_IDENTITY_VIEW, Permission.DIAGNOSIS_VIEW}
        if self.superbill.names_insurer:
            needed.add(Permission.COVERAGE_VIEW)
        return needed <= self.request.permissions


class ClientSuperbills(BillingView):
    """The superbills of a client, superseded ones too."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.kept_client(pk)
        records = families.records_of(client)
        page = self.paged(superbills.of_clients(records))
        page.object_list = superbills.made(page.object_list)
        events.record(
            Action.SUPERBILL_LISTED, target=client, touched=records, count=len(page.object_list)
        )
        return self.page(
            "billing/superbills/client.html",
            client=clients.show(client, permissions=request.permissions),
            page=page,
            may_make=self.may(Permission.SUPERBILL_MAKE),
        )


class SuperbillPage(OpensSuperbills):
    """One superbill as it was made, what is not so any more, and whom it was given to."""

    permission = Permission.INVOICE_VIEW
    change_permission = Permission.SUPERBILL_MAKE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        way = "PAPER" if self.may_open() else "LINK"
        begun = {"key": uuid4(), "recipient_kind": "CLIENT", "way": way, "given_on": self.today}
        return self.show(SuperbillGivenForm(initial=begun, may_open=self.may_open()))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        """Note whom it is given to, or put it behind the client's link."""
        form = SuperbillGivenForm(request.POST, may_open=self.may_open())
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            row = services.give(
                superbill=self.superbill,
                **form.cleaned_data,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.NotThen as error:
            form.add_error("given_on", str(error))
        except Restricted as error:
            form.add_error("recipient_kind", str(error))
        except (services.NotGivenSo, services.KeyReused) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Noted: {row.get_way_display()}.")
            return redirect("billing:superbill", self.superbill.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: SuperbillGivenForm, status: int = HTTPStatus.OK) -> HttpResponse:
        superbill, may_open = self.superbill, self.may_open()
        kept = superbill.client.merged_into or superbill.client
        [state] = superbills.made([superbill])
        events.record(Action.SUPERBILL_VIEWED, target=superbill, touched=[superbill.client_id])
        may_make = self.may(Permission.SUPERBILL_MAKE)
        return self.page(
            "billing/superbills/detail.html",
            status=status,
            superbill=superbill,
            state=state,
            client=clients.show(kept, permissions=self.request.permissions),
            said=superbills.said(superbill) if may_open else None,
            lines=superbills.lines_of(superbill),
            given=superbills.given(Superbill.objects.filter(pk=superbill.pk)),
            form=form if may_make and not state.is_superseded else None,
            may_make=may_make,
            may_open=may_open,
        )


class SuperbillPdf(OpensSuperbills, DocumentView):
    """A superbill as a document, as it was made."""

    def subject(self, pk: UUID) -> Subject:
        if not self.may_open():
            raise PermissionDenied
        return self.superbill


class SuperbillSupersededPdf(SuperbillPdf):
    """A superbill that another one replaces, marked so; of one that stands, 404."""

    def subject(self, pk: UUID) -> Subject:
        super().subject(pk)
        by = superbills.replacement_of(self.superbill)
        if by is None:
            raise Http404
        return superbills.Superseded(self.superbill, by)


class SuperbillRulePage(BillingView):
    """Whether only sessions that are paid stand on superbills."""

    permission = Permission.SERVICE_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        rule = SuperbillRuleForm.PAID if superbills.needs_paid() else SuperbillRuleForm.ANY
        return self.show(SuperbillRuleForm(initial={"rule": rule}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = SuperbillRuleForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        services.set_rule(
            needs_paid=form.cleaned_data["rule"] == SuperbillRuleForm.PAID,
            now=timezone.now(),
            by=request.membership,
        )
        messages.success(request, "Saved. Superbills that are made from now on follow it.")
        return redirect("billing:superbill_rule")

    def show(self, form: SuperbillRuleForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/superbills/rule.html", status=status, form=form)
