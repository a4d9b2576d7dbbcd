"""What has to stand round every answer, and what must not."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from http.cookies import SimpleCookie

from django.test import Client

from tests.test_permissions import put_back

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "default inspected",
}
EXACTLY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    # With no-referrer, Chromium sends "Origin: null" with a form, which the CSRF check refuses.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Server": "web",
}
REFUSED_FEATURES = {"camera", "microphone", "geolocation", "payment", "usb", "display-capture"}
ABSENT = ("Access-Control-Allow-Origin", "X-Powered-By", "Via", "X-Runtime", "Last-Modified")
TELLTALE = re.compile(r"granian|django|python|nginx|whitenoise|\b\d+\.\d+\.\d+\b", re.IGNORECASE)
KEPT_FOREVER = "max-age=315360000, public, immutable"
COOKIE_MAX_BYTES = 4096


def flaws(
    headers: Mapping[str, str], *, is_file: bool = False, wider: Mapping[str, str] | None = None
) -> list[str]:
    """Return what is wrong with an answer's headers; a file may be kept, and nothing else.

    ``wider`` are the directives in which one route's policy may differ.
    """
    found = [
        f"{name}: {headers.get(name)}"
        for name, wanted in EXACTLY.items()
        if headers.get(name) != wanted
    ]
    policy = headers.get("Content-Security-Policy", "")
    if directives(policy) not in (POLICY, {**POLICY, **(wider or {})}):
        found.append(f"Content-Security-Policy: {policy}")
    kept = headers.get("Cache-Control")
    if kept != (KEPT_FOREVER if is_file else "no-store"):
        found.append(f"Cache-Control: {kept}")
    features = headers.get("Permissions-Policy", "")
    if not {f"{feature}=()" for feature in REFUSED_FEATURES} <= set(features.split(", ")):
        found.append(f"Permissions-Policy: {features}")
    absent = [name for name in ABSENT if not (is_file and name == "Last-Modified")]
    found += [f"{name}: {headers[name]}" for name in absent if name in headers]
    return found + [f"{name}: {value}" for name, value in headers.items() if TELLTALE.search(value)]


def directives(policy: str) -> dict[str, str]:
    """Return a content security policy as its directives."""
    parts = (part.strip().partition(" ") for part in policy.split(";") if part.strip())
    return {name: value for name, _, value in parts}


def cookie_flaws(lines: Iterable[str]) -> list[str]:
    """Return what is wrong with cookies as ``Set-Cookie`` sets them."""
    found = []
    for line in lines:
        for name, cookie in SimpleCookie(line.strip()).items():
            is_bound = (
                name.startswith("__Host-")
                and cookie["secure"]
                and cookie["httponly"]
                and cookie["samesite"] in {"Lax", "Strict"}
                and cookie["path"] == "/"
                and not cookie["domain"]
            )
            if not is_bound or len(line) > COOKIE_MAX_BYTES:
                found.append(line)
    return found


@contextmanager
def untouched(browser: Client) -> Iterator[None]:
    """Undo what requests changed, in the database and in the browser: a sign-out too."""
    kept = deepcopy(browser.cookies)
    with put_back():
        yield
    browser.cookies = kept
