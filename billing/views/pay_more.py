"""More that a client may see and say behind a pay link: how to be reached, and who has looked."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit.actions import Action
from audit.services import events
from billing.views.pay_base import VisitView
from clients.forms.record import WishesForm
from clients.models import Client
from clients.selectors import clients as found_clients
from clients.selectors import looks
from clients.services import clients, edits


class PayWishes(VisitView):
    """In which ways the client wishes to be reached; the practice sees it at once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        client = self.visit.link.payer
        initial = {
            "seen": client.version,
            "channels": found_clients.channels(client),
            "preferred_channel": client.preferred_channel,
            "contact_wish": client.contact_wish,
            "language": client.language,
        }
        return self.show(WishesForm(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WishesForm(request.POST)
        if form.is_valid():
            seen = form.cleaned_data["seen"] or 0
            try:
                clients.change_wishes(client=self.visit.link.payer, seen=seen, **form.values())
            except clients.NotAllowed as refused:
                form.add_error("preferred_channel", str(refused))
            except edits.ChangedMeanwhile:
                form.add_error(None, "The practice changed this meanwhile. Open it anew.")
            else:
                return redirect("billing:pay_account")
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: WishesForm, status: int = HTTPStatus.OK) -> HttpResponse:
        client: Client = self.visit.link.payer
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return self.page("billing/pay/wishes.html", status=status, form=form)


class PayLooks(VisitView):
    """Who has looked at the client's record lately: 45 CFR 164.528, without asking anybody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        client = self.visit.link.payer
        found = looks.of(client)
        events.record(
            Action.ACCESS_REPORT_VIEWED, target=client, touched=[client.pk], count=len(found)
        )
        return self.page("billing/pay/looks.html", looks=found)
