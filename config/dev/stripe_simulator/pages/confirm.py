"""The page on which the payer's bank asks for a confirmation (3-D Secure)."""

from urllib.parse import parse_qs

from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object, Reply, Request
from config.dev.stripe_simulator.pages.pay import landing
from config.dev.stripe_simulator.pages.rendering import (
    fill,
    money,
    not_found,
    notice,
    page,
    see_other,
)
from config.dev.stripe_simulator.resources import checkout_payment
from config.dev.stripe_simulator.simulator import Simulator

_KINDS = ("payment_intent", "setup_intent")


def answer(simulator: Simulator, request: Request, intent_id: str) -> Reply:
    with simulator.store.transaction():
        account = simulator.store.account_of(intent_id)
    if account is None or request.method not in ("GET", "POST"):
        return not_found()
    with simulator.visit(account) as merchant:
        intent = simulator.store.get(intent_id)
        if intent is None or intent["object"] not in _KINDS:
            return not_found()
        way_on = _way_on(merchant, intent)
        if intent["status"] != "requires_action":
            return notice("Nothing to confirm", "Your bank is not waiting for you.", way_on)
        if request.method == "GET":
            return _ask(intent, way_on)
        decision = parse_qs(request.body.decode(errors="replace")).get("decision", [""])[0]
        if decision not in ("approve", "refuse"):
            return _ask(intent, way_on)
        checkout_payment.authenticate(merchant, intent, approved=decision == "approve")
        return _lead_on(merchant, intent)


def _ask(intent: Object, way_on: str | None) -> Reply:
    what = f"a payment of {money(intent['amount'])}" if "amount" in intent else "saving this card"
    main = fill("confirm", what=what, action=f"/c/confirm/{intent['id']}")
    return page("Confirm with your bank", main, leads_to=(way_on,))


def _lead_on(merchant: Merchant, intent: Object) -> Reply:
    session = checkout_payment.session_of(merchant, intent)
    if session is not None and intent["status"] != "succeeded":
        return see_other(f"{merchant.origin}/c/pay/{session['id']}")
    way_on = _way_on(merchant, intent)
    if way_on is not None:
        return see_other(way_on)
    return notice("Thank you", "Your answer was sent. You can close this page.")


def _way_on(merchant: Merchant, intent: Object) -> str | None:
    session = checkout_payment.session_of(merchant, intent)
    if session is not None:
        return landing(session)
    return_url: str | None = merchant.store.private(intent["id"])["return_url"]
    return return_url
