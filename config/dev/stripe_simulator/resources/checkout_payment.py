"""What the payer's steps on the hosted page do to a Checkout session."""

from config.dev.stripe_simulator.cards import TestCard
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import (
    confirmation,
    customers,
    payment_intents,
    payment_methods,
    setup_intents,
)
from config.dev.stripe_simulator.resources.payment_intents import Terms


def pay(merchant: Merchant, session: Object, card: TestCard, expiry: tuple[int, int]) -> Object:
    """Charge the card, or keep it; gives the intent, whose status says how it went."""
    method = payment_methods.create(merchant, card, expiry)
    if session["mode"] == "setup":
        intent = merchant.find("setup_intent", session["setup_intent"])
        setup_intents.confirm(merchant, intent, method)
    else:
        intent = _intent(merchant, session)
        confirmation.confirm(merchant, intent, method)
    return _follow(merchant, session, intent)


def authenticate(merchant: Merchant, intent: Object, *, approved: bool) -> Object:
    """The payer answered the bank's question."""
    method = merchant.find("payment_method", intent["payment_method"])
    if intent["object"] == "setup_intent" and approved:
        setup_intents.confirm(merchant, intent, method, authenticated=True)
    elif intent["object"] == "setup_intent":
        setup_intents.refuse_authentication(merchant, intent)
    elif approved:
        confirmation.confirm(merchant, intent, method, authenticated=True)
    else:
        confirmation.refuse_authentication(merchant, intent)
    session = session_of(merchant, intent)
    return intent if session is None else _follow(merchant, session, intent)


def session_of(merchant: Merchant, intent: Object) -> Object | None:
    session_id = merchant.store.private(intent["id"])["session"]
    return None if session_id is None else merchant.find("checkout.session", session_id)


def _intent(merchant: Merchant, session: Object) -> Object:
    """Made at the first attempt, as at Stripe: an unpaid session has none."""
    if session["payment_intent"] is not None:
        return merchant.find("payment_intent", session["payment_intent"])
    if session["customer"] is None and session["customer_creation"] == "always":
        customer = merchant.add(customers.build(merchant), deleted=False)
        merchant.announce("customer.created", customer)
        session["customer"] = customer["id"]
    terms = Terms(**merchant.store.private(session["id"])["terms"])
    intent = payment_intents.build(merchant, session["amount_total"], session["customer"], terms)
    merchant.add(intent, return_url=session["success_url"], session=session["id"])
    merchant.announce("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    merchant.save(session)
    return intent


def _follow(merchant: Merchant, session: Object, intent: Object) -> Object:
    if intent["status"] != "succeeded":
        return intent
    session |= {
        "customer_details": {
            "address": None,
            "business_name": None,
            "email": session["customer_email"],
            "individual_name": None,
            "name": None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        "payment_status": "paid" if session["mode"] == "payment" else "no_payment_required",
        "status": "complete",
        "url": None,
    }
    merchant.save(session)
    merchant.store.settle(session["id"])
    merchant.announce("checkout.session.completed", session)
    return intent
