"""Every answer is wrapped the same: each route, each role and nobody, and all that goes wrong."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

from accounts.ids import uuid7
from tests import deployed
from tests.attacks.answers import cookie_flaws, flaws, untouched
from tests.test_permissions import COLUMNS, EVERY_ROUTE, World

OTHER_METHODS = ["head", "options", "put", "patch", "delete", "trace", "quack"]
SHORT = ["front-desk", "nobody"]
"""Whose browsers also try what no page does."""

TO_THE_CARD_COMPANY = {"form-action": f"'self' {settings.STRIPE_CHECKOUT_ORIGIN}"}
WIDER = {
    "billing:checkout_start": TO_THE_CARD_COMPANY,
    "billing:pay_account": TO_THE_CARD_COMPANY,
    "billing:pay_start": TO_THE_CARD_COMPANY,
}
"""Routes whose policy says more: the form that leads to the card company's page."""

SEEN = {"nobody": {200, 302, 404, 405, 422}, "other": {200, 302, 404, 405}}
"""What each has to come across: not less than a page, a way elsewhere and refusals."""

PRODUCTION = """
import json, logging, sys
from django.conf import settings
from django.test import Client
settings.ROOT_URLCONF = "tests.accounts.urls"
logging.disable(logging.CRITICAL)
def told(path, method="GET", **sent):
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answer = browser.generic(method, path, **sent)
    cookies = [morsel.OutputString() for morsel in answer.cookies.values()]
    return [answer.status_code, dict(answer.headers), cookies]
print(json.dumps({name: told(**sent) for name, sent in json.load(sys.stdin).items()}))
"""
TRANSPORT, HTTPS_ONLY = "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
ELSEWHERE = {"path": "/sign-in/", "HTTP_HOST": "evil.example"}
OF_PRODUCTION: dict[str, tuple[int, dict[str, Any]]] = {
    "page": (200, {"path": "/sign-in/", "secure": True}),
    "plain": (301, {"path": "/sign-in/"}),
    "for another host": (400, {**ELSEWHERE, "secure": True}),
    "plain, for another host": (400, ELSEWHERE),
    "missing": (404, {"path": "/nothing/here/", "secure": True}),
    "file": (200, {"path": static("css/app.css"), "secure": True}),
    "forged": (403, {"path": "/sign-in/", "method": "POST", "secure": True}),
    "failure": (500, {"path": "/webhooks/crashing/", "secure": True}),
}
"""What is asked of the product outside a demo, and the status of each answer."""


def wrong_with(answer: Any, *, is_file: bool = False, route: str = "") -> list[str]:
    """Return what is wrong with the headers and the cookies of an answer."""
    let_go(answer)
    set_now = [morsel.OutputString() for morsel in answer.cookies.values() if morsel.value]
    wider = WIDER.get(route)
    return flaws(answer.headers, is_file=is_file, wider=wider) + cookie_flaws(set_now)


def let_go(answer: Any) -> None:
    """Read a file to its end, which closes it; closing the answer would end the connections."""
    if answer.streaming:
        answer.getvalue()


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Let what goes wrong on purpose not fill the report."""
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def desk(world: World, quiet: None) -> Client:
    """The front desk's browser, in which a failure is an answer and not an exception."""
    browser = world.browser("front-desk")
    browser.raise_request_exception = False
    return browser


def asked(world: World, column: str) -> Iterator[tuple[str, str]]:
    """Yield which method to try on which route in somebody's browser."""
    methods = ["get", "post", *(OTHER_METHODS if column == "nobody" else [])]
    for route in sorted(EVERY_ROUTE):
        for method in methods if column in SHORT else ["get"]:
            yield route, method


@pytest.mark.parametrize("column", COLUMNS)
def test_every_route_answers_everybody_in_full_dress(
    world: World, column: str, quiet: None
) -> None:
    found = {}
    statuses = set()
    browser = world.browser(column)
    for route, method in asked(world, column):
        with untouched(browser):
            answer = browser.generic(method.upper(), world.url(route))
            statuses.add(answer.status_code)
            if wrong := wrong_with(answer, route=route):
                found[route, method] = wrong

    assert found == {}
    assert statuses >= SEEN.get(column, {200, 302, 403, 405})


@pytest.mark.parametrize(
    ("path", "status", "sent"),
    [
        ("/nothing/here/", 404, {}),
        ("/clients", 301, {}),
        ("/clients/not-an-id/", 404, {}),
        ("/clients/\x00/", 404, {}),
        ("/static/nothing.css", 404, {}),
        ("/people/", 400, {"HTTP_HOST": "evil.example"}),
        ("/nothing/here/", 400, {"HTTP_HOST": "evil.example"}),
        ("/people/", 400, {"HTTP_HOST": "evil example\x00"}),
    ],
)
def test_what_goes_wrong_on_the_way_is_dressed_too(
    desk: Client, path: str, status: int, sent: dict[str, Any]
) -> None:
    answer = desk.get(path, **sent)

    assert answer.status_code == status
    assert wrong_with(answer) == []


def test_a_body_that_is_too_large_is_dressed_too(desk: Client, world: World) -> None:
    large = {"q": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}

    for path, status in (("/clients/search/", 400), ("/sign-in/", 400)):
        answer = desk.post(path, large, content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, wrong_with(answer)) == (status, [])


def test_a_form_without_its_token_is_dressed_too(desk: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies

    for browser in (strict, Client(enforce_csrf_checks=True)):
        answer = browser.post("/sign-in/")
        assert (answer.status_code, wrong_with(answer)) == (403, [])


@pytest.mark.urls("tests.accounts.urls")
@pytest.mark.parametrize("route", ["crashing", "answering-500", "broken-at-commit"])
def test_a_failure_is_dressed_too(desk: Client, route: str) -> None:
    answer = desk.get(f"/test/{route}/")

    assert answer.status_code == 500
    assert wrong_with(answer) == []


def test_a_file_is_kept_for_ever_under_an_address_of_its_content(client: Client) -> None:
    names = [path for finder in finders.get_finders() for path, _ in finder.list(None)]
    assert {"css/app.css", "js/app.js", "django_htmx/htmx-2.min.js"} <= set(names)

    wrong = {name: wrong_with(client.get(static(name)), is_file=True) for name in names}

    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_file_that_is_asked_for_otherwise_is_dressed_too(client: Client) -> None:
    file = static("css/app.css")
    whole = client.get(file)
    let_go(whole)

    again = client.get(file, headers={"If-None-Match": whole["ETag"]})
    part = client.get(file, headers={"Range": "bytes=0-9"})
    beyond = client.get(file, headers={"Range": "bytes=99999999-"})
    posted = client.post(file)
    elsewhere = client.get(f"{settings.STATIC_URL}../config/settings.py")

    assert (again.status_code, part.status_code) == (304, 206)
    assert flaws({**whole.headers, **again.headers}, is_file=True) == []
    assert wrong_with(part, is_file=True) == []
    assert (beyond.status_code, posted.status_code, elsewhere.status_code) == (416, 405, 404)
    assert [wrong_with(answer) for answer in (beyond, posted, elsewhere)] == [[], [], []]


def test_signing_out_clears_what_the_browser_kept(desk: Client) -> None:
    assert "Clear-Site-Data" not in desk.get("/clients/").headers

    answer = desk.post("/sign-out/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.commits
def test_in_production_whatever_it_answers_is_in_full_dress(commits: None) -> None:
    asked = {name: sent for name, (_, sent) in OF_PRODUCTION.items()}

    answers = json.loads(deployed.told(PRODUCTION, json.dumps(asked)))

    wrong = {
        name: flaws(headers, is_file=name == "file")
        + cookie_flaws(cookies)
        + (
            []
            if headers.get(TRANSPORT) == (HTTPS_ONLY if asked[name].get("secure") else None)
            else [TRANSPORT]
        )
        for name, (_, headers, cookies) in answers.items()
    }
    assert {name: found for name, found in wrong.items() if found} == {}
    assert {name: status for name, (status, _, _) in answers.items()} == {
        name: status for name, (status, _) in OF_PRODUCTION.items()
    }
    assert answers["page"][2]


@pytest.mark.parametrize(("proxies", "status"), [("0", 301), ("1", 200)])
def test_only_a_proxy_of_ours_is_believed_that_a_request_came_over_https(
    proxies: str, status: int
) -> None:
    asked = {"claimed": {"path": "/sign-in/", "HTTP_X_FORWARDED_PROTO": "https"}}

    told = deployed.told(PRODUCTION, json.dumps(asked), TRUSTED_PROXIES=proxies)

    assert json.loads(told)["claimed"][0] == status


def test_a_demo_binds_no_other_page_of_this_machine_to_https(client: Client) -> None:
    assert "Strict-Transport-Security" not in client.get("/sign-in/").headers


def test_refused_and_missing_are_told_inside_the_frame(desk: Client, client: Client) -> None:
    for path, status in (("/nothing/", 404), ("/people/", 403)):
        answer = desk.get(path)
        assert answer.status_code == status
        assert 'aria-label="Main"' in answer.content.decode()
        assert "Sign out" in answer.content.decode()

    stranger = client.get("/nothing/").content.decode()
    assert "There is nothing at this address" in stranger
    assert "Sign out" not in stranger


ALIKE = ["billing:client", "billing:invoice", "billing:payment", "clients:assign"]


@pytest.mark.parametrize("route", ALIKE)
def test_a_foreign_row_and_no_row_are_told_in_as_many_bytes(world: World, route: str) -> None:
    browser, path = world.browser("other"), world.url(route)
    foreign = browser.get(path)
    missing = browser.get(path.replace(path.split("/")[2], str(uuid7())))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert len(foreign.content) == len(missing.content)
