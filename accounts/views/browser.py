"""Which browser a request comes from: a name that we gave it, and what it says of itself."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.addresses import client_address
from accounts.selectors import presence
from accounts.services import devices, users
from accounts.sessions import Origin

COOKIE = "__Host-device"
SALT = "accounts.sign_in.device"
SECONDS = 365 * 86_400


def device_of(request: HttpRequest, email: str) -> UUID | None:
    """Return the known device that a request comes from, if it is one of whoever has this name."""
    return presence.known_device(token=token_of(request), name=users.canonical_name(email))


def token_of(request: HttpRequest) -> str:
    """Return what names this browser, or "" if we never named it."""
    return request.get_signed_cookie(COOKIE, default="", salt=SALT) or ""


def origin_of(request: HttpRequest) -> Origin:
    """Return from where a request comes, in the few words that its person will know."""
    address = client_address(request.META, proxies=settings.TRUSTED_PROXIES)
    label = devices.label(request.headers.get("User-Agent", ""))
    return Origin(label, str(address) if address else None)


def mark(response: HttpResponse, token: str) -> None:
    """Let the browser keep its name for a year. It opens nothing and skips nothing."""
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=SALT,
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
