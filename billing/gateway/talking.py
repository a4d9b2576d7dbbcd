"""How a request goes to Stripe for one practice, and what an answer that is none means."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings
from django.db import connection
from stripe._http_client import RequestsClient

PERSON_SECONDS = 2.5
"""How long a page waits for Stripe while somebody looks at it, connecting included."""

WORKER_SECONDS = 10.0
CONNECT_SECONDS = 1.0
"""How much of a call's time may go by until there is a connection."""

INTENT = "intent"
"""The one word of ours that Stripe's metadata holds: beside it stands the id of an intent."""


_seconds: ContextVar[float] = ContextVar("stripe_seconds", default=PERSON_SECONDS)
_until: ContextVar[float | None] = ContextVar("stripe_until", default=None)


class Unclear(Exception):
    """Stripe did not answer, or not in a way that tells whether it acted."""


class Refused(Exception):
    """Stripe refused the request; nothing happened there."""


class Missing(Refused):
    """There is no such object at Stripe, or not in this practice's account."""


class InsideTransaction(Exception):
    """The gateway was called while a database transaction was open."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to speak for one practice."""

    secret_key: str = field(repr=False)
    connect_id: str = ""


@contextmanager
def patiently() -> Iterator[None]:
    """Wait longer for Stripe while the block lasts: nobody looks at a page meanwhile."""
    before = _seconds.set(WORKER_SECONDS)
    try:
        yield
    finally:
        _seconds.reset(before)


@contextmanager
def in_one_wait() -> Iterator[None]:
    """Let all calls of the block together wait no longer than a page waits for one of them.

    A call for which no time is left is not made: it raises ``Unclear``, as if it had been.
    """
    before = _until.set(time.monotonic() + PERSON_SECONDS)
    try:
        yield
    finally:
        _until.reset(before)


def request_hash(request: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of a request, so that a key is never used for another one."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()


def client_for(credentials: Credentials) -> stripe.StripeClient:
    """Return Stripe's own client for one practice.

    Raises:
        InsideTransaction: a transaction is open.
        Unclear: the page has waited long enough for other calls.
    """
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise InsideTransaction("Leave the scope before speaking to Stripe.")
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        credentials.secret_key,
        base_addresses={"api": settings.STRIPE_API_BASE},
        max_network_retries=0,
        http_client=RequestsClient(timeout=_waits()),
    )


def _waits() -> tuple[float, float]:
    """Return how long to wait for a connection, and then for an answer, in seconds."""
    until = _until.get()
    left = _seconds.get() if until is None else until - time.monotonic()
    if left <= 0:
        raise Unclear("No time is left.")
    connecting = min(CONNECT_SECONDS, left / 2)
    return connecting, left - connecting


def options_for(credentials: Credentials) -> Any:
    """Return the options of every request for one practice."""
    return {"stripe_account": credentials.connect_id} if credentials.connect_id else {}


def call(request: Any) -> Any:
    """Send a request, and return what Stripe answers.

    Raises:
        Missing: there is no such object.
        Refused: Stripe refused.
        Unclear: it did not answer clearly.
    """
    try:
        return request()
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise Unclear(type(error).__name__) from None
    except stripe.StripeError as error:
        if error.code == "resource_missing":
            raise Missing(error.code) from None
        raise Refused(error.code or type(error).__name__) from None


def is_signed(body: str, signature: str, secret: str, *, within_seconds: int) -> bool:
    """Return whether Stripe signed a body with this secret, not longer ago than that."""
    try:
        stripe.WebhookSignature.verify_header(  # type: ignore[no-untyped-call]  # untyped in the library
            body, signature, secret, tolerance=within_seconds
        )
    except stripe.SignatureVerificationError:
        return False
    return True


def our_id(text: str | None) -> UUID | None:
    """Return the id of ours that Stripe was told, or None if it is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
