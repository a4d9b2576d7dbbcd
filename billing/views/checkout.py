"""Paying an invoice by card on the hosted page. Card data never touches this server."""

from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.tenancy import Scope, practice_scope
from accounts.views.base import PracticeView
from audit.actions import Action
from audit.services import events
from billing import gateway
from billing.models import CardIntent, Invoice
from billing.selectors import card_intents, days, invoices
from billing.services import checkout, hosted_pages
from clients.selectors import clients, families

State = CardIntent.State
SHOWN = {State.PAID: "paid", State.EXPIRED: "expired", State.REFUSED: "failed"}


class CheckoutStart(PracticeView):
    """Say what will be charged, then open the hosted page. Its policy lets the form lead there."""

    permission = Permission.CARD_PAYMENT_START
    scope_free = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        may_lead_there = csp_update({"form-action": [settings.STRIPE_CHECKOUT_ORIGIN]})
        return may_lead_there(super().dispatch)(request, *args, **kwargs)

    def get(self, *args: object, pk: UUID, **kwargs: object) -> HttpResponse:
        with self.scope():
            invoice = self.visible(pk)
            events.record(Action.INVOICE_VIEWED, target=invoice, touched=[invoice.client_id])
            shown = clients.shown([invoice.client_id], permissions=self.request.permissions)
            return self.page(
                "billing/checkout/start.html",
                invoice={
                    "pk": invoice.pk,
                    "number": invoice.number,
                    "open": invoices.balance_due(invoice),
                },
                client=shown[invoice.client_id],
                host=urlsplit(settings.STRIPE_CHECKOUT_ORIGIN).netloc,
            )

    @gateway.in_one_wait()
    def post(self, *args: object, pk: UUID, **kwargs: object) -> HttpResponse:
        practice_id = self.request.practice.pk
        try:
            if self.close_links(pk):
                messages.info(self.request, "The client has paid by link a moment ago.")
                return redirect("billing:invoice", pk=pk)
            with self.scope():
                opening = checkout.intend(
                    invoice=self.visible(pk), now=timezone.now(), by=self.request.membership
                )
                request = self.asked_of_stripe(opening, pk)
                checkout.note(
                    intent_id=opening.intent_id,
                    state=State.CREATED,
                    request_hash=gateway.request_hash(request),
                )
            over = self.address("billing:checkout_return", opening.intent_id)
            page = hosted_pages.address(
                practice_id, opening, request, over=over, now=timezone.now()
            )
            return HttpResponseRedirect(page, status=303)
        except (checkout.NothingDue, checkout.CardsNotSetUp) as error:
            messages.error(self.request, str(error))
        except hosted_pages.NotKnownYet:
            messages.error(
                self.request,
                "The card company did not say whether the client has just paid by link. No card"
                " page was opened. It is asked again within minutes: look again before you charge.",
            )
        except gateway.Refused:
            messages.error(self.request, "The card company refused. Nothing was charged.")
        except gateway.Unclear:
            messages.error(
                self.request,
                "The card company did not answer. Nothing was charged. Try again, or take another"
                " method.",
            )
        return redirect("billing:invoice", pk=pk)

    def close_links(self, invoice_id: UUID) -> bool:
        """Let the client not pay the same by a pay link meanwhile; say whether they just have."""
        with self.scope():
            records = families.records_of(self.visible(invoice_id).client)
            intents = card_intents.of_payer(records, by_link=True)
            speaker = checkout.credentials() if intents else None
        if speaker is None:
            return False
        return hosted_pages.close(self.request.practice.pk, speaker, intents, now=timezone.now())

    def asked_of_stripe(self, opening: checkout.Opening, invoice_id: UUID) -> dict[str, Any]:
        return gateway.checkout_request(
            intent_id=opening.intent_id,
            amount=opening.amount,
            success_url=self.address("billing:checkout_return", opening.intent_id),
            cancel_url=self.address("billing:invoice", invoice_id),
        )

    def visible(self, invoice_id: UUID) -> Invoice:
        today = days.day_of(timezone.now(), days.zone())
        visible = invoices.visible_to(self.request.membership, on=today)
        return get_object_or_404(visible.select_related("client"), pk=invoice_id)

    def scope(self) -> AbstractContextManager[Scope]:
        return practice_scope(self.request.practice.pk, person_id=self.request.user.pk)

    def address(self, route: str, pk: UUID) -> str:
        return settings.BASE_URL + reverse(route, kwargs={"pk": pk})


class CheckoutReturn(PracticeView):
    """Back from the hosted page: what the webhook has posted, never what the redirect claims."""

    permission = Permission.CARD_PAYMENT_START

    def get(self, *args: object, pk: UUID, **kwargs: object) -> HttpResponse:
        intent = card_intents.get(pk)
        today = days.day_of(timezone.now(), days.zone())
        visible = invoices.visible_to(self.request.membership, on=today)
        if (
            intent is None
            or intent.invoice is None
            or not visible.filter(pk=intent.invoice.pk).exists()
        ):
            raise Http404
        state = SHOWN.get(State(intent.state), "waiting")
        # Asked again every two seconds, a fragment that waits tells nothing of the record.
        if state != "waiting" or not self.request.htmx:
            events.record(
                Action.INVOICE_VIEWED, target=intent.invoice, touched=[intent.invoice.client_id]
            )
        return self.fragment(
            "billing/checkout/_state.html",
            page="billing/checkout/return.html",
            intent={
                "pk": intent.pk,
                "state": state,
                "amount": intent.amount,
            },
            invoice=intent.invoice,
            receipt=intent.payment.receipt if intent.payment else "",
        )
