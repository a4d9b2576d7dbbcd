"""Samples for auditors: drawn by a seed, looked through, drawn again, and taken away."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.models import DrawnSample
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.samples import SampleForm
from billing.selectors import samples
from billing.services import samples as services
from billing.views.base import ON_A_PAGE, BillingView
from billing.views.reports import HandsOut


class Samples(BillingView):
    """The samples so far, and drawing another one."""

    permission = Permission.AUDIT_WORK

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(SampleForm.new(self.today, self.populations))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = SampleForm(request.POST, populations=self.populations)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            drawn = services.draw(
                wanted=form.wanted,
                size=form.cleaned_data["size"],
                seed=form.cleaned_data["seed"],
                key=form.cleaned_data["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except (services.NothingThere, services.TooMany) as refused:
            form.add_error("until", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect("billing:sample", drawn.pk)

    @property
    def populations(self) -> list[DrawnSample.Population]:
        return samples.open_to(self.request.permissions)

    def show(self, form: SampleForm, status: int = HTTPStatus.OK) -> HttpResponse:
        page = self.paged(samples.newest(self.request.permissions))
        events.record(Action.SAMPLE_LISTED, count=len(page.object_list))
        return self.page(
            "billing/auditing/samples.html",
            status=status,
            form=form,
            page=page,
            may_draw=bool(self.populations),
        )


class SampleView(BillingView):
    """Base of what is about one sample."""

    permission = Permission.AUDIT_WORK

    @cached_property
    def sample(self) -> DrawnSample:
        return get_object_or_404(samples.newest(self.request.permissions), pk=self.kwargs["pk"])


class Sample(SampleView):
    """One sample: how it was drawn, what was drawn, and whether the seed draws the same today."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        page = self.paged(self.sample.picked)
        first = page.start_index() - 1 if page.object_list else 0
        rows = samples.shown(
            self.sample,
            since=first,
            until=first + ON_A_PAGE,
            permissions=request.permissions,
        )
        events.record(
            Action.SAMPLE_VIEWED,
            target=self.sample,
            touched=samples.clients_of(rows),
        )
        again = None
        if "again" in request.GET:
            again = samples.draw(
                samples.wanted_of(self.sample), seed=self.sample.seed, size=self.sample.size
            )
        return self.page(
            "billing/auditing/sample.html",
            sample=self.sample,
            rows=rows,
            page=page,
            again=again,
            is_same=again is not None and again.picked == self.sample.picked,
            may_take=self.may(Permission.REPORT_EXPORT),
        )


class SampleFile(HandsOut, SampleView):
    """A sample, or every id of what it was drawn out of, as CSV. It is asked for, never linked."""

    http_method_names = ["post"]
    permission = Permission.REPORT_EXPORT

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.AUDIT_WORK}

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        if request.POST.get("what") == "population":
            return self.handed_out(services.export_population(self.sample))
        return self.handed_out(services.export(self.sample, permissions=request.permissions))
