"""From which address a request comes: what our own proxies say, never what the browser says."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address


def client_address(meta: Mapping[str, str], *, proxies: int) -> Address | None:
    """Return the address of whoever spoke to the outermost of our proxies, None if unknown.

    ``proxies`` is how many proxies of ours stand before this server; each adds the address that it
    saw at the right end of X-Forwarded-For, so everything further left is the sender's own words.
    With fewer entries than proxies nothing is known: the address at hand is a proxy's of ours.
    """
    seen = meta.get("REMOTE_ADDR", "")
    if proxies:
        forwarded = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        seen = forwarded[-proxies] if len(forwarded) >= proxies else ""
    return parsed(seen)


def parsed(text: str) -> Address | None:
    """Return the address that a text names, None if it names none; one way to write each."""
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
