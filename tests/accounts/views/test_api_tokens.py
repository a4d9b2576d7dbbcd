"""The page of programs: a token is shown once, after a fresh second factor, and revoked there."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import ApiToken, Membership
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from tests.houses import House, browser_of
from tests.programs import let_make_tokens, program, token_of

PAGE = reverse("accounts:api_tokens")
TYPED = {"name": "Records", "scopes": ["client_view", "client_view_all"], "days": "90"}


@pytest.fixture
def browser(front_desk: Membership) -> Client:
    let_make_tokens(front_desk)
    return browser_of(front_desk)


def test_a_token_is_made_and_shown_once(practice: House, browser: Client) -> None:
    made = browser.post(PAGE, TYPED)
    [text] = made.context["codes"]

    assert program(text).get("/api/v1/clients/").status_code == 200
    assert text in made.content.decode()
    assert text not in browser.get(PAGE).content.decode()
    with practice_scope(practice.id):
        row = ApiToken.objects.get()
    assert row.scopes == "client_view client_view_all"
    assert timedelta(days=89) < row.expires_at - timezone.now() <= timedelta(days=90)


def test_making_one_needs_a_fresh_second_factor(browser: Client) -> None:
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] = int(timezone.now().timestamp()) - 3600
    session.save()

    answer = browser.post(PAGE, TYPED)

    assert answer.status_code == 422
    assert "codes" not in (answer.context or {})


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"name": "two\nlines"},
        {"name": "x" * 61},
        {"scopes": []},
        {"scopes": ["payment_record"]},
        {"scopes": ["member_change"]},
        {"days": "366"},
        {"days": ""},
    ],
)
def test_what_cannot_be_is_refused_in_words(browser: Client, typed: dict[str, object]) -> None:
    answer = browser.post(PAGE, TYPED | typed)

    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_who_may_see_no_client_is_told_why_they_cannot_make_one(
    administrator: Membership,
) -> None:
    page = browser_of(administrator).get(PAGE).content.decode()

    assert "You cannot make one" in page


def test_anybodys_token_is_revoked_on_the_page(
    practice: House, front_desk: Membership, administrator: Membership
) -> None:
    token = token_of(front_desk)
    browser = browser_of(administrator)
    shown = browser.get(PAGE).content.decode()
    url = reverse("accounts:api_token_revoke", args=[token.row.pk])

    answer = browser.post(url, follow=True)

    assert url in shown
    assert "opens nothing any more" in answer.content.decode()
    assert url not in answer.content.decode()
    assert program(token.text).get("/api/v1/clients/").status_code == 401


def test_a_token_of_nobody_here_is_not_there(
    administrator: Membership, stranger: Membership
) -> None:
    browser, there = browser_of(administrator), token_of(stranger).row.pk
    urls = [reverse("accounts:api_token_revoke", args=[pk]) for pk in (there, uuid7())]

    assert [browser.post(url).status_code for url in urls] == [404, 404]
