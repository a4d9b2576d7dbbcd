"""Customers: an opaque id and the metadata that the merchant gave."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import no_such
from config.dev.stripe_simulator.identifiers import new_id, random_text
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object

_TEXTS = ("description", "email", "name", "phone")


def build(merchant: Merchant) -> Object:
    return {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": merchant.now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": random_text(8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def create(call: Call) -> Object:
    customer = build(call.merchant)
    _fill(call, customer)
    call.merchant.add(customer, deleted=False)
    call.merchant.announce("customer.created", customer)
    return customer


def update(call: Call) -> Object:
    customer = living(call.merchant, call.ids[0])
    before = {name: customer[name] for name in (*_TEXTS, "metadata") if call.params.has(name)}
    _fill(call, customer)
    call.merchant.save(customer)
    call.merchant.announce("customer.updated", customer, before)
    return customer


def retrieve(call: Call) -> Object:
    customer = call.merchant.find("customer", call.ids[0])
    return _stub(customer) if call.merchant.store.private(customer["id"])["deleted"] else customer


def delete(call: Call) -> Object:
    """The saved payment methods go with the customer."""
    customer = living(call.merchant, call.ids[0])
    call.merchant.store.remember(customer["id"], deleted=True)
    for method in call.merchant.store.page(
        call.merchant.account,
        "payment_method",
        ["json_extract(body, '$.customer') = ?"],
        [customer["id"]],
    ):
        call.merchant.save(method | {"customer": None})
        call.merchant.store.remember(method["id"], spent=True)
    call.merchant.announce("customer.deleted", customer)
    return _stub(customer)


def listing(call: Call) -> Object:
    deleted = "json_extract(private, '$.deleted') = 0"
    return lists.page(call, "customer", "email", conditions=[deleted])


def living(merchant: Merchant, customer_id: str, *, param: str | None = None) -> Object:
    """Raises: ApiError where the customer is unknown or deleted."""
    customer = merchant.find("customer", customer_id, param=param)
    if merchant.store.private(customer_id)["deleted"]:
        raise no_such("customer", customer_id, param=param)
    return customer


def _fill(call: Call, customer: Object) -> None:
    for name in _TEXTS:
        if call.params.has(name):
            customer[name] = call.params.text(name)
    customer["metadata"] = customer["metadata"] | call.params.metadata()


def _stub(customer: Object) -> Object:
    return {"id": customer["id"], "object": "customer", "deleted": True}
