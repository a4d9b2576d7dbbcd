"""The control surface under /_sim/: what Stripe, a bank or the network would do, on demand.

Bodies and answers are JSON. A body must say so in its content type, so that no page of another
origin can send one.
"""

import json
import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import parse_qsl

from config.dev.stripe_simulator import deliveries, request_log
from config.dev.stripe_simulator.errors import ApiError, invalid, no_such, unknown_url
from config.dev.stripe_simulator.faults import KINDS, MOMENTS, WEBHOOK_KINDS, Fault, WebhookFault
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object, Reply, Request
from config.dev.stripe_simulator.resources import (
    accounts,
    disputes,
    payouts,
    refunds,
    webhook_endpoints,
)
from config.dev.stripe_simulator.simulator import Simulator

Act: TypeAlias = Callable[[Merchant, Object, Object], Object]


def answer(simulator: Simulator, request: Request) -> Reply:
    try:
        body = _answer(simulator, request)
    except ApiError as error:
        return _json(error.status, {"error": error.error})
    except (KeyError, TypeError, ValueError) as error:
        return _json(400, {"error": {"message": f"Not understood: {error!r}"}})
    return _json(200, body)


def _answer(simulator: Simulator, request: Request) -> Object:
    path, told = request.path.removeprefix("/_sim/"), _told(request)
    plain = _PLAIN.get((request.method, path))
    if plain is not None:
        return plain(simulator, told)
    if request.method == "POST" and (match := re.fullmatch(r"(\w+)/(\w+)(?:/(\w+))?", path)):
        return _act(simulator, told, *match.groups(default=""))
    raise unknown_url(request.method, request.path)


def _told(request: Request) -> Object:
    if request.method != "POST":
        return dict(parse_qsl(request.query))
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise invalid("The body must be application/json.")
    told = json.loads(request.body or b"{}")
    if not isinstance(told, dict):
        raise invalid("The body must be a JSON object.")
    return told


def _act(simulator: Simulator, told: Object, noun: str, object_id: str, verb: str) -> Object:
    """Something that befalls one object: `<kind of object>/<its id>/<what happens>`."""
    if (act := _ACTS.get((noun, verb))) is None:
        raise unknown_url("POST", f"/_sim/{noun}/{object_id}/{verb}")
    with simulator.store.transaction():
        account = simulator.store.account_of(object_id)
        found = simulator.store.get(object_id)
    if noun == "accounts" and account is None:
        account, found = object_id, {"object": "account"}
    if account is None or found is None or found["object"] != noun.removesuffix("s"):
        raise no_such(noun.removesuffix("s"), object_id)
    with simulator.visit(account) as merchant:
        current = simulator.store.get(object_id) or found
        return act(merchant, current, told)


def _requests(simulator: Simulator, told: Object) -> Object:
    with simulator.store.transaction():
        found = request_log.read(
            simulator.store,
            since=int(told.get("since", 0)),
            method=told.get("method", ""),
            path=told.get("path", ""),
        )
    return {"requests": found}


def _forget_requests(simulator: Simulator, told: Object) -> Object:
    with simulator.store.transaction():
        request_log.clear(simulator.store)
    return {}


def _faults(simulator: Simulator, told: Object) -> Object:
    return {
        "faults": simulator.faults.listing(),
        "webhook_faults": simulator.webhook_faults.listing(),
    }


def _set_fault(simulator: Simulator, told: Object) -> Object:
    seed = told.pop("seed", None)
    fault = Fault(**told)
    if fault.kind not in KINDS or fault.moment not in MOMENTS:
        raise invalid(f"A fault is one of {KINDS}, and comes {MOMENTS}.")
    simulator.faults.add(fault, seed)
    return _faults(simulator, told)


def _set_webhook_fault(simulator: Simulator, told: Object) -> Object:
    fault = WebhookFault(**told)
    if fault.kind not in WEBHOOK_KINDS:
        raise invalid(f"A webhook fault is one of {WEBHOOK_KINDS}.")
    simulator.webhook_faults.add(fault)
    return _faults(simulator, told)


