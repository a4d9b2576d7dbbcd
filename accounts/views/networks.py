"""From where the practice's people may work: the page that says it, and the page that refuses."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.addresses import Address, client_address
from accounts.forms.networks import BoundRolesForm, NetworkForm
from accounts.models import NetworkRange, Role
from accounts.permissions import Permission
from accounts.selectors import networks
from accounts.selectors.networks import Network
from accounts.selectors.seats import Seat
from accounts.services import networks as services
from accounts.views.asking import mark_told
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events


def address_of(request: HttpRequest) -> Address | None:
    """Return where a request comes from, as our own proxies tell it."""
    return client_address(request.META, proxies=settings.TRUSTED_PROXIES)


def is_elsewhere(request: HttpRequest, seat: Seat) -> bool:
    """Say whether a member is bound to the practice's networks and is not in one of them."""
    return seat.is_network_bound and not networks.passes(address_of(request), seat.networks)


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse in plain words, inside the practice's scope, whose log hears of it."""
    events.record(Action.NETWORK_REFUSED)
    mark_told(request)
    context = {"address": str(address_of(request) or "")}
    template = "accounts/networks/refused.html"
    return render(request, template, context, status=HTTPStatus.FORBIDDEN)


class NetworksView(PracticeView):
    """The networks, the roles that are bound to them, and forms for both."""

    permission = Permission.SECURITY_CHANGE
    step_up = True

    @cached_property
    def address(self) -> Address | None:
        return address_of(self.request)

    def show(
        self,
        form: NetworkForm,
        status: int = HTTPStatus.OK,
        *,
        bound_form: BoundRolesForm | None = None,
    ) -> HttpResponse:
        ranges = networks.ranges(address=self.address)
        return self.page(
            "accounts/networks/list.html",
            status=status,
            ranges=ranges,
            address=self.address,
            passes=networks.passes(self.address, [each.network for each in ranges]),
            form=form,
            bound_form=bound_form or self.bound_form(),
        )

    def bound_form(self) -> BoundRolesForm:
        return BoundRolesForm(initial={"roles": [r.pk for r in networks.roles() if r.is_bound]})


class Networks(NetworksView):
    """Adding a network: what it would mean is shown before it counts."""

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.show(NetworkForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        form = NetworkForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        network, label = form.cleaned_data["network"], form.cleaned_data["label"]
        if request.POST.get("seen") != str(network):
            return self.preview(network, label)
        try:
            services.add(
                network=network,
                label=label,
                address=self.address,
                now=timezone.now(),
                by=request.membership,
            )
        except (services.AlreadyAllowed, services.LocksYouOut) as refused:
            form.add_error("network", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"Work from {network} is allowed.")
        return redirect("accounts:networks")

    def preview(self, network: Network, label: str) -> HttpResponse:
        present = networks.allowed()
        bound = [role for role in networks.roles() if role.is_bound]
        return self.page(
            "accounts/networks/preview.html",
            network=str(network),
            label=label,
            is_first=not present,
            address=self.address,
            passes=networks.passes(self.address, [*present, str(network)]),
            may_come_in=services.passes_afterwards(
                allowed=[*present, str(network)],
                bound={role.pk for role in bound},
                address=self.address,
                member=self.request.membership,
            ),
            bound_names=[role.name for role in bound],
        )


class NetworkRemove(NetworksView):
    """Dropping a network."""

    def post(self, request: StaffRequest, range_id: UUID) -> HttpResponse:
        row = get_object_or_404(NetworkRange, pk=range_id)
        try:
            removed = services.remove(
                range_id=row.pk,
                address=self.address,
                now=timezone.now(),
                by=request.membership,
            )
        except services.LocksYouOut as refused:
            messages.warning(request, str(refused))
        else:
            if removed:
                messages.success(request, f"Work from {removed.network} is not allowed any more.")
        return redirect("accounts:networks")


class NetworkRoles(NetworksView):
    """Which roles are bound."""

    def post(self, request: StaffRequest) -> HttpResponse:
        form = BoundRolesForm(request.POST)
        if not form.is_valid():
            return self.show(NetworkForm(), HTTPStatus.UNPROCESSABLE_ENTITY, bound_form=form)
        roles: list[Role] = list(form.cleaned_data["roles"])
        try:
            services.bind(roles=roles, address=self.address, by=request.membership)
        except services.LocksYouOut as refused:
            form.add_error("roles", str(refused))
            return self.show(NetworkForm(), HTTPStatus.UNPROCESSABLE_ENTITY, bound_form=form)
        messages.success(request, "Saved. It counts from everybody's next page.")
        return redirect("accounts:networks")
