"""Telling the payment simulator where a demo practice listens."""

import json
import urllib.error
import urllib.parse
import urllib.request

from django.conf import settings


def register_endpoint(secret_key: str, url: str) -> str | None:
    """Return the signing secret of a new webhook endpoint, or None where no simulator answers."""
    if not settings.STRIPE_API_BASE.startswith("http://127.0.0.1:"):
        return None
    body = urllib.parse.urlencode({"url": url, "enabled_events[]": "*"}).encode()
    request = urllib.request.Request(  # noqa: S310  # the address was checked above
        f"{settings.STRIPE_API_BASE}/v1/webhook_endpoints",
        data=body,
        headers={"Authorization": f"Bearer {secret_key}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  # as above
            return str(json.load(answer)["secret"])
    except urllib.error.URLError:
        return None
