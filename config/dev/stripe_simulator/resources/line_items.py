"""What a Checkout session sells, with prices given on the spot."""

from config.dev.stripe_simulator.errors import invalid, missing, no_such
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.parameters import Parameters
from config.dev.stripe_simulator.resources.payment_intents import LEAST_CENTS, read_currency


def read(merchant: Merchant, params: Parameters) -> list[Object]:
    """The items under `line_items`.

    Raises:
        ApiError: none are named, or they add up to less than Stripe takes.
    """
    items = [_item(merchant, item) for item in params.each("line_items")]
    if not items:
        raise missing("line_items")
    if total(items) < LEAST_CENTS:
        raise invalid(
            "The Checkout Session's total amount due must add up to at least $0.50 usd",
            code="amount_too_small",
        )
    return items


def total(items: list[Object]) -> int:
    """Cents."""
    return sum(item["amount_total"] for item in items)


def _item(merchant: Merchant, params: Parameters) -> Object:
    if (price_id := params.text("price")) is not None:
        raise no_such("price", price_id, param=params.full("price"))
    quantity = params.whole("quantity", least=1, most=999_999)
    if quantity is None:
        raise missing(params.full("quantity"))
    price, name = _price(merchant, params)
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": "usd",
        "description": name,
        "metadata": params.metadata(),
        "price": price,
        "quantity": quantity,
    }


def _price(merchant: Merchant, params: Parameters) -> tuple[Object, str]:
    given = params.within("price_data")
    product = given.within("product_data") if given is not None else None
    if given is None or product is None:
        raise missing(params.full("price_data[product_data]"))
    unit_amount = given.whole("unit_amount")
    if unit_amount is None:
        raise missing(given.full("unit_amount"))
    name = product.needed("name")
    product.pass_over("description", "metadata")
    price = {
        "id": new_id("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": merchant.now,
        "currency": read_currency(given),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": new_id("prod", 14),
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }
    return price, name
