"""Refunds: never more than was taken and not yet given back; the fee is not returned."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import invalid, missing, refused
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import balance, payment_methods

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> Object:
    charge = _charge(call)
    amount = call.params.whole("amount", least=1)
    reason = call.params.choice("reason", *_REASONS)
    return give(call.merchant, charge, amount, reason=reason, metadata=call.params.metadata())


def give(
    merchant: Merchant,
    charge: Object,
    amount: int | None,
    *,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Object:
    """Give back some cents, or all that is left.

    Raises:
        ApiError: nothing was taken, the charge is disputed, or less is left.
    """
    left = _refundable(charge)
    amount = left if amount is None else amount
    if amount > left:
        raise refused(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge "
            f"(${left / 100:.2f})",
            param="amount",
        )
    refund = _build(merchant, charge, amount, reason, metadata or {})
    transaction = balance.record(
        merchant,
        kind="refund",
        category="refund",
        source=refund["id"],
        amount_cents=-amount,
        description="REFUND FOR CHARGE",
    )
    refund["balance_transaction"] = transaction["id"]
    merchant.add(refund)
    previous = {name: charge[name] for name in ("amount_refunded", "refunded")}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    merchant.save(charge)
    merchant.announce("refund.created", refund)
    merchant.announce("charge.refunded", charge, previous)
    return refund


def succeed(merchant: Merchant, refund: Object) -> Object:
    """A refund that waited has arrived."""
    if refund["status"] != "pending":
        raise refused(f"Refund {refund['id']} has the status {refund['status']}.")
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    merchant.save(refund)
    _announce_change(merchant, refund, {"status": "pending"})
    return refund


def fail(merchant: Merchant, refund: Object) -> Object:
    """The payer's bank sent the money back: it is the merchant's again."""
    if refund["status"] not in ("pending", "succeeded"):
        raise refused(f"Refund {refund['id']} has the status {refund['status']}.")
    previous = {"status": refund["status"]}
    transaction = balance.record(
        merchant,
        kind="refund_failure",
        category="refund_failure",
        source=refund["id"],
        amount_cents=refund["amount"],
        description="REFUND FAILURE",
    )
    refund.pop("pending_reason", None)
    refund |= {
        "failure_balance_transaction": transaction["id"],
        "failure_reason": "expired_or_canceled_card",
        "status": "failed",
    }
    merchant.save(refund)
    charge = merchant.find("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    merchant.save(charge)
    _announce_change(merchant, refund, previous)
    merchant.announce("refund.failed", refund)
    return refund


def retrieve(call: Call) -> Object:
    return call.merchant.find("refund", call.ids[0])


def listing(call: Call) -> Object:
    return lists.page(call, "refund", "charge", "payment_intent")


def _announce_change(merchant: Merchant, refund: Object, previous: Object) -> None:
    merchant.announce("refund.updated", refund, previous)
    merchant.announce("charge.refund.updated", refund, previous)


def _charge(call: Call) -> Object:
    charge_id, intent_id = call.params.text("charge"), call.params.text("payment_intent")
    if charge_id is not None:
        return call.merchant.find("charge", charge_id, param="charge")
    if intent_id is None:
        raise missing("charge")
    intent = call.merchant.find("payment_intent", intent_id, param="payment_intent")
    if intent["status"] != "succeeded":
        message = "This PaymentIntent does not have a successful charge to refund."
        raise invalid(message, param="payment_intent")
    return call.merchant.find("charge", intent["latest_charge"])


def _refundable(charge: Object) -> int:
    """Cents."""
    if charge["status"] != "succeeded":
        raise refused(f"Charge {charge['id']} was not successful: nothing to refund.")
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise refused(message, code="charge_disputed")
    if charge["refunded"]:
        message = f"Charge {charge['id']} has already been refunded."
        raise refused(message, code="charge_already_refunded")
    return int(charge["amount"]) - int(charge["amount_refunded"])


def _build(
    merchant: Merchant, charge: Object, amount: int, reason: str | None, metadata: dict[str, str]
) -> Object:
    method = merchant.find("payment_method", charge["payment_method"])
    waits = payment_methods.card_of(merchant, method).behavior.refunds_wait
    refund: Object = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": merchant.now,
        "currency": "usd",
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if waits else "succeeded",
        "transfer_reversal": None,
    }
    return refund | ({"pending_reason": "processing"} if waits else {})
