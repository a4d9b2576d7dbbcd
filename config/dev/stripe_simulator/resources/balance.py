"""Balance transactions: what each event does to the money that Stripe holds."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object

_AVAILABLE_AFTER_SECONDS = 2 * 24 * 3600
_FIXED_FEE_CENTS = 30
_FEE_PER_MILLE = 29


def card_fee_cents(amount_cents: int) -> int:
    """2.9 % and 30 cents, half a cent rounded up."""
    return (amount_cents * _FEE_PER_MILLE + 500) // 1000 + _FIXED_FEE_CENTS


def record(
    merchant: Merchant,
    *,
    kind: str,
    category: str,
    source: str,
    amount_cents: int,
    fee_cents: int = 0,
    fee_description: str = "Stripe processing fees",
    description: str | None = None,
) -> Object:
    """A balance transaction; `kind` is Stripe's type, `category` its reporting category."""
    available_on = merchant.now + (_AVAILABLE_AFTER_SECONDS if kind == "charge" else 0)
    fee: Object = {
        "amount": fee_cents,
        "application": None,
        "currency": "usd",
        "description": fee_description,
        "type": "stripe_fee",
    }
    body: Object = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount_cents,
        "available_on": available_on,
        "balance_type": "payments",
        "created": merchant.now,
        "currency": "usd",
        "description": description,
        "exchange_rate": None,
        "fee": fee_cents,
        "fee_details": [fee] if fee_cents else [],
        "net": amount_cents - fee_cents,
        "reporting_category": category,
        "source": source,
        "status": "pending" if available_on > merchant.now else "available",
        "type": kind,
    }
    due_at = available_on if available_on > merchant.now else None
    return merchant.add(body, due_at=due_at, payout=None)


def make_available(merchant: Merchant, transaction: Object) -> None:
    """Its day has come."""
    transaction["status"] = "available"
    transaction["available_on"] = min(transaction["available_on"], merchant.now)
    merchant.save(transaction)
    merchant.store.settle(transaction["id"])


def retrieve(call: Call) -> Object:
    return call.merchant.find("balance_transaction", call.ids[0])


def listing(call: Call) -> Object:
    """A payout's list holds what it pays out and the payout's own transaction, as Stripe's does."""
    payout = call.params.text("payout")
    conditions, values = [], []
    if payout is not None:
        call.merchant.find("payout", payout, param="payout")
        conditions.append("json_extract(private, '$.payout') = ?")
        values.append(payout)
    return lists.page(
        call,
        "balance_transaction",
        "type",
        "source",
        "currency",
        conditions=conditions,
        values=values,
    )


def balance(call: Call) -> Object:
    def total(status: str) -> list[Object]:
        (found,) = call.merchant.store.rows(
            "SELECT coalesce(sum(json_extract(body, '$.net')), 0) FROM objects WHERE account = ?"
            " AND kind = 'balance_transaction' AND json_extract(body, '$.status') = ?",
            call.merchant.account,
            status,
        )
        return [{"amount": found[0], "currency": "usd", "source_types": {"card": found[0]}}]

    return {
        "object": "balance",
        "available": total("available"),
        "livemode": False,
        "pending": total("pending"),
    }
