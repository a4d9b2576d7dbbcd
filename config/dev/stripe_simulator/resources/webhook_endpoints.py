"""Webhook endpoints: where events go. Only this machine's own addresses are taken."""

from urllib.parse import urlsplit

from config.dev.stripe_simulator import deliveries, lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import invalid, missing
from config.dev.stripe_simulator.identifiers import new_id, random_text
from config.dev.stripe_simulator.merchant import API_VERSION, Merchant
from config.dev.stripe_simulator.messages import Object

_LOOPBACK = ("127.0.0.1", "localhost")


def create(call: Call) -> Object:
    """The secret is shown in this answer only."""
    params = call.params
    url, events = params.needed("url"), params.texts("enabled_events")
    if not events:
        raise missing("enabled_events")
    params.choice("api_version", API_VERSION)
    endpoint = add(
        call.merchant,
        url,
        events,
        connect=bool(params.flag("connect")),
        description=params.text("description"),
        metadata=params.metadata(),
    )
    return endpoint | {"secret": call.merchant.store.private(endpoint["id"])["secret"]}


def add(
    merchant: Merchant,
    url: str,
    events: list[str],
    *,
    connect: bool = False,
    secret: str | None = None,
    description: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Object:
    """Raises: ApiError where the address is not one of this machine over plain HTTP."""
    if not is_loopback(url):
        message = "Invalid URL: the simulator delivers to http://127.0.0.1 and localhost only."
        raise invalid(message, param="url", code="url_invalid")
    endpoint: Object = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": merchant.now,
        "description": description,
        "enabled_events": events,
        "livemode": False,
        "metadata": metadata or {},
        "status": "enabled",
        "url": url,
    }
    return merchant.add(endpoint, secret=secret or f"whsec_{random_text(32)}", connect=connect)


def is_loopback(url: str) -> bool:
    try:
        address = urlsplit(url)
        return address.scheme == "http" and address.hostname in _LOOPBACK and address.port != 0
    except ValueError:
        return False


def retrieve(call: Call) -> Object:
    return call.merchant.find("webhook_endpoint", call.ids[0])


def listing(call: Call) -> Object:
    return lists.page(call, "webhook_endpoint")


def delete(call: Call) -> Object:
    endpoint = call.merchant.find("webhook_endpoint", call.ids[0])
    deliveries.drop(call.merchant.store, endpoint["id"])
    call.merchant.store.delete(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}
