"""A client at their own account, by a pay link: who it is, what is owed, and paying it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.selectors import members
from accounts.views.base import OutsideView
from audit.actions import Action
from audit.services import events
from billing import gateway
from billing.forms.pay_links import AnswerForm, PayAmountForm
from billing.models import CardIntent, PayLink
from billing.selectors import (
    card_intents,
    pay_links,
    payers,
    payment_plans,
    statements,
    superbills,
)
from billing.selectors.payers import SHOWN_OF_EACH
from billing.services import checkout, hosted_pages, pay_addresses, pay_visits
from billing.views.pay_base import (
    LinkView,
    VisitView,
    forgotten,
    set_link,
    set_visit,
    wait_seconds,
)
from clients.models import Client
from clients.selectors import families

State = CardIntent.State
SHOWN = {State.PAID: "paid", State.EXPIRED: "expired", State.REFUSED: "failed"}
TOO_OFTEN = "Too many answers came from here. Try again in a minute."
WRONG = "This is not what the practice has."


class PayOpen(OutsideView):
    """Where the link leads. Looking at it uses nothing up, so a scanner of letters may."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        response = redirect("billing:pay")
        if text := pay_links.held_text(token):
            set_link(response, text)
            return response
        return forgotten(response)


class Pay(LinkView):
    """Tells the practice's discreet name and the amount, and asks for the second factor."""

    def get(self, request: HttpRequest) -> HttpResponse:
        with self.scope():
            link = pay_links.held(self.text, now=timezone.now())
            if link is None:
                return self.over()
            if pay_visits.present(link=link, key=self.key, now=timezone.now()):
                return redirect("billing:pay_account")
            return self.show(link, AnswerForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look at the answer. What is wrong is counted whatever comes after it."""
        form = AnswerForm(request.POST)
        with self.scope():
            link = pay_links.held(self.text, now=timezone.now())
            if link is None:
                return self.over()
            if not form.is_valid():
                return self.show(link, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        waits = wait_seconds(request, self.practice_id)
        with self.scope():
            now = timezone.now()
            link = pay_links.held(self.text, now=now)
            if link is None:
                return self.over()
            if waits:
                form.add_error(None, TOO_OFTEN)
                response = self.show(link, form, HTTPStatus.TOO_MANY_REQUESTS)
                response["Retry-After"] = str(waits)
                return response
            tried = pay_visits.enter(
                text=self.text,
                answer=form.cleaned_data["answer"],
                today=timezone.localdate(now),
                now=now,
            )
            if tried.key:
                response = redirect("billing:pay_account")
                set_visit(response, tried.key)
                return response
            if not tried.left:
                return self.over()
            again = "1 try is" if tried.left == 1 else f"{tried.left} tries are"
            asked = "birth_date" if form.cleaned_data.get("birth_date") else "zip_code"
            form.add_error(asked, f"{WRONG} {again} left.")
            return self.show(link, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, link: PayLink, form: AnswerForm, status: int = HTTPStatus.OK) -> HttpResponse:
        payer = link.payer
        owed = payers.owed_by(families.records_of(payer))
        with events.marked(**{pay_visits.MARK: str(link.pk)}):
            events.record(
                Action.PAY_ACCOUNT_VIEWED,
                target=link,
                label=payer.code,
                touched=[payer.pk],
                part="the amount only",
            )
        return self.page("billing/pay/answer.html", status=status, form=form, owes=owed.owes)


class PayAccount(VisitView):
    """What is owed and why, what was paid, and the papers; a form leads to the card page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        may_lead_there = csp_update({"form-action": [settings.STRIPE_CHECKOUT_ORIGIN]})
        return may_lead_there(super().dispatch)(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def show(self, form: PayAmountForm | None = None, status: int = HTTPStatus.OK) -> HttpResponse:
        payer = self.visit.link.payer
        records = families.records_of(payer)
        owed, paid = payers.owed_by(records), payers.paid(records)
        waiting, today = payers.waiting(records), timezone.localdate()
        plans = payment_plans.own_of_people(records, today=today)
        events.record(
            Action.PAY_ACCOUNT_VIEWED, target=self.visit.link, label=payer.code, touched=records
        )
        if form is None:
            form = PayAmountForm(initial={"key": uuid4(), "amount": owed.most})
        return self.page(
            "billing/pay/account.html",
            status=status,
            owed=owed,
            least=checkout.LEAST,
            may_pay=owed.most >= checkout.LEAST,
            form=form,
            bills=payers.bills(records, plans=plans, on=today),
            paid=paid,
            last=paid[0] if paid else None,
            waiting=waiting if waiting and waiting.pay_link_id == self.visit.link_id else None,
            statements=statements.made_of(
                records,
                among=statements.telling_only_of(Client.objects.filter(pk__in=records)),
                party_id=None,
            ),
            plans=plans,
            # They name diagnoses. Whoever makes a link on the screen could open it; a mailed one
            # is read by the client alone.
            superbills=superbills.made(superbills.behind_link(records)[:SHOWN_OF_EACH])
            if self.visit.link.sent_at
            else [],
        )


NOT_KNOWN_YET = (
    "The card company did not say whether an earlier payment of yours went through. No new one was"
    " begun. It is asked again within minutes, and this page then shows what was paid: look again"
    " before you pay."
)


class PayStart(PayAccount):
    """Opens the card page over an amount. Stripe is called outside any transaction."""

    http_method_names = ["post"]

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Open no scope round it; what it does and whose visit it is, it asks for itself."""
        return LinkView.answer(self, request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form, error = PayAmountForm(request.POST), ""
        with self.visiting() as refused:
            if refused:
                return refused
            if not form.is_valid():
                return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
            records = families.records_of(self.visit.link.payer)
            others = card_intents.of_payer(records)
        try:
            return self.opened(form, others)
        except checkout.AlreadyStarted as known:
            return redirect("billing:pay_result", known.args[0])
        except (checkout.NothingDue, checkout.NotWithin, checkout.CardsNotSetUp) as refusal:
            error = str(refusal)
        except checkout.PageOpen:
            error = "Another card page of yours was opened a moment ago. Try again."
        except hosted_pages.NotKnownYet:
            error = NOT_KNOWN_YET
        except gateway.Refused:
            error = "The card company refused. Nothing was charged."
        except gateway.Unclear:
            error = "The card company did not answer. Nothing was charged. Try again in a minute."
        with self.visiting() as refused:
            if refused:
                return refused
            form.add_error("amount", error)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    @gateway.in_one_wait()
    def opened(self, form: PayAmountForm, others: list[card_intents.Pending]) -> HttpResponse:
        """Close every other page on which the same could be paid, and lead to the one."""
        amount, key, now = form.cleaned_data["amount"], form.cleaned_data["key"], timezone.now()
        link = self.visit.link
        with self.scope():
            same = card_intents.same(link, amount)
            speaker = checkout.credentials()
        rivals = [each for each in others if each.id != same]
        if hosted_pages.close(self.practice_id, speaker, rivals, now=now):
            return redirect("billing:pay_account")
        with self.scope(), events.marked(**{pay_visits.MARK: str(link.pk)}):
            opening = checkout.intend_account(
                link=link, amount=amount, key=key, now=now, by=members.automaton()
            )
            request = gateway.checkout_request(
                intent_id=opening.intent_id,
                amount=opening.amount,
                success_url=pay_addresses.result(opening.intent_id),
                cancel_url=pay_addresses.account(),
            )
            checkout.note(
                intent_id=opening.intent_id,
                state=State.CREATED,
                request_hash=gateway.request_hash(request),
            )
        over = pay_addresses.result(opening.intent_id)
        page = hosted_pages.address(self.practice_id, opening, request, over=over, now=now)
        return HttpResponseRedirect(page, status=HTTPStatus.SEE_OTHER)


class PayResult(VisitView):
    """Back from the card page: what the webhook has posted, however often it is asked for."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        records = families.records_of(self.visit.link.payer)
        # What was paid for a record that is another person's again is told to that person alone.
        found = CardIntent.objects.filter(pay_link=self.visit.link, client__in=records)
        intent = get_object_or_404(found.select_related("payment"), pk=pk)
        state = SHOWN.get(State(intent.state), "waiting")
        if state != "waiting" or not request.headers.get("HX-Request"):
            events.record(
                Action.PAY_ACCOUNT_VIEWED,
                target=self.visit.link,
                label=self.visit.link.payer.code,
                touched=records,
                part="one payment",
            )
        part = "billing/pay/_state.html"
        whole = part if request.headers.get("HX-Request") else "billing/pay/result.html"
        return self.page(
            whole,
            intent={"pk": intent.pk, "state": state, "amount": intent.amount},
            paid=payers.paid_by(intent),
            owes=payers.owed_by(records).owes,
        )


class PayLeave(LinkView):
    """The client is done: the visit ends, and the browser forgets it and the link."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        with self.scope():
            now = timezone.now()
            link = pay_links.held(self.text, now=now)
            visit = link and pay_visits.present(link=link, key=self.key, now=now)
            if visit:
                pay_visits.leave(visit_id=visit.pk, now=now)
            return forgotten(self.page("billing/pay/left.html"))
