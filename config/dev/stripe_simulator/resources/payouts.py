"""Payouts: what Stripe sends to the bank; made by the control surface."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import refused
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.resources import balance

_ARRIVES_AFTER_SECONDS = 24 * 3600
_UNPAID = "json_extract(private, '$.payout') IS NULL"


def create(merchant: Merchant, *, amount: int | None = None) -> Object:
    """An automatic payout of everything not yet paid out, or a manual one of an amount in cents.

    Only an automatic payout is linked to the transactions in it, as at Stripe.
    """
    automatic = amount is None
    included = merchant.store.page(
        merchant.account, "balance_transaction", [_UNPAID], oldest_first=True
    )
    total = sum(transaction["net"] for transaction in included)
    amount = total if amount is None else amount
    if not 0 < amount <= total:
        raise refused(f"There are {total} cents to pay out, not {amount}.")
    payout = _build(merchant, amount, automatic=automatic)
    own = balance.record(
        merchant,
        kind="payout",
        category="payout",
        source=payout["id"],
        amount_cents=-amount,
        description="STRIPE PAYOUT",
    )
    payout["balance_transaction"] = own["id"]
    merchant.add(payout)
    if automatic:
        for transaction in included:
            balance.make_available(merchant, transaction)
        for transaction in [*included, own]:
            merchant.store.remember(transaction["id"], payout=payout["id"])
    merchant.announce("payout.created", payout)
    return payout


def pay(merchant: Merchant, payout: Object) -> Object:
    """It has arrived at the bank."""
    _require_on_its_way(payout)
    previous = {"status": payout["status"]}
    payout |= {"status": "paid", "trace_id": {"status": "supported", "value": "SIM000000000001"}}
    merchant.save(payout)
    merchant.announce("payout.updated", payout, previous)
    merchant.announce("payout.paid", payout)
    if payout["automatic"]:
        payout["reconciliation_status"] = "completed"
        merchant.save(payout)
        merchant.announce("payout.reconciliation_completed", payout)
    return payout


def fail(merchant: Merchant, payout: Object) -> Object:
    """The bank sent it back. What was in it is to be paid out again."""
    if payout["status"] not in ("pending", "in_transit", "paid"):
        raise refused(f"Payout {payout['id']} has the status {payout['status']}.")
    returned = balance.record(
        merchant,
        kind="payout_failure",
        category="payout_reversal",
        source=payout["id"],
        amount_cents=payout["amount"],
        description="STRIPE PAYOUT FAILURE",
    )
    payout |= {
        "failure_balance_transaction": returned["id"],
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
        "status": "failed",
    }
    merchant.save(payout)
    merchant.announce("payout.failed", payout)
    return payout


def retrieve(call: Call) -> Object:
    return call.merchant.find("payout", call.ids[0])


def listing(call: Call) -> Object:
    return lists.page(call, "payout", "status", "destination")


def _require_on_its_way(payout: Object) -> None:
    if payout["status"] not in ("pending", "in_transit"):
        raise refused(f"Payout {payout['id']} has the status {payout['status']}.")


def _build(merchant: Merchant, amount: int, *, automatic: bool) -> Object:
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": merchant.now + _ARRIVES_AFTER_SECONDS,
        "automatic": automatic,
        "balance_transaction": None,
        "created": merchant.now,
        "currency": "usd",
        "description": "STRIPE PAYOUT",
        "destination": f"ba_{merchant.account.removeprefix('acct_')}",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
