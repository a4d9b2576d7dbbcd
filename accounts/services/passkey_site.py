"""Where passkeys work: browsers tie each one to a domain, and to pages of one origin."""

import contextlib
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys belong to: a domain, and the one origin whose pages may ask for them."""

    domain: str
    origin: str


def site() -> Site | None:
    """Return what passkeys belong to here, or None where browsers know none: at a bare address.

    This machine's own address counts as "localhost", at which browsers do.
    """
    base = urlsplit(settings.BASE_URL)
    domain = base.hostname or ""
    with contextlib.suppress(ValueError):
        domain = "localhost" if ip_address(domain).is_loopback else ""
    port = f":{base.port}" if base.port and base.port != USUAL_PORTS.get(base.scheme) else ""
    return Site(domain, f"{base.scheme}://{domain}{port}") if domain else None


def works_at(host: str) -> bool:
    """Say whether a page at this host (and port) may ask for passkeys."""
    here = site()
    return here is not None and urlsplit(here.origin).netloc == host.lower()
