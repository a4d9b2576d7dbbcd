"""A client's insurance: the list, a card typed in, corrected, ended; a member id shown."""

from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from clients.forms.coverages import CoverageForm, EndForm
from clients.models import Coverage, Payer
from clients.selectors import coverages, payers
from clients.services import coverages as services
from clients.views.parts import RecordView

FIELD_OF: dict[type[Exception], str | None] = {
    services.NoPayer: "payer_name",
    services.EndsBeforeItStarts: "ends_on",
    services.RankTaken: "rank",
    services.SubscriberIsClient: "relation",
    services.NotStanding: None,
}
REFUSED = tuple(FIELD_OF)
NOT_ENDED = (services.NotStanding, services.AlreadyEnded, services.EndsBeforeItStarts)


class CoverageView(RecordView):
    """Base of the pages about a client's insurance."""

    permission = Permission.COVERAGE_VIEW
    viewed = Action.COVERAGE_VIEWED
    home = "clients:coverages"

    @cached_property
    def coverage(self) -> Coverage:
        of_client = Coverage.objects.filter(client=self.client, withdrawn_at=None)
        return get_object_or_404(of_client, pk=self.kwargs["coverage_id"])

    def show_list(self, status: int = 200, **context: object) -> HttpResponse:
        return self.record_page(
            "clients/coverages/list.html",
            status,
            coverages=coverages.of(self.client, on=self.today),
            withdrawn=coverages.withdrawn(self.client),
            may_change=self.may(Permission.COVERAGE_CHANGE),
            may_show=self.may(Permission.MEMBER_ID_SHOW),
            today=self.today,
            **{"shown_pk": None, "shown_member_id": "", **context},
        )


class Coverages(CoverageView):
    """The insurances of a client, what claims would miss, and what was corrected."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show_list()


class CoverageNew(CoverageView):
    """Type in an insurance card."""

    change_permission = Permission.COVERAGE_CHANGE
    done_words = "The insurance is added."

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.COVERAGE_CHANGE}

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial={"starts_on": None}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self.keep(form)
        except REFUSED as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.to_list(self.done_words)

    def form(self, *args: Any, **kwargs: Any) -> CoverageForm:
        return CoverageForm(*args, payers=self.payers, **kwargs)

    def keep(self, form: CoverageForm) -> None:
        services.add(
            client=self.client,
            now=timezone.now(),
            by=self.request.membership,
            **form.cleaned_data,
        )

    @cached_property
    def payers(self) -> list[Payer]:
        return list(payers.offered())

    def show(self, form: CoverageForm, status: int = 200) -> HttpResponse:
        return self.record_page(
            "clients/coverages/form.html", status, form=form, payers=self.payers, is_new=True
        )


class CoverageCorrect(CoverageNew):
    """Correct an insurance: the corrected one takes its place, and it stays on record."""

    done_words = "The insurance is corrected. What it said before stays on record."

    def form(self, *args: Any, **kwargs: Any) -> CoverageForm:
        kept = coverages.masked(self.coverage.member_id)
        return CoverageForm(*args, payers=self.payers, kept=kept, **kwargs)

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        held = self.coverage
        names = set(CoverageForm.base_fields) - {"member_id"}
        return self.show(self.form(initial={name: getattr(held, name) for name in names}))

    def keep(self, form: CoverageForm) -> None:
        card = dict(form.cleaned_data)
        services.correct(
            coverage=self.coverage,
            member_id=card.pop("member_id") or None,
            now=timezone.now(),
            by=self.request.membership,
            **card,
        )

    def show(self, form: CoverageForm, status: int = 200) -> HttpResponse:
        return self.record_page(
            "clients/coverages/form.html", status, form=form, payers=self.payers, is_new=False
        )


class CoverageEnd(CoverageView):
    """End an insurance after its last day."""

    change_permission = Permission.COVERAGE_CHANGE

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form, coverage = EndForm(request.POST), self.coverage
        if not form.is_valid():
            messages.error(request, "Enter the last day.")
            return self.show_list(HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.end(
                coverage=coverage,
                ends_on=form.cleaned_data["ends_on"],
                now=timezone.now(),
                by=request.membership,
            )
        except NOT_ENDED as error:
            messages.error(request, str(error))
            return self.show_list(HTTPStatus.CONFLICT)
        return self.to_list("The insurance has its last day.")


class CoverageWithdraw(CoverageView):
    """Take back an insurance that was entered in error."""

    change_permission = Permission.COVERAGE_CHANGE

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        try:
            services.withdraw(coverage=self.coverage, now=timezone.now(), by=request.membership)
        except services.NotStanding as error:
            messages.error(request, str(error))
            return self.show_list(HTTPStatus.CONFLICT)
        return self.to_list("The insurance is taken back. It stays on record below.")


class MemberIdShow(CoverageView):
    """Show one member id whole, once: asked for again, the page hides it."""

    change_permission = Permission.MEMBER_ID_SHOW
    step_up = True

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.to_list()

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        coverage = self.coverage
        whole = services.show_member_id(coverage=coverage)
        return self.show_list(shown_pk=coverage.pk, shown_member_id=whole)
