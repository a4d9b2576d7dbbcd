"""A client's pay links, at the desk: made, sent or shown once, and withdrawn."""

from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from accounts.views.signin import square_code
from audit.actions import Action
from audit.services import events
from billing.forms.pay_links import BY_MAIL, PayLinkForm
from billing.models import LetterKind, PayLink
from billing.selectors import letters, pay_links, payers
from billing.services import checkout, letter_previews, pay_addresses
from billing.services import pay_links as services
from billing.views.base import BillingView
from clients.models import Client
from clients.selectors import clients, families

NO_LINKS = "Noted: no links. Those that stood are over, and neither letters nor paper carry one."
LINKS_GO = "Noted: statements, letters and reminders carry a link again."

REFUSALS = (
    services.NoMailbox,
    services.NotWanted,
    services.KeyReused,
    checkout.CardsNotSetUp,
)


class PayLinks(BillingView):
    """The links of a client, and the two ways to make another one."""

    permission = Permission.PAY_LINK_MAKE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.known_client(pk), PayLinkForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        """Make a link: what is sent is not shown, and what is shown is shown this once."""
        client, form = self.known_client(pk), PayLinkForm(request.POST)
        if form.is_valid():
            by_mail = form.cleaned_data["way"] == BY_MAIL
            try:
                made = services.make(
                    client=client,
                    key=form.cleaned_data["key"],
                    by_mail=by_mail,
                    today=self.today,
                    now=timezone.now(),
                    by=request.membership,
                )
            except REFUSALS as refused:
                form.add_error(None, str(refused))
            else:
                if by_mail:
                    messages.success(request, "The link is on its way by e-mail.")
                    return redirect("billing:pay_links", client.pk)
                return self.shown_once(client, made)
        return self.show(client, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def known_client(self, pk: UUID) -> Client:
        """Return a client whose link one may make: whoever does that knows who it is."""
        if not self.may(Permission.CLIENT_IDENTITY_VIEW):
            raise PermissionDenied
        client: Client = self.kept_client(pk)
        return client

    def shown_once(self, client: Client, made: services.Made) -> HttpResponse:
        address = pay_addresses.of(made.text)
        return self.page(
            "billing/pay_links/made.html",
            client=clients.show(client, permissions=self.request.permissions),
            addresses=[address],
            qr_svg=square_code(address),
            expires_at=made.link.expires_at,
        )

    def show(self, client: Client, form: PayLinkForm, status: int = HTTPStatus.OK) -> HttpResponse:
        now = timezone.now()
        owed = payers.owed_by(families.records_of(client))
        found = pay_links.of_client(client, owes=bool(owed.owes), now=now)
        reach = letters.reaches([client.pk])[client.pk]
        title, body = letter_previews.to_client(
            client,
            LetterKind.PAY_LINK,
            is_discreet=reach.is_discreet,
            practice=self.request.practice.discreet_name,
            now=now,
        )
        events.record(
            Action.PAY_LINK_LISTED,
            target=client,
            label=client.code,
            touched=[client.pk],
            count=len(found),
        )
        return self.page(
            "billing/pay_links/page.html",
            status=status,
            client=clients.show(client, permissions=self.request.permissions),
            owed=owed,
            links=found,
            reach=reach,
            address=letters.address_of(reach),
            title=title,
            body=body,
            form=form,
            key=uuid4(),
            are_wanted=pay_links.are_wanted(client),
        )


class PayLinkWithdraw(BillingView):
    """Let a link open nothing any more."""

    permission = Permission.PAY_LINK_MAKE

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        rows = PayLink.objects.filter(client__in=self.visible_clients())
        link = get_object_or_404(rows, pk=pk)
        if services.withdraw(link=link, now=timezone.now(), by=request.membership):
            messages.success(request, "The link opens nothing any more.")
        return redirect("billing:pay_links", link.client_id)


class LinkWishNote(BillingView):
    """Note whether a client wants links to pay at all."""

    permission = Permission.PAY_LINK_MAKE
    http_method_names = ["post"]

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.kept_client(pk)
        wants = request.POST.get("links") == "wanted"
        if services.note_wish(
            client=client, wants_links=wants, now=timezone.now(), by=request.membership
        ):
            messages.success(request, LINKS_GO if wants else NO_LINKS)
        return redirect("billing:pay_links", client.pk)
