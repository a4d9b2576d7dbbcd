"""Charges: one attempt to take money, with the fee that Stripe keeps."""

from config.dev.stripe_simulator import cards, lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import balance, payment_methods


def succeed(merchant: Merchant, intent: Object, method: Object) -> Object:
    """Money taken; the fee is known a moment later, as at Stripe."""
    charge = _build(merchant, intent, method) | {
        "amount_captured": intent["amount"],
        "captured": True,
        "paid": True,
        "status": "succeeded",
        "outcome": _outcome("authorized", "approved_by_network", "Payment complete."),
    }
    merchant.add(charge)
    return charge


def add_fee(merchant: Merchant, charge: Object) -> Object:
    transaction = balance.record(
        merchant,
        kind="charge",
        category="charge",
        source=charge["id"],
        amount_cents=charge["amount"],
        fee_cents=balance.card_fee_cents(charge["amount"]),
        description=charge["description"],
    )
    charge["balance_transaction"] = transaction["id"]
    merchant.save(charge)
    merchant.announce("charge.updated", charge, {"balance_transaction": None})
    return charge


def fail(merchant: Merchant, intent: Object, method: Object, reason: str) -> Object:
    decline = cards.decline(reason)
    outcome = _outcome("issuer_declined", "declined_by_network", decline.seller_message)
    charge = _build(merchant, intent, method) | {
        "failure_code": decline.code,
        "failure_message": decline.message,
        "status": "failed",
        "outcome": outcome | {"reason": reason},
    }
    merchant.add(charge)
    merchant.announce("charge.failed", charge)
    return charge


def retrieve(call: Call) -> Object:
    return call.merchant.find("charge", call.ids[0])


def listing(call: Call) -> Object:
    return lists.page(call, "charge", "payment_intent", "customer")


def _outcome(kind: str, network_status: str, seller_message: str) -> Object:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network_status,
        "reason": None,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": seller_message,
        "type": kind,
    }


def _card_details(intent: Object, method: Object) -> Object:
    card = method["card"]
    kept = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    return {
        "card": {name: card[name] for name in kept}
        | {
            "amount_authorized": intent["amount"],
            "authorization_code": None,
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": card["last4"],
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": None,
            "overcapture": {
                "maximum_amount_capturable": intent["amount"],
                "status": "unavailable",
            },
            "regulated_status": card["regulated_status"],
            "three_d_secure": None,
            "wallet": None,
        },
        "type": "card",
    }


def _build(merchant: Merchant, intent: Object, method: Object) -> Object:
    copied = ("amount", "currency", "customer", "description", "metadata", "receipt_email")
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": payment_methods.billing_details(),
        "calculated_statement_descriptor": None,
        "captured": False,
        "created": merchant.now,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _card_details(intent, method),
        "radar_options": {},
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": None,
    } | {name: intent[name] for name in copied}