def _clear_faults(simulator: Simulator, told: Object) -> Object:
    simulator.faults.clear()
    simulator.webhook_faults.clear()
    return _faults(simulator, told)


def _deliveries(simulator: Simulator, told: Object) -> Object:
    with simulator.store.transaction():
        return deliveries.listing(simulator.store)


def _release(simulator: Simulator, told: Object) -> Object:
    with simulator.store.transaction():
        released = deliveries.release(simulator.store, backwards=bool(told.get("backwards")))
    simulator.wake()
    return {"released": released}


def _replay(simulator: Simulator, told: Object) -> Object:
    with simulator.store.transaction():
        queued = deliveries.again(simulator.store, str(told["event"]))
    simulator.wake()
    return {"queued": queued}


def _endpoint(simulator: Simulator, told: Object) -> Object:
    with simulator.visit(str(told["account"])) as merchant:
        endpoint = webhook_endpoints.add(
            merchant,
            str(told["url"]),
            list(told.get("enabled_events", ["*"])),
            connect=bool(told.get("connect")),
            secret=told.get("secret"),
        )
        return endpoint | {"secret": simulator.store.private(endpoint["id"])["secret"]}


def _payout(simulator: Simulator, told: Object) -> Object:
    with simulator.visit(str(told["account"])) as merchant:
        payout = payouts.create(merchant, amount=told.get("amount"))
        return payout if told.get("on_its_way") else payouts.pay(merchant, payout)


def _move_clock(simulator: Simulator, told: Object) -> Object:
    with simulator.store.transaction():
        simulator.store.move_clock(int(told["advance_seconds"]))
    simulator.catch_up()
    simulator.wake()
    with simulator.store.transaction():
        return {"now": simulator.now()}


def _reset(simulator: Simulator, told: Object) -> Object:
    _clear_faults(simulator, told)
    with simulator.store.transaction():
        simulator.store.wipe()
    return {}


def _open_dispute(merchant: Merchant, charge: Object, told: Object) -> Object:
    reason = str(told.get("reason", "fraudulent"))
    return disputes.open_(merchant, charge, reason=reason, amount=told.get("amount"))


def _refund(merchant: Merchant, charge: Object, told: Object) -> Object:
    return refunds.give(merchant, charge, told.get("amount"), reason=told.get("reason"))


def _win(merchant: Merchant, dispute: Object, told: Object) -> Object:
    return disputes.win(merchant, dispute, fee_returned=bool(told.get("fee_returned")))


def _rename(merchant: Merchant, account: Object, told: Object) -> Object:
    return accounts.rename(merchant, str(told["name"]))


def _without_words(act: Callable[[Merchant, Object], Object]) -> Act:
    def acted(merchant: Merchant, body: Object, told: Object) -> Object:
        return act(merchant, body)

    return acted


_PLAIN: dict[tuple[str, str], Callable[[Simulator, Object], Object]] = {
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _forget_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_fault,
    ("POST", "webhook_faults"): _set_webhook_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "deliveries"): _deliveries,
    ("POST", "deliveries/release"): _release,
    ("POST", "deliveries/replay"): _replay,
    ("POST", "webhook_endpoints"): _endpoint,
    ("POST", "payouts"): _payout,
    ("POST", "clock"): _move_clock,
    ("POST", "reset"): _reset,
}
_ACTS: dict[tuple[str, str], Act] = {
    ("accounts", ""): _rename,
    ("charges", "dispute"): _open_dispute,
    ("charges", "refund"): _refund,
    ("disputes", "submit"): _without_words(disputes.submit),
    ("disputes", "win"): _win,
    ("disputes", "lose"): _without_words(disputes.lose),
    ("payouts", "pay"): _without_words(payouts.pay),
    ("payouts", "fail"): _without_words(payouts.fail),
    ("refunds", "succeed"): _without_words(refunds.succeed),
    ("refunds", "fail"): _without_words(refunds.fail),
}


def _json(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body, indent=2).encode())
