"""Ending packages: given back by their formula, expired by hand, and going on after all."""

from collections.abc import Collection
from datetime import date
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.forms.packages import ExpireForm, GiveBackForm
from billing.forms.unapplied import picked as picked_of
from billing.models import Package, PackageEnd
from billing.selectors import package_ends, package_pages, packages
from billing.services import package_ends as services
from billing.views.base import ON_A_PAGE, wanted_id
from billing.views.packages import OfPackages
from billing.views.taking_back import TakeBackView, Told
from clients.selectors import clients
from ledger.money import ZERO
from ledger.services import journal

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
WAITS = (
    "A second person was asked, because you took money for this package and this is above what you"
    " refund alone. Once somebody has agreed under Approvals, give it back the same way again."
)


class PackageGiveBack(OfPackages):
    """End a package by its formula; what comes of it is shown before."""

    permission = Permission.PACKAGE_END

    @cached_property
    def package(self) -> Package:
        return self.visible_package(self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        events.record(Action.PACKAGE_VIEWED, target=self.package, touched=[self.package.client_id])
        if not self.row(self.package).left:
            return redirect("billing:package", self.package.pk)
        return self.show(self.form(initial={"ended_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, UNFIT)
        typed = form.cleaned_data
        try:
            end = services.give_back(
                package=self.package,
                shown=typed["shown"],
                ended_on=typed["ended_on"],
                key=typed["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("ended_on", str(error))
        except (
            services.AlreadyEnded,
            services.AskedBySomebodyElse,
            services.NothingLeft,
            services.Changed,
            services.KeyReused,
        ) as error:
            form.add_error(None, str(error))
        else:
            if isinstance(end, services.Waiting):
                messages.success(request, WAITS)
                return redirect("billing:package", self.package.pk)
            messages.success(
                request,
                f"{self.package} has ended: {end.credited.dollars} is taken off what was billed for"
                " it. What had been paid of that is credit now.",
            )
            return redirect("billing:package", self.package.pk)
        return self.show(form, UNFIT)

    def form(self, *args: Any, **kwargs: Any) -> GiveBackForm:
        return GiveBackForm(*args, today=self.today, **kwargs)

    def show(self, form: GiveBackForm, status: int = HTTPStatus.OK) -> HttpResponse:
        package, rest = self.package, package_ends.preview(self.package)
        lines = posting.package_ended(
            client=package.client_id,
            invoice=rest.invoice.pk,
            package=package.pk,
            left=rest.left,
            credited=rest.credited,
        )
        return self.page(
            "billing/packages/give_back.html",
            status,
            form=form,
            package=self.row(package),
            client=clients.show(package.client, permissions=self.request.permissions),
            offer=package_pages.offer(package.offer, on=self.today),
            rest=rest,
            freed=package_ends.freed(rest),
            key=uuid4(),
            lines=package_pages.journal_lines(lines) if rest.left else [],
        )


class PackagesRunOut(OfPackages):
    """What would expire today, of packages that have run out; then it does."""

    permission = Permission.PACKAGE_END

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        only = wanted_id(request.GET.get("package"))
        return self.show(None if only is None else {only})

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form, picked = ExpireForm(request.POST), picked_of(request.POST.getlist("picked"))
        if not form.is_valid():
            return self.show(picked, "Look at it again, and send it once more.", UNFIT)
        visible = self.visible_packages().filter(pk__in=picked)
        try:
            ended = services.expire(
                picked=set(visible.values_list("pk", flat=True)),
                shown=form.cleaned_data["shown"],
                on=self.today,
                key=form.cleaned_data["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except (services.Changed, journal.PeriodClosed) as error:
            return self.show(picked, str(error), UNFIT)
        total = sum((each.left for each in ended), ZERO)
        of = "1 package" if len(ended) == 1 else f"{len(ended)} packages"
        messages.success(request, f"{total.dollars} of {of} has expired.")
        return redirect("billing:packages_run_out")

    def show(
        self, picked: Collection[UUID] | None, problem: str = "", status: int = HTTPStatus.OK
    ) -> HttpResponse:
        visible = self.visible_packages()
        chosen = visible if picked is None else visible.filter(pk__in=picked)
        found = packages.run_out(today=self.today, among=chosen)
        shown = found[:ON_A_PAGE]
        rows = package_pages.rows(
            [each.package for each in shown],
            on=self.today,
            permissions=self.request.permissions,
        )
        events.record(
            Action.PACKAGE_LISTED, touched={row.client_id for row in rows}, count=len(rows)
        )
        return self.page(
            "billing/packages/run_out.html",
            status,
            rows=rows,
            more=len(found) - len(shown),
            total=sum((each.amount for each in shown), ZERO),
            key=uuid4(),
            problem=problem,
        )


class PackageGoOn(OfPackages, TakeBackView):
    """Take the end of a package back, so that it goes on."""

    permission = Permission.PACKAGE_END
    reasons = services.BackReason.choices
    viewed = Action.PACKAGE_VIEWED
    refusals = (services.AlreadyTakenBack,)
    too_early = services.BeforeItWas

    def found(self, pk: UUID) -> PackageEnd:
        rows = PackageEnd.objects.filter(package__in=self.visible_packages())
        return get_object_or_404(rows.select_related("package__client", "entry"), pk=pk)

    def told(self, row: PackageEnd) -> Told:
        package = row.package
        owed = ""
        if row.credited:
            owed = f" {row.credited.dollars} of what was billed for it is open again."
        return Told(
            title=f"Let {package} go on",
            verb="Let it go on",
            comes=f"{row.left.dollars} is prepaid again, as {row.unused} sessions.{owed}",
            done=f"{package} goes on.",
            shown=package,
            client=package.client,
            label=package.reference,
            url=reverse("billing:package", args=[package.pk]),
            entries=[(row.entry_id, row.ended_on)],
        )

    def take_back(self, row: PackageEnd, *, reason: str, taken_back_on: date) -> None:
        services.take_back(
            end=row,
            reason=reason,
            taken_back_on=taken_back_on,
            now=timezone.now(),
            by=self.request.membership,
        )
