"""Disputes: opened by the payer's bank, won or lost; moved by the control surface."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import refused
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import balance

_FEE_CENTS = 1500
_EVIDENCE_SECONDS = 9 * 24 * 3600
_OPEN = ("needs_response", "under_review")
_NETWORK_REASONS = {"fraudulent": "10.4", "duplicate": "12.6", "product_not_received": "13.1"}
_EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


def open_(merchant: Merchant, charge: Object, *, reason: str, amount: int | None = None) -> Object:
    """The bank takes the money back, and Stripe its fee."""
    left = charge["amount"] - charge["amount_refunded"]
    amount = left if amount is None else amount
    if charge["status"] != "succeeded" or charge["disputed"] or not 0 < amount <= left:
        raise refused(f"Charge {charge['id']} cannot be disputed for {amount} cents.")
    dispute = _build(merchant, charge, amount, reason)
    merchant.add(dispute)
    charge["disputed"] = True
    merchant.save(charge)
    merchant.announce("charge.dispute.created", dispute)
    _move_money(merchant, dispute, -amount, _FEE_CENTS, "dispute")
    merchant.announce("charge.dispute.funds_withdrawn", dispute)
    return dispute


def submit(merchant: Merchant, dispute: Object) -> Object:
    """The evidence is with the bank."""
    _require_open(dispute)
    previous = {"status": dispute["status"]}
    dispute["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
    dispute["status"] = "under_review"
    merchant.save(dispute)
    merchant.announce("charge.dispute.updated", dispute, previous)
    return dispute


def win(merchant: Merchant, dispute: Object, *, fee_returned: bool = False) -> Object:
    """The money comes back, the fee only where Stripe returns it."""
    _close(merchant, dispute, "won")
    returned = -_FEE_CENTS if fee_returned else 0
    _move_money(merchant, dispute, dispute["amount"], returned, "dispute_reversal")
    merchant.announce("charge.dispute.funds_reinstated", dispute)
    merchant.announce("charge.dispute.closed", dispute)
    return dispute


def lose(merchant: Merchant, dispute: Object) -> Object:
    _close(merchant, dispute, "lost")
    merchant.announce("charge.dispute.closed", dispute)
    return dispute


def retrieve(call: Call) -> Object:
    return call.merchant.find("dispute", call.ids[0])


def listing(call: Call) -> Object:
    return lists.page(call, "dispute", "charge", "payment_intent")


def _require_open(dispute: Object) -> None:
    if dispute["status"] not in _OPEN:
        raise refused(f"Dispute {dispute['id']} is closed: {dispute['status']}.")


def _close(merchant: Merchant, dispute: Object, status: str) -> None:
    _require_open(dispute)
    dispute["status"] = status
    merchant.save(dispute)


def _move_money(merchant: Merchant, dispute: Object, amount: int, fee: int, category: str) -> None:
    transaction = balance.record(
        merchant,
        kind="adjustment",
        category=category,
        source=dispute["id"],
        amount_cents=amount,
        fee_cents=fee,
        fee_description="Dispute fee",
        description=f"Chargeback for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(transaction)
    merchant.save(dispute)


def _build(merchant: Merchant, charge: Object, amount: int, reason: str) -> Object:
    return {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": merchant.now,
        "currency": "usd",
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": merchant.now + _EVIDENCE_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network_reason_code": _NETWORK_REASONS.get(reason, "13.7"),
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }
