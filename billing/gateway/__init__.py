"""The only part that speaks Stripe. It is never called inside a database transaction.

Only opaque ids and constant words leave the house: Stripe's agreement covers no PHI.
"""

from billing.gateway.checkout import (
    Checkout,
    checkout_request,
    expire_checkout,
    fetch_checkout,
    find_checkout,
    open_checkout,
)
from billing.gateway.notices import BadSignature, NotAnEvent, Notice, notice_of, read_webhook
from billing.gateway.talking import (
    Credentials,
    InsideTransaction,
    Missing,
    Refused,
    Unclear,
    in_one_wait,
    patiently,
    request_hash,
)

__all__ = [
    "BadSignature",
    "Checkout",
    "Credentials",
    "InsideTransaction",
    "Missing",
    "NotAnEvent",
    "Notice",
    "Refused",
    "Unclear",
    "checkout_request",
    "expire_checkout",
    "fetch_checkout",
    "find_checkout",
    "in_one_wait",
    "notice_of",
    "open_checkout",
    "patiently",
    "read_webhook",
    "request_hash",
]
