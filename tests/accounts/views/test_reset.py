"""A new password by a link, on the pages: where the link leads, and what nobody can find out."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, SignInSession, User
from accounts.services import resets, users
from accounts.tenancy import installation_scope
from accounts.views.reset import RESET_COOKIE
from tests.accounts.conftest import SignInPerson
from tests.houses import browser_of

NEXT = "kestrel lantern nutmeg quartz"
TYPED = {"new_password": NEXT, "new_password_again": NEXT}
LINK = re.compile(r"(\S+)(/reset/[\w-]{43}/)")
EVIL = "evil.example"
TRICKS = [
    {"Host": EVIL},
    {"Host": f"{EVIL}:8000"},
    {"Host": f"127.0.0.1.{EVIL}"},
    {"Host": f"127.0.0.1@{EVIL}"},
    {"Host": f"127.0.0.1#@{EVIL}"},
    {"Host": f"127.0.0.1/{EVIL}"},
    {"Host": f"127.0.0.1, {EVIL}"},
    {"Host": f"127.0.0.1\t{EVIL}"},
    {"Host": f"http://{EVIL}/"},
    {"Host": f"[{EVIL}]"},
    {"Host": ""},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Host": f"127.0.0.1, {EVIL}"},
    {"X-Host": EVIL},
    {"X-Original-Host": EVIL},
    {"X-Forwarded-Server": EVIL},
    {"X-HTTP-Host-Override": EVIL},
    {"X-Original-URL": f"https://{EVIL}/reset/"},
    {"X-Rewrite-URL": f"https://{EVIL}/reset/"},
    {"Forwarded": f"host={EVIL};proto=https"},
    {"Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/"},
    {"X-Forwarded-Proto": "javascript", "X-Forwarded-Port": "31337"},
]


def letters() -> list[str]:
    resets.answer_waiting(now=timezone.now())
    with installation_scope():
        return [letter.body for letter in OutgoingMail.objects.order_by("id")]


def link_for(person: SignInPerson) -> str:
    """Ask by the page, and return the path of the link."""
    Client().post("/reset/", {"email": person.user.email})
    [(_, path)] = LINK.findall(letters()[-1])
    return str(path)


def opened(person: SignInPerson) -> Client:
    """Follow the link of the letter."""
    browser = Client()
    assert browser.get(link_for(person))["Location"] == "/reset/new/"
    return browser


@pytest.mark.parametrize("headers", TRICKS, ids=lambda headers: str(headers)[:40])
def test_a_link_leads_to_the_configured_host_whatever_a_request_says(
    person: SignInPerson, headers: dict[str, str]
) -> None:
    answer = Client().post("/reset/", {"email": person.user.email}, headers=headers)

    links = [LINK.findall(body)[0][0] for body in letters()]
    assert links in ([], [settings.BASE_URL])
    assert (answer.status_code, len(links)) in {(302, 1), (400, 0)}
    assert EVIL not in str(letters()) + answer.headers.get("Location", "")


@pytest.mark.parametrize("state", ["known", "unknown", "switched off", "too often"])
def test_the_answer_is_the_same_for_every_address(person: SignInPerson, state: str) -> None:
    email = "front-none@harbor-lane.example" if state == "unknown" else person.user.email
    User.objects.update(is_active=state != "switched off")
    browser = Client()
    for _ in range(4 if state == "too often" else 0):
        browser.post("/reset/", {"email": email})

    answer = browser.post("/reset/", {"email": email})
    page = browser.get(answer["Location"])

    assert (answer.status_code, answer["Location"], answer.content) == (
        302,
        "/reset/?asked=1",
        b"",
    )
    assert "If somebody signs in here with this address" in page.content.decode()
    assert email not in page.content.decode()


def test_the_links_token_leaves_the_address_at_once(person: SignInPerson) -> None:
    browser = opened(person)

    cookie = browser.cookies[RESET_COOKIE]
    page = browser.get("/reset/new/").content.decode()

    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["max-age"] == 1800
    assert cookie.value.split(":")[0] not in page
    assert person.user.email not in page


def test_looking_at_a_link_uses_nothing_up(person: SignInPerson) -> None:
    path = link_for(person)
    for _ in range(3):
        Client().get(path)
    browser = Client()
    browser.get(path)

    assert browser.get("/reset/new/").status_code == 200


def test_a_reset_signs_nobody_in_and_out_everybody_else(
    person: SignInPerson, front_desk: Membership
) -> None:
    before = browser_of(front_desk)
    browser = opened(person)

    answer = browser.post("/reset/new/", TYPED)

    assert answer["Location"] == "/sign-in/?why=reset"
    assert browser.cookies[RESET_COOKIE].value == ""
    assert settings.SESSION_COOKIE_NAME not in browser.cookies
    assert not SignInSession.objects.filter(ended_at=None).exists()
    assert before.post("/stay/")["Location"].endswith("why=password")
    assert "Sign in with it" in browser.get(answer["Location"]).content.decode()
    assert users.is_password_of(User.objects.get(pk=person.user.pk), NEXT)


def test_the_second_step_is_still_asked(person: SignInPerson) -> None:
    browser = opened(person)
    browser.post("/reset/new/", TYPED)

    answer = browser.post("/sign-in/", {"email": person.user.email, "password": NEXT})

    assert answer["Location"] == "/sign-in/code/"
    assert browser.get("/people/").status_code == 302


def test_a_used_link_and_no_link_read_the_same(person: SignInPerson) -> None:
    path = link_for(person)
    for browser in (used := Client(), never := Client()):
        browser.get(path if browser is used else "/reset/" + "A" * 43 + "/")
    used.post("/reset/new/", TYPED)
    used.get(path)

    answers = {
        (answer.status_code, answer.content)
        for browser in (used, never, Client())
        for answer in (browser.get("/reset/new/"), browser.post("/reset/new/", TYPED))
    }

    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


def test_a_cookie_of_ones_own_making_opens_nothing(person: SignInPerson) -> None:
    token = link_for(person).split("/")[2]
    browser = Client()
    browser.cookies[RESET_COOKIE] = token

    assert browser.post("/reset/new/", TYPED).status_code == 404


def test_a_refused_password_is_said_in_place(person: SignInPerson) -> None:
    browser = opened(person)

    answer = browser.post("/reset/new/", {"new_password": "short", "new_password_again": "short"})

    assert (answer.status_code, "Use at least 12" in answer.content.decode()) == (422, True)
    assert browser.post("/reset/new/", TYPED).status_code == 302
