"""No other site acts in somebody's name: every route, every method that could change something."""

import logging
import re
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.services import totp
from tests.attacks.answers import untouched
from tests.houses import PASSWORD, user_of
from tests.test_permissions import EVERY_ROUTE, World
from tests.test_programs import API_ROUTES

UNSAFE = ["POST", "PUT", "PATCH", "DELETE", "QUACK"]
WITHOUT_TOKEN = {
    "billing:stripe_webhook": "the signature over the body proves who sends it",
    **dict.fromkeys(API_ROUTES, "no cookie is read: a program shows its own token each time"),
}
"""Routes that take no token, and why."""

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
OURS = "http://testserver"
FOREIGN = [
    "https://evil.example",
    "http://evil.example",
    "null",
    "https://testserver",
    "http://testserver.evil.example",
    "http://testserver:8000",
    "http://eviltestserver",
    "http://127.0.0.1",
    "http://[::1]",
    "file://",
    "chrome-extension://abcdefghijklmnop",
    "http://testserver@evil.example",
    "//testserver",
    "not an origin",
]
"""Origins that a browser could name for a page that is not ours."""


def strict(browser: Client) -> Client:
    """Return the same browser at a server that asks for tokens."""
    other = Client(enforce_csrf_checks=True)
    other.cookies = browser.cookies
    return other


def token_of(browser: Client, page: str) -> str:
    """Load a page with a form, and return its token; the cookie that belongs to it stays."""
    found = TOKEN.search(browser.get(page).content.decode())
    assert found
    return found[1]


def not_refused(
    browser: Client, world: World, methods: list[str], **headers: str
) -> list[tuple[str, str, int]]:
    """Send something to every route by unsafe methods, and return what was not refused."""
    taken = []
    for route in sorted(EVERY_ROUTE.keys() - WITHOUT_TOKEN.keys()):
        for method in methods:
            with untouched(browser):
                answer = browser.generic(method, world.url(route), headers=headers)
            if answer.status_code != HTTPStatus.FORBIDDEN:
                taken.append((route, method, answer.status_code))
    return taken


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_nothing_is_done_without_a_token(world: World) -> None:
    assert not_refused(strict(world.browser("administrator")), world, ["POST"]) == []


def test_nobody_does_anything_without_a_token_by_any_method(world: World) -> None:
    assert not_refused(strict(world.browser("nobody")), world, UNSAFE) == []


def test_the_routes_without_a_token_are_those_that_say_so() -> None:
    exempt = {name for name, view in EVERY_ROUTE.items() if is_exempt(view)}

    assert exempt == set(WITHOUT_TOKEN)


def is_exempt(view: Any) -> bool:
    return bool(getattr(view.as_view(), "csrf_exempt", False))


def test_a_token_alone_does_nothing_from_another_site(world: World) -> None:
    """Somebody who learned the token still has no page of ours to send it from."""
    browser = strict(world.browser("administrator"))
    headers = {"X-CSRFToken": token_of(browser, "/practice/"), "Origin": "https://evil.example"}

    assert not_refused(browser, world, ["POST"], **headers) == []


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_is_refused_with_a_right_token(world: World, origin: str) -> None:
    browser = strict(world.browser("front-desk"))
    body = {"csrfmiddlewaretoken": token_of(browser, "/practice/"), "theme": "dark"}

    refused = browser.post("/theme/", body, headers={"Origin": origin})
    taken = browser.post("/theme/", body, headers={"Origin": OURS})

    assert (refused.status_code, taken.status_code) == (403, 302)


@pytest.mark.parametrize("referer", ["", "https://evil.example/", "https://testserver.evil/", "x"])
def test_over_https_a_form_without_an_origin_names_the_page_that_it_came_from(
    world: World, referer: str
) -> None:
    browser = strict(world.browser("front-desk"))
    body = {"csrfmiddlewaretoken": token_of(browser, "/practice/"), "theme": "dark"}
    sent = {"Referer": referer} if referer else {}

    refused = browser.post("/theme/", body, secure=True, headers=sent)
    taken = browser.post("/theme/", body, secure=True, headers={"Referer": "https://testserver/"})

    assert (refused.status_code, taken.status_code) == (403, 302)


def test_another_persons_token_is_refused(world: World) -> None:
    mine, theirs = strict(world.browser("front-desk")), strict(world.browser("accountant"))
    token_of(mine, "/practice/")
    foreign = token_of(theirs, "/practice/")

    answer = mine.post("/theme/", {"csrfmiddlewaretoken": foreign, "theme": "dark"})

    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_a_token_that_was_planted_before_opens_nothing_after_signing_in(
    front_desk: Membership,
) -> None:
    browser, user, secret = Client(), user_of(front_desk), totp.new_secret()
    totp.install(user=user, secret=secret, now=timezone.now())
    planted = token_of(browser, "/sign-in/")
    before = browser.cookies[settings.CSRF_COOKIE_NAME].value

    browser.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    browser.post("/sign-in/code/", {"code": totp.code_at(secret, timezone.now())})
    answer = strict(browser).post("/theme/", {"csrfmiddlewaretoken": planted, "theme": "dark"})

    assert browser.cookies[settings.CSRF_COOKIE_NAME].value != before
    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_no_other_site_may_read_an_answer(world: World) -> None:
    browser = world.browser("front-desk")
    sent = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-csrftoken",
    }
    allowed = {}
    for route in sorted(EVERY_ROUTE):
        for method in ("OPTIONS", "GET"):
            with untouched(browser):
                answer = browser.generic(method, world.url(route), headers=sent)
            if any(name.lower().startswith("access-control-") for name in answer.headers):
                allowed[route] = answer.headers

    assert allowed == {}
