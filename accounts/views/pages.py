"""The pages that somebody can come back to, by their path and the ids in their query."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest
from django.urls import resolve
from django.urls.exceptions import Resolver404

from accounts.card_numbers import WHOLE_UUID

LONGEST = 200


def known(address: str) -> str:
    """Return the page that a path with its query names, without whatever is no id; "" for none.

    Pages outside a practice, such as signing in, are none, and so is what can only be posted to.
    """
    path, _, query = address.partition("?")
    try:
        view = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return ""
    if view is None or not hasattr(view, "get") or getattr(view, "outside", False):
        return ""
    ids = sorted(part for part in parse_qsl(query) if WHOLE_UUID.fullmatch(part[1]))
    page = f"{path}?{urlencode(ids)}" if ids else path
    return page if len(page) <= LONGEST else ""


def here(request: HttpRequest) -> str:
    """Return the page that a request asks for, or ""."""
    return known(f"{request.path}?{request.META.get('QUERY_STRING', '')}")


def before(request: HttpRequest) -> str:
    """Return the page on which a form stood that was sent, or "" if that is none of ours."""
    try:
        url = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    return known(f"{url.path}?{url.query}") if url.netloc == request.get_host() else ""
