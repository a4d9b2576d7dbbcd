"""Where a connection may lead: to public https addresses, as they are when it is made.

A name is looked up once, every address that it has is checked, and the connection goes to one of
those: a name that means something else a moment later gains nothing. Redirects are not followed,
and no proxy of the environment is used.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from billing.ehr.errors import Forbidden, Unreachable

LOCAL = ip_address("127.0.0.1")


def check_url(url: str, *, allow_private: bool) -> str:
    """Return an address that may be asked, as it was given.

    Raises:
        Forbidden: it is not https, names a person, a query or a place in a page, or is no address.
    """
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise Forbidden("It is no address.") from None
    is_local = allow_private and parts.scheme == "http" and parts.hostname == str(LOCAL)
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    is_clean = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not (port_is_fine and is_plain and is_clean and parts.hostname):
        raise Forbidden("It is no address.")
    if parts.scheme != "https" and not is_local:
        raise Forbidden("It does not start with https://.")
    return url


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address belongs to no private, local or reserved network."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if isinstance(address, IPv6Address):
        inner = inner or address.sixtofour or (address.teredo[1] if address.teredo else None)
        embeds = int(address) >> 32 in {0, 0x64FF9B << 64}
        if embeds or (inner is not None and not is_public(inner)):
            return False
    return address.is_global and not address.is_multicast


def addresses_of(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the addresses of a host that may be connected to.

    Raises:
        Forbidden: any of them is not public.
        Unreachable: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("The host has no address.") from None
    addresses = [str(info[4][0]).partition("%")[0] for info in found]
    if not allow_private and not all(is_public(ip_address(each)) for each in addresses):
        raise Forbidden("The host is not on the public network.")
    return addresses


class _Guarded:
    """Connects to an address that was checked just before."""

    allow_private = False

    def _new_conn(self) -> socket.socket:
        host, port = self.host, self.port  # type: ignore[attr-defined]  # of urllib3's connection
        timeout = self.timeout  # type: ignore[attr-defined]  # of urllib3's connection
        for address in addresses_of(host, port, allow_private=self.allow_private):
            try:
                return socket.create_connection((address, port), timeout)
            except OSError:
                continue
        raise Unreachable("Nobody answers there.")


class _Http(_Guarded, HTTPConnection):
    pass


class _Https(_Guarded, HTTPSConnection):
    pass


class _PrivateHttp(_Http):
    allow_private = True


class _PrivateHttps(_Https):
    allow_private = True


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _PrivateHttpPool(HTTPConnectionPool):
    ConnectionCls = _PrivateHttp


class _PrivateHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _PrivateHttps


class _Adapter(HTTPAdapter):
    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        pools = (
            {"http": _PrivateHttpPool, "https": _PrivateHttpsPool}
            if self.allow_private
            else {"http": _HttpPool, "https": _HttpsPool}
        )
        self.poolmanager.pool_classes_by_scheme = pools


def session(*, allow_private: bool) -> requests.Session:
    """Return a session whose every connection is checked."""
    made = requests.Session()
    made.trust_env = False
    for scheme in ("https://", "http://"):
        made.mount(scheme, _Adapter(allow_private=allow_private))
    return made
