"""`expand[]`: an id in the answer is replaced by the object that it names."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.errors import ApiError, invalid
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object

_DEPTH_MAX = 4
_EXPANDABLE = {
    "balance_transaction": {"source"},
    "charge": {
        "balance_transaction",
        "customer",
        "failure_balance_transaction",
        "payment_intent",
        "refunds",
    },
    "checkout.session": {"customer", "line_items", "payment_intent", "setup_intent"},
    "dispute": {"charge", "payment_intent"},
    "payment_intent": {"customer", "latest_charge", "payment_method"},
    "payment_method": {"customer"},
    "payout": {"balance_transaction", "failure_balance_transaction"},
    "refund": {"balance_transaction", "charge", "failure_balance_transaction", "payment_intent"},
    "setup_intent": {"customer", "payment_method"},
}


def expand(merchant: Merchant, body: Object, wanted: list[str]) -> Object:
    """Raises: ApiError for what Stripe does not expand either."""
    for path in wanted:
        steps = path.split(".")
        if len(steps) > _DEPTH_MAX:
            raise invalid(f"You cannot expand more than {_DEPTH_MAX} levels: {path}")
        _walk(merchant, body, steps, path)
    return body


def _walk(merchant: Merchant, body: Object, steps: list[str], path: str) -> None:
    if body.get("object") == "list":
        if steps[0] != "data":
            raise _unexpandable(path)
        for item in body["data"]:
            if steps[1:]:
                _walk(merchant, item, steps[1:], path)
        return
    name = steps[0]
    if name not in _EXPANDABLE.get(body["object"], ()):
        raise _unexpandable(path)
    inner = _inner(merchant, body, name)
    if inner is None:
        return
    body[name] = inner
    if steps[1:]:
        _walk(merchant, inner, steps[1:], path)


def _inner(merchant: Merchant, body: Object, name: str) -> Object | None:
    if name == "line_items":
        items = merchant.store.private(body["id"])["line_items"]
        return lists.of(items, f"/v1/checkout/sessions/{body['id']}/line_items")
    if name == "refunds":
        of_charge = ["json_extract(body, '$.charge') = ?"]
        refunds = merchant.store.page(merchant.account, "refund", of_charge, [body["id"]])
        return lists.of(refunds, f"/v1/charges/{body['id']}/refunds")
    value = body.get(name)
    if value is None or isinstance(value, dict):
        return value
    return merchant.store.get(value, account=merchant.account)


def _unexpandable(path: str) -> ApiError:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")
