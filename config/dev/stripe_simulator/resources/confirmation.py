"""Confirming a payment intent: taken, declined, or the payer is asked first."""

from config.dev.stripe_simulator import cards
from config.dev.stripe_simulator.calls import Answer
from config.dev.stripe_simulator.cards import TestCard
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import charges, payment_methods


def confirm(
    merchant: Merchant,
    intent: Object,
    method: Object,
    *,
    off_session: bool = False,
    may_ask: bool = True,
    authenticated: bool = False,
) -> Object:
    """Try to take the money; the intent's status says how it went."""
    card = payment_methods.card_of(merchant, method)
    intent["payment_method"] = method["id"]
    asks = not authenticated and _asks(merchant, card, method, off_session=off_session)
    if asks and (off_session or not may_ask):
        return decline(merchant, intent, method, "authentication_required")
    if asks:
        return _ask(merchant, intent)
    if card.behavior.declined:
        return decline(merchant, intent, method, card.behavior.declined)
    return _take(merchant, intent, method, authenticated=authenticated)


def decline(merchant: Merchant, intent: Object, method: Object, reason: str) -> Object:
    """The bank says no; another attempt may follow."""
    charge = charges.fail(merchant, intent, method, reason)
    intent |= {
        "last_payment_error": card_error(method, reason, charge=charge["id"]),
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    merchant.save(intent)
    merchant.announce("payment_intent.payment_failed", intent)
    return intent


def refuse_authentication(merchant: Merchant, intent: Object) -> Object:
    """The payer did not confirm: no charge was tried."""
    method = merchant.find("payment_method", intent["payment_method"])
    error = {
        "code": "payment_intent_authentication_failure",
        "message": "We are unable to authenticate your payment method. Please choose a different "
        "payment method and try again.",
        "payment_method": method,
        "type": "invalid_request_error",
    }
    intent |= {
        "last_payment_error": error,
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    merchant.save(intent)
    merchant.announce("payment_intent.payment_failed", intent)
    return intent


def card_error(method: Object, reason: str, *, charge: str | None = None) -> Object:
    wording = cards.decline(reason)
    error: Object = {
        "code": wording.code,
        "doc_url": f"https://docs.stripe.com/error-codes#{wording.code.replace('_', '-')}",
        "message": wording.message,
        "payment_method": method,
        "type": "card_error",
    }
    if wording.code in ("card_declined", "authentication_required"):
        error["decline_code"] = reason
    if charge is not None:
        error["charge"] = charge
    return error


def answer(intent: Object) -> Object | Answer:
    """The intent, or 402 where the bank refused it just now."""
    error = intent["last_payment_error"]
    if intent["status"] == "requires_payment_method" and error is not None:
        return Answer(402, {"error": error | {"payment_intent": intent}})
    return intent


def _asks(merchant: Merchant, card: TestCard, method: Object, *, off_session: bool) -> bool:
    if card.behavior.authentication == "unless_saved":
        saved = bool(merchant.store.private(method["id"])["authenticated"])
        return not (saved and off_session)
    return card.behavior.authentication == "always"


def _ask(merchant: Merchant, intent: Object) -> Object:
    return_url = merchant.store.private(intent["id"])["return_url"]
    page = f"{merchant.origin}/c/confirm/{intent['id']}"
    intent |= {
        "last_payment_error": None,
        "next_action": {
            "redirect_to_url": {"return_url": return_url, "url": page},
            "type": "redirect_to_url",
        },
        "status": "requires_action",
    }
    merchant.save(intent)
    merchant.announce("payment_intent.requires_action", intent)
    return intent


def _take(merchant: Merchant, intent: Object, method: Object, *, authenticated: bool) -> Object:
    charge = charges.succeed(merchant, intent, method)
    merchant.announce("charge.succeeded", charge)
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "status": "succeeded",
    }
    merchant.save(intent)
    merchant.announce("payment_intent.succeeded", intent)
    charges.add_fee(merchant, charge)
    if intent["setup_future_usage"] and intent["customer"]:
        if authenticated:
            merchant.store.remember(method["id"], authenticated=True)
        payment_methods.save_for(merchant, method, intent["customer"])
    elif method["customer"] is None:
        merchant.store.remember(method["id"], spent=True)
    return intent
