"""Payment methods: a card's brand, last four digits and expiry, never its number."""

from datetime import UTC, datetime

from config.dev.stripe_simulator import cards, lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.cards import TestCard
from config.dev.stripe_simulator.errors import no_such, refused
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import customers


def billing_details() -> Object:
    """Nobody is asked for a name or an address here."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}


def create(merchant: Merchant, card: TestCard, expiry: tuple[int, int] | None = None) -> Object:
    """`expiry` is (month, year)."""
    month, year = expiry or cards.far_expiry(datetime.fromtimestamp(merchant.now, UTC).date())
    body: Object = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(),
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": card.fingerprint,
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": merchant.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    return merchant.add(body, card=card.token, authenticated=False, spent=False)


def card_of(merchant: Merchant, method: Object) -> TestCard:
    """The test card behind a payment method."""
    return next(
        card for card in cards.CARDS if card.token == merchant.store.private(method["id"])["card"]
    )


def usable(merchant: Merchant, method_id: str, customer_id: str | None) -> Object:
    """The payment method that a payment names: a test card's name, or a saved one.

    Raises:
        ApiError: it is unknown, another customer's, detached, or was used once already.
    """
    card = cards.by_token(method_id)
    if card is not None:
        return create(merchant, card)
    method = merchant.find("payment_method", method_id, param="payment_method")
    if merchant.store.private(method_id)["spent"]:
        raise refused(
            "The provided PaymentMethod was previously used without a Customer or was detached "
            "from a Customer. It may not be used again.",
            param="payment_method",
        )
    if method["customer"] is not None and method["customer"] != customer_id:
        raise refused(
            f"The customer does not have a payment method with the ID {method_id}. The payment "
            "method must be attached to the customer.",
            param="payment_method",
            code="resource_missing",
        )
    return method


def save_for(merchant: Merchant, method: Object, customer_id: str) -> Object:
    """Attach to a customer, for later charges."""
    if method["customer"] == customer_id:
        return method
    method["customer"] = customer_id
    merchant.save(method)
    merchant.store.remember(method["id"], spent=False)
    merchant.announce("payment_method.attached", method)
    return method


def attach(call: Call) -> Object:
    customer = customers.living(call.merchant, call.params.needed("customer"), param="customer")
    method = usable(call.merchant, call.ids[0], customer["id"])
    return save_for(call.merchant, method, customer["id"])


def detach(call: Call) -> Object:
    method = call.merchant.find("payment_method", call.ids[0])
    if method["customer"] is None:
        raise refused(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            param="payment_method",
        )
    previous = {"customer": method["customer"]}
    method["customer"] = None
    call.merchant.save(method)
    call.merchant.store.remember(method["id"], spent=True)
    call.merchant.announce("payment_method.detached", method, previous)
    return method


def retrieve(call: Call) -> Object:
    return call.merchant.find("payment_method", call.ids[0])


def retrieve_of_customer(call: Call) -> Object:
    method = call.merchant.find("payment_method", call.ids[1])
    if method["customer"] != call.ids[0]:
        raise no_such("payment_method", call.ids[1])
    return method


def listing(call: Call) -> Object:
    return lists.page(call, "payment_method", "customer", "type")


def listing_of_customer(call: Call) -> Object:
    customer = customers.living(call.merchant, call.ids[0])
    return lists.page(
        call,
        "payment_method",
        "type",
        conditions=["json_extract(body, '$.customer') = ?"],
        values=[customer["id"]],
    )
