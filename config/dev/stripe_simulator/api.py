"""A request to the API: who asks, what goes wrong, whether it was asked before, and the answer."""

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass, field

from config.dev.stripe_simulator import expansion, idempotency, request_log, routes
from config.dev.stripe_simulator.calls import Answer, Call, Resource
from config.dev.stripe_simulator.errors import (
    ApiError,
    forbidden,
    invalid,
    key_in_use,
    server_error,
    too_many_requests,
    unauthenticated,
    unknown_url,
)
from config.dev.stripe_simulator.faults import Fault
from config.dev.stripe_simulator.idempotency import Kept
from config.dev.stripe_simulator.identifiers import account_of, new_id
from config.dev.stripe_simulator.merchant import API_VERSION
from config.dev.stripe_simulator.messages import Reply, Request
from config.dev.stripe_simulator.parameters import Parameters, Tree, parse
from config.dev.stripe_simulator.simulator import Simulator

_TEST_KEY = re.compile(r"(sk|rk)_test_\w+", re.ASCII)
_ACCOUNT = re.compile(r"acct_[0-9A-Za-z]+")
_LOSING = ("reset", "cut", "stall", "500", "429")
_KEY_LENGTH_MAX = 255


@dataclass(slots=True)
class _Exchange:
    """What is known of a request while it is answered."""

    request: Request
    request_id: str = field(default_factory=lambda: new_id("req", 14))
    account: str | None = None
    platform: str | None = None
    key: str | None = None
    params: Tree = field(default_factory=dict)
    replayed_from: str = ""
    fault: str = ""


def answer(simulator: Simulator, request: Request) -> Reply:
    exchange = _Exchange(request)
    try:
        reply = _answer(simulator, exchange)
    except ApiError as error:
        reply = _reply(exchange, error.status, {"error": error.error})
    with simulator.store.transaction():
        request_log.write(
            simulator.store,
            account=exchange.account,
            method=request.method,
            path=request.path,
            params=exchange.params,
            idempotency_key=exchange.key,
            status=None if reply.broken else reply.status,
            replayed=bool(exchange.replayed_from),
            fault=exchange.fault,
        )
    return reply


def _answer(simulator: Simulator, exchange: _Exchange) -> Reply:
    request = exchange.request
    encoded = request.body.decode(errors="replace") if request.method == "POST" else request.query
    exchange.params = parse(encoded)
    _identify(exchange)
    found = routes.resolve(request.method, request.path)
    if found is None:
        raise unknown_url(request.method, request.path)
    fault = simulator.faults.take(request.method, request.path, _LOSING, "before")
    if fault is not None:
        return _fault(exchange, fault, _reply(exchange, 200, {}))
    reply = _once(simulator, exchange, *found)
    fault = simulator.faults.take(request.method, request.path, _LOSING, "after")
    return reply if fault is None else _fault(exchange, fault, reply)


def _identify(exchange: _Exchange) -> None:
    """Raises: ApiError without a test key, or with an account that is none."""
    headers = exchange.request.headers
    key = _api_key(headers.get("authorization", ""))
    if not key:
        raise unauthenticated("You did not provide an API key.")
    if not _TEST_KEY.fullmatch(key):
        raise unauthenticated("Invalid API Key provided: the simulator takes secret test keys.")
    own = account_of(key)
    exchange.account = headers.get("stripe-account", own)
    exchange.platform = None if exchange.account == own else own
    if not _ACCOUNT.fullmatch(exchange.account):
        raise forbidden("The provided key does not have access to this account.")
    version = headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise invalid(f"Invalid Stripe API version: {version}. The simulator is {API_VERSION}.")
    exchange.key = headers.get("idempotency-key") if exchange.request.method == "POST" else None
    if exchange.key is not None and not 0 < len(exchange.key) <= _KEY_LENGTH_MAX:
        raise invalid(f"Idempotency keys have at most {_KEY_LENGTH_MAX} characters.")


def _api_key(authorization: str) -> str:
    scheme, _, told = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return told.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(told).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _once(
    simulator: Simulator, exchange: _Exchange, resource: Resource, ids: tuple[str, ...]
) -> Reply:
    """The answer; for a key that was seen before, the one that was given then."""
    account, key = str(exchange.account), exchange.key
    if key is not None and not simulator.begin(account, key):
        raise key_in_use(key)
    try:
        slow = simulator.faults.take(
            exchange.request.method, exchange.request.path, ("slow",), "before"
        )
        if slow is not None:
            exchange.fault = "slow"
            time.sleep(slow.seconds)
        return _execute(simulator, exchange, resource, ids)
    finally:
        if key is not None:
            simulator.end(account, key)


def _execute(
    simulator: Simulator, exchange: _Exchange, resource: Resource, ids: tuple[str, ...]
) -> Reply:
    request, account, key = exchange.request, str(exchange.account), exchange.key
    print_ = idempotency.fingerprint(request.method, request.path, exchange.params)
    try:
        with simulator.visit(
            account,
            request_id=exchange.request_id,
            idempotency_key=key,
            platform=exchange.platform,
        ) as merchant:
            if key is not None:
                kept = idempotency.recall(simulator.store, account, key, print_)
                if kept is not None:
                    exchange.replayed_from = kept.request_id
                    return _reply(exchange, kept.status, kept.body)
            params = Parameters(exchange.params)
            wanted = params.texts("expand")
            result = resource(Call(merchant, params, ids, request.path))
            params.finish()
            outcome = result if isinstance(result, Answer) else Answer(200, result)
            if outcome.status == 200:
                expansion.expand(merchant, outcome.body, wanted)
            if key is not None:
                kept = Kept(exchange.request_id, outcome.status, outcome.body)
                idempotency.keep(simulator.store, account, key, print_, kept)
    except ApiError as error:
        if key is not None and error.kept:
            kept = Kept(exchange.request_id, error.status, {"error": error.error})
            with simulator.store.transaction():
                idempotency.keep(simulator.store, account, key, print_, kept)
        raise
    return _reply(exchange, outcome.status, outcome.body)


def _fault(exchange: _Exchange, fault: Fault, reply: Reply) -> Reply:
    exchange.fault = f"{fault.kind} {fault.moment}"
    if fault.kind == "500":
        return _reply(exchange, 500, {"error": server_error().error})
    if fault.kind == "429":
        return _reply(exchange, 429, {"error": too_many_requests().error})
    stall = fault.seconds if fault.kind == "stall" else 0.0
    return Reply(reply.status, reply.body, broken=fault.kind, stall_seconds=stall)


def _reply(exchange: _Exchange, status: int, body: object) -> Reply:
    headers = {"Request-Id": exchange.request_id, "Stripe-Version": API_VERSION}
    if exchange.key is not None:
        headers["Idempotency-Key"] = exchange.key
    if exchange.replayed_from:
        headers |= {"Idempotent-Replayed": "true", "Original-Request": exchange.replayed_from}
    return Reply(status, json.dumps(body, indent=2).encode(), headers=headers)
