"""Checkout sessions: a page on the simulator's own origin where the payer types a card."""

from dataclasses import asdict
from urllib.parse import urlsplit

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import invalid, missing, refused
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.parameters import Parameters
from config.dev.stripe_simulator.resources import (
    accounts,
    customers,
    line_items,
    payment_intents,
    setup_intents,
)
from config.dev.stripe_simulator.resources.checkout_shape import build

_LIFE_SECONDS = 24 * 3600
_LIFE_SECONDS_MIN = 30 * 60
# Understood by Stripe, without a consequence that could be seen here.
_WITHOUT_EFFECT = (
    "adaptive_pricing",
    "billing_address_collection",
    "consent_collection",
    "customer_update",
    "payment_method_collection",
    "payment_method_data",
    "payment_method_options",
    "saved_payment_method_options",
)


def create(call: Call) -> Object:
    params, merchant = call.params, call.merchant
    mode = params.choice("mode", "payment", "setup")
    if mode is None:
        raise missing("mode")
    _refuse_other_forms(params)
    customer, email = _read_payer(call)
    session = build(merchant, mode, expires_at=_read_expiry(params, merchant.now))
    session |= {
        "cancel_url": _read_url(params, "cancel_url"),
        "client_reference_id": params.text("client_reference_id", longest=200),
        "customer": customer,
        "customer_email": email,
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "submit_type": params.choice("submit_type", "auto", "book", "donate", "pay"),
        "success_url": _read_url(params, "success_url"),
        "url": f"{merchant.origin}/c/pay/{session['id']}",
    }
    if session["success_url"] is None:
        raise missing("success_url")
    session["branding_settings"]["display_name"] = _read_display_name(call)
    submit_text = params.within("custom_text")
    message = submit_text.within("submit") if submit_text else None
    if message is not None:
        session["custom_text"]["submit"] = {"message": message.needed("message")}
    params.pass_over(*_WITHOUT_EFFECT)
    private = _read_payment(call, session) if mode == "payment" else _read_setup(call, session)
    return merchant.add(session, due_at=session["expires_at"], **private)


def expire(call: Call) -> Object:
    session = call.merchant.find("checkout.session", call.ids[0])
    if session["status"] != "open":
        raise refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {session['status']}."
        )
    return close(call.merchant, session)


def close(merchant: Merchant, session: Object) -> Object:
    """Expired: nobody can pay on it any more."""
    session |= {"status": "expired", "url": None}
    merchant.save(session)
    merchant.store.settle(session["id"])
    if session["payment_intent"] is not None:
        _cancel(merchant, "payment_intent", session["payment_intent"])
    if session["setup_intent"] is not None:
        _cancel(merchant, "setup_intent", session["setup_intent"])
    merchant.announce("checkout.session.expired", session)
    return session


def retrieve(call: Call) -> Object:
    return call.merchant.find("checkout.session", call.ids[0])


def listing(call: Call) -> Object:
    call.params.choice("status", "open", "complete", "expired")
    return lists.page(call, "checkout.session", "payment_intent", "customer", "status")


def items(call: Call) -> Object:
    session = call.merchant.find("checkout.session", call.ids[0])
    call.params.pass_over("limit")
    return lists.of(call.merchant.store.private(session["id"])["line_items"], call.path)


def _cancel(merchant: Merchant, kind: str, intent_id: str) -> None:
    intent = merchant.find(kind, intent_id)
    if intent["status"] in ("succeeded", "canceled"):
        return
    intent |= {"cancellation_reason": "abandoned", "next_action": None, "status": "canceled"}
    if kind == "payment_intent":
        intent["canceled_at"] = merchant.now
    merchant.save(intent)
    merchant.announce(f"{kind}.canceled", intent)


def _refuse_other_forms(params: Parameters) -> None:
    if params.text("ui_mode") not in (None, "hosted_page"):
        raise invalid("The simulator has the hosted page only.", param="ui_mode")
    types = params.texts("payment_method_types")
    if types and types != ["card"]:
        raise invalid("The simulator takes card only.", param="payment_method_types")
    if params.has("currency"):
        payment_intents.read_currency(params)


def _read_payer(call: Call) -> tuple[str | None, str | None]:
    customer, email = call.params.text("customer"), call.params.text("customer_email")
    if customer is not None and email is not None:
        raise invalid("You may only specify one of these parameters: customer, customer_email.")
    if customer is not None:
        customers.living(call.merchant, customer, param="customer")
    return customer, email


def _read_expiry(params: Parameters, now: int) -> int:
    expires_at = params.whole("expires_at", most=2**40)
    if expires_at is None:
        return now + _LIFE_SECONDS
    # A few seconds of grace: the caller reckoned from its own clock, before the call.
    if not _LIFE_SECONDS_MIN - 60 <= expires_at - now <= _LIFE_SECONDS + 60:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise invalid(message, param="expires_at")
    return expires_at


def _read_url(params: Parameters, name: str) -> str | None:
    url = params.text(name)
    if url is None:
        return None
    try:
        address = urlsplit(url)
        good = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        good = False
    if not good or any(letter in url for letter in "\r\n\t \"';,<>"):
        raise invalid("Not a valid URL", param=name, code="url_invalid")
    return url


def _read_display_name(call: Call) -> str:
    branding = call.params.within("branding_settings")
    given = branding.text("display_name") if branding else None
    return given or accounts.display_name(call.merchant)


def _read_payment(call: Call, session: Object) -> Object:
    creation = call.params.choice("customer_creation", "always", "if_required")
    if creation is not None:
        session["customer_creation"] = creation
    sold = line_items.read(call.merchant, call.params)
    data = call.params.within("payment_intent_data")
    terms = payment_intents.read_terms(data) if data else payment_intents.Terms()
    amount = line_items.total(sold)
    session |= {"amount_subtotal": amount, "amount_total": amount, "currency": "usd"}
    return {"line_items": sold, "terms": asdict(terms)}


def _read_setup(call: Call, session: Object) -> Object:
    data = call.params.within("setup_intent_data")
    description = data.text("description") if data else None
    metadata = data.metadata() if data else {}
    intent = setup_intents.create(call.merchant, session["customer"], description, metadata)
    call.merchant.store.remember(intent["id"], session=session["id"])
    session["setup_intent"] = intent["id"]
    return {"line_items": [], "terms": {}}
