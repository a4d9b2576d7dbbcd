"""Payment intents: what is to be paid, through all attempts."""

from dataclasses import dataclass, field

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Answer, Call
from config.dev.stripe_simulator.errors import invalid, missing, refused
from config.dev.stripe_simulator.identifiers import new_id, random_text
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.parameters import Parameters
from config.dev.stripe_simulator.resources import confirmation, customers, payment_methods

LEAST_CENTS = 50
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
# Understood by Stripe, without a consequence that could be seen here.
_WITHOUT_EFFECT = ("radar_options", "mandate_data", "payment_method_options", "use_stripe_sdk")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a payment intent is made from; Checkout reads the same under `payment_intent_data`."""

    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    receipt_email: str | None = None
    setup_future_usage: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    capture_method: str = "automatic_async"


def read_terms(params: Parameters) -> Terms:
    return Terms(
        description=params.text("description", longest=1000),
        metadata=params.metadata(),
        receipt_email=params.text("receipt_email"),
        setup_future_usage=params.choice("setup_future_usage", "off_session", "on_session"),
        statement_descriptor=params.text("statement_descriptor", longest=22),
        statement_descriptor_suffix=params.text("statement_descriptor_suffix", longest=22),
        capture_method=params.choice("capture_method", "automatic", "automatic_async")
        or "automatic_async",
    )


def read_currency(params: Parameters) -> str:
    currency = params.needed("currency")
    if currency.lower() != "usd":
        message = f"Invalid currency: {currency}. The simulator takes usd only."
        raise invalid(message, param=params.full("currency"))
    return "usd"


def create(call: Call) -> Object | Answer:
    params = call.params
    amount = params.whole("amount")
    if amount is None:
        raise missing("amount")
    read_currency(params)
    if amount < LEAST_CENTS:
        message = "Amount must be at least $0.50 usd"
        raise invalid(message, param="amount", code="amount_too_small")
    customer = params.text("customer")
    if customer is not None:
        customers.living(call.merchant, customer, param="customer")
    intent = build(call.merchant, amount, customer, read_terms(params))
    _read_method_types(params, intent)
    return_url = params.text("return_url")
    call.merchant.add(intent, return_url=return_url, session=None)
    call.merchant.announce("payment_intent.created", intent)
    if params.flag("confirm"):
        return _confirm(call, intent, return_url)
    method_id = params.text("payment_method")
    if method_id is not None:
        method = payment_methods.usable(call.merchant, method_id, customer)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        call.merchant.save(intent)
    return intent


def build(merchant: Merchant, amount: int, customer: str | None, terms: Terms) -> Object:
    intent_id = new_id("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": terms.capture_method,
        "client_secret": f"{intent_id}_secret_{random_text(25)}",
        "confirmation_method": "automatic",
        "created": merchant.now,
        "currency": "usd",
        "customer": customer,
        "customer_account": None,
        "description": terms.description,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": terms.metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": terms.receipt_email,
        "review": None,
        "setup_future_usage": terms.setup_future_usage,
        "shipping": None,
        "statement_descriptor": terms.statement_descriptor,
        "statement_descriptor_suffix": terms.statement_descriptor_suffix,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def confirm(call: Call) -> Object | Answer:
    intent = call.merchant.find("payment_intent", call.ids[0])
    if intent["status"] not in _OPEN:
        raise refused(
            "This PaymentIntent's payment_method could not be confirmed because it has a status "
            f"of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    return_url = call.params.text("return_url")
    if return_url is not None:
        call.merchant.store.remember(intent["id"], return_url=return_url)
    else:
        return_url = call.merchant.store.private(intent["id"])["return_url"]
    return _confirm(call, intent, return_url)


def cancel(call: Call) -> Object:
    intent = call.merchant.find("payment_intent", call.ids[0])
    reasons = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
    reason = call.params.choice("cancellation_reason", *reasons)
    if intent["status"] not in _OPEN:
        raise refused(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    if call.merchant.store.private(intent["id"])["session"] is not None:
        raise refused("You cannot cancel a PaymentIntent of Checkout: expire its session.")
    intent |= {
        "canceled_at": call.merchant.now,
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    call.merchant.save(intent)
    call.merchant.announce("payment_intent.canceled", intent)
    return intent


def retrieve(call: Call) -> Object:
    secret = call.params.text("client_secret")
    intent = call.merchant.find("payment_intent", call.ids[0])
    if secret is not None and secret != intent["client_secret"]:
        raise invalid("The client_secret provided does not match.", param="client_secret")
    return intent


def listing(call: Call) -> Object:
    return lists.page(call, "payment_intent", "customer")


def _read_method_types(params: Parameters, intent: Object) -> None:
    types = params.texts("payment_method_types")
    if types and types != ["card"]:
        raise invalid("The simulator takes card only.", param="payment_method_types")
    automatic = params.within("automatic_payment_methods")
    if automatic is not None:
        enabled = automatic.flag("enabled")
        redirects = automatic.choice("allow_redirects", "always", "never") or "always"
    else:
        enabled, redirects = not types, "always"
    if enabled:
        intent["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": True}


def _confirm(call: Call, intent: Object, return_url: str | None) -> Object | Answer:
    params = call.params
    method_id = params.text("payment_method") or intent["payment_method"]
    off_session = bool(params.flag("off_session"))
    may_ask = not params.flag("error_on_requires_action")
    params.pass_over(*_WITHOUT_EFFECT)
    if method_id is None:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    automatic = intent["automatic_payment_methods"]
    if automatic and automatic["allow_redirects"] == "always" and return_url is None:
        raise invalid(
            "This PaymentIntent accepts payment methods that might redirect your customer: pass a "
            "`return_url`, or set `automatic_payment_methods[allow_redirects]` to `never`."
        )
    method = payment_methods.usable(call.merchant, method_id, intent["customer"])
    confirmation.confirm(call.merchant, intent, method, off_session=off_session, may_ask=may_ask)
    return confirmation.answer(intent)
