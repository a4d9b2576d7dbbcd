"""Setup intents: a card that is kept for later, made by Checkout in its setup mode."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.identifiers import new_id, random_text
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import confirmation, payment_methods


def create(
    merchant: Merchant, customer: str | None, description: str | None, metadata: dict[str, str]
) -> Object:
    intent_id = new_id("seti")
    intent: Object = {
        "id": intent_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{random_text(25)}",
        "created": merchant.now,
        "customer": customer,
        "customer_account": None,
        "description": description,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    merchant.add(intent, return_url=None, session=None)
    merchant.announce("setup_intent.created", intent)
    return intent


def confirm(
    merchant: Merchant, intent: Object, method: Object, *, authenticated: bool = False
) -> Object:
    """Keep the card, refuse it, or ask its owner first."""
    card = payment_methods.card_of(merchant, method)
    intent["payment_method"] = method["id"]
    if card.behavior.declined and card.behavior.on_saving:
        return _fail(merchant, intent, method, card.behavior.declined)
    if card.behavior.authentication and not authenticated:
        page = f"{merchant.origin}/c/confirm/{intent['id']}"
        intent |= {
            "next_action": {
                "redirect_to_url": {"return_url": None, "url": page},
                "type": "redirect_to_url",
            },
            "status": "requires_action",
        }
        merchant.save(intent)
        merchant.announce("setup_intent.requires_action", intent)
        return intent
    intent |= {"last_setup_error": None, "next_action": None, "status": "succeeded"}
    merchant.store.remember(method["id"], authenticated=True)
    merchant.save(intent)
    if intent["customer"]:
        payment_methods.save_for(merchant, method, intent["customer"])
    merchant.announce("setup_intent.succeeded", intent)
    return intent


def refuse_authentication(merchant: Merchant, intent: Object) -> Object:
    method = merchant.find("payment_method", intent["payment_method"])
    return _fail(merchant, intent, method, "authentication_required")


def retrieve(call: Call) -> Object:
    call.params.pass_over("client_secret")
    return call.merchant.find("setup_intent", call.ids[0])


def listing(call: Call) -> Object:
    return lists.page(call, "setup_intent", "customer", "payment_method")


def _fail(merchant: Merchant, intent: Object, method: Object, reason: str) -> Object:
    intent |= {
        "last_setup_error": confirmation.card_error(method, reason),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    merchant.save(intent)
    merchant.announce("setup_intent.setup_failed", intent)
    return intent
