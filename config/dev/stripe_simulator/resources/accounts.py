"""Stripe accounts: each secret key has one, and each id in `Stripe-Account` is one."""

from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import forbidden
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object

_CONTACT = ("product_description", "support_email", "support_phone", "support_url", "url")


def ensure(merchant: Merchant) -> Object:
    """The account itself, made when it is first met."""
    found = merchant.store.get(merchant.account)
    return found if found is not None else merchant.add(_build(merchant))


def connect(merchant: Merchant, platform: str) -> None:
    """The platform's key may act for this account from now on."""
    merchant.store.rows(
        "INSERT OR IGNORE INTO connections VALUES (?, ?)", platform, merchant.account
    )


def display_name(merchant: Merchant) -> str:
    return str(ensure(merchant)["business_profile"]["name"])


def rename(merchant: Merchant, name: str) -> Object:
    account = ensure(merchant)
    account["business_profile"]["name"] = name
    return merchant.save(account)


def retrieve_own(call: Call) -> Object:
    return ensure(call.merchant)


def retrieve(call: Call) -> Object:
    """The account of the call, or one that is connected to it."""
    connected = call.merchant.store.rows(
        "SELECT 1 FROM connections WHERE platform = ? AND account = ?",
        call.merchant.account,
        call.ids[0],
    )
    found = call.merchant.store.get(call.ids[0])
    if found is None or not (connected or call.ids[0] == call.merchant.account):
        raise forbidden(
            f"The provided key does not have access to account '{call.ids[0]}' (or that account "
            "does not exist)."
        )
    return found


def _build(merchant: Merchant) -> Object:
    return {
        "id": merchant.account,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": None,
            "minority_owned_business_designation": None,
            "name": "Simulated merchant",
            "support_address": None,
        }
        | dict.fromkeys(_CONTACT),
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "US",
        "created": merchant.now,
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }
