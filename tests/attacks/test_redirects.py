"""Nobody is led off this site: by ``next``, or by a host that is claimed."""

import re
from http import HTTPStatus
from urllib.parse import quote

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.services import totp
from accounts.views.asking import wanted_url
from tests.attacks.answers import untouched
from tests.houses import PASSWORD, browser_of, user_of
from tests.test_permissions import EVERY_ROUTE, World

EVIL = "evil.example"
AWAY = [
    "http://evil.example",
    "https://evil.example/people/",
    "HTTPS://EVIL.EXAMPLE/",
    "//evil.example",
    "//evil.example/people/",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\\\\evil.example",
    "\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\r\n/evil.example",
    "/\t\\evil.example",
    "\t//evil.example",
    "\n//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x08//evil.example",
    "\x1f//evil.example",
    "\u00a0//evil.example",
    "\u2028//evil.example",
    "\u3000//evil.example",
    "\ufeff//evil.example",
    "/\x00/evil.example",
    "/\u2044/evil.example",
    "/\uff0fevil.example",
    "//evil\u3002example",
    "//\uff45vil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "http:\\\\evil.example",
    "https:evil.example",
    "https:/\\evil.example",
    "ht\ttp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://evil.example/x",
    "file:///etc/passwd",
    "ftp://evil.example",
    "mailto:a@evil.example",
    "//testserver@evil.example",
    "http://testserver@evil.example",
    "http://testserver:80@evil.example",
    "//testserver.evil.example",
    "//evil.example#testserver",
    "//evil.example?testserver",
    "//evil.example\\@testserver",
    "http://testserver/people/",
    "//testserver/people/",
    "/%2f/evil.example",
    "/%5cevil.example",
    "%2f%2fevil.example",
    "/%09/evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/people/\r\nSet-Cookie: a=b",
    "/people/\nLocation: https://evil.example",
    "/people/../..//evil.example",
    "/.//evil.example",
    "/people/;@evil.example",
    "./people/",
    "people/",
    "?next=//evil.example",
    "#//evil.example",
    "@evil.example",
    ".evil.example",
    "[::1]",
    "//[::1]/",
    "/" + "a" * 3000,
    "",
]
HOME_AGAIN = ["/people/", "/clients/", "/invoices/", "/"]
TABS = str.maketrans("", "", "\t\n\r")
CLAIMED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-Port": "6666",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Host": EVIL,
    "X-Original-Host": EVIL,
    "X-Original-URL": f"https://{EVIL}/",
    "X-Rewrite-URL": f"//{EVIL}/",
    "Forwarded": f"for=1.2.3.4;host={EVIL};proto=https",
    "X-HTTP-Host-Override": EVIL,
    "X-Wap-Profile": f"http://{EVIL}/",
    "Referer": f"https://{EVIL}/",
    "Via": f"1.1 {EVIL}",
    "X-Forwarded-For": f"{EVIL}",
    "X-HTTP-Method-Override": "DELETE",
}


def leads_away(location: str) -> bool:
    """Say whether a browser would leave this site for an address, read as browsers do."""
    read = location.strip("".join(map(chr, range(33)))).translate(TABS).replace("\\", "/")
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", read, re.IGNORECASE))


def test_the_table_is_read_as_a_browser_reads_it() -> None:
    assert len(AWAY) >= 60
    assert all(leads_away(address) for address in ("/\t/evil.example", "/\\e", "http:e", " //e"))
    assert not any(leads_away(address) for address in HOME_AGAIN)


@pytest.mark.parametrize("times", [0, 1, 2], ids=["raw", "encoded", "encoded twice"])
def test_no_wish_leads_away(times: int) -> None:
    taken = []
    for wish in AWAY:
        sent = wish
        for _ in range(times):
            sent = quote(sent, safe="")
        if taken_on := wanted_url(RequestFactory().get("/sign-in/", {"next": sent})):
            taken.append((wish, taken_on))

    assert taken == []


@pytest.mark.parametrize("wish", HOME_AGAIN)
def test_a_page_of_ours_is_taken_up_again(wish: str) -> None:
    assert wanted_url(RequestFactory().get("/sign-in/", {"next": wish})) == wish


def test_whoever_chooses_a_practice_stays_here(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    choice = {"practice": str(front_desk.practice_id)}

    for wish in AWAY:
        answer = browser.post(f"{reverse('accounts:choose_practice')}?next={quote(wish)}", choice)
        assert (wish, answer.status_code, answer["Location"]) == (wish, 302, "/")


@pytest.mark.parametrize("wish", ["//evil.example", "/\t/evil.example", "/\\evil.example"])
def test_whoever_signs_in_stays_here(front_desk: Membership, wish: str) -> None:
    browser, user, secret = Client(), user_of(front_desk), totp.new_secret()
    totp.install(user=user, secret=secret, now=timezone.now())
    step = browser.post(
        f"{reverse('accounts:sign_in')}?next={quote(wish)}",
        {"email": user.email, "password": PASSWORD},
    )
    assert step.status_code == HTTPStatus.FOUND
    assert not leads_away(step["Location"])

    signed_in = browser.post(step["Location"], {"code": totp.code_at(secret, timezone.now())})

    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")


@pytest.mark.parametrize(("column", "method"), [("front-desk", "GET"), ("nobody", "POST")])
def test_no_route_takes_an_address_from_its_query(world: World, column: str, method: str) -> None:
    names = ["next", "url", "to", "target", "redirect", "redirect_to", "return", "return_to", "u"]
    query = "&".join(f"{name}={quote(f'https://{EVIL}/')}" for name in names)
    browser, found = world.browser(column), {}
    for route in sorted(EVERY_ROUTE):
        with untouched(browser):
            answer = browser.generic(method, f"{world.url(route)}?{query}")
        for header in ("Location", "HX-Redirect", "HX-Location", "Refresh"):
            if leads_away(answer.get(header, "")):
                found[route, header] = answer[header]

    assert found == {}


@pytest.mark.parametrize("path", ["//evil.example/people", "//evil.example/%2e%2e", "/\\evil/x"])
def test_an_address_that_only_lacks_its_last_slash_stays_here(client: Client, path: str) -> None:
    answer = client.get("/", PATH_INFO=path)

    assert not leads_away(answer.get("Location", ""))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "testserver.evil.example",
        "testserver@evil.example",
        "testserver:80@evil.example",
        "testserver, evil.example",
        "testserver#evil.example",
        "testserver/evil.example",
        "eviltestserver",
        "[::1]",
        "",
        "testserver\tevil.example",
        "xn--evil",
    ],
)
def test_a_host_that_is_not_ours_gets_no_page(client: Client, host: str) -> None:
    answer = client.get("/sign-in/", HTTP_HOST=host)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "evil" not in answer.content.decode() + str(answer.headers)
    assert not answer.cookies


@pytest.mark.parametrize("column", ["front-desk", "nobody"])
def test_what_a_client_claims_of_the_host_is_not_repeated(world: World, column: str) -> None:
    browser, repeated = world.browser(column), []
    for route in sorted(EVERY_ROUTE):
        with untouched(browser):
            answer = browser.get(world.url(route), headers=CLAIMED)
        if EVIL in answer.content.decode("utf-8", "replace") + str(answer.headers):
            repeated.append(route)

    assert repeated == []


def test_a_claimed_address_asks_for_no_other_page(world: World) -> None:
    claimed = {"X-Original-URL": "/people/", "X-Rewrite-URL": "/people/"}
    answer = world.browser("administrator").get("/sign-out/", headers=claimed)

    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
