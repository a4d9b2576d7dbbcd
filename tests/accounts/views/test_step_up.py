"""A fresh code before an act that needs one: asked in place, and the act goes on."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import SignInPerson
from tests.houses import House, browser_of
from tests.told import said

pytestmark = pytest.mark.urls("tests.accounts.urls")


@pytest.fixture
def stale(front_desk: Membership) -> Client:
    """The front desk's browser, whose last code is five minutes and a second old."""
    browser = browser_of(front_desk)
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] -= 301
    session.save()
    return browser


def act(browser: Client, **more: str) -> tuple[int, str]:
    answer = browser.post(reverse("stepping_up"), {"what": "this", **more})
    return answer.status_code, answer.content.decode()


def test_a_fresh_second_factor_is_not_asked_again(front_desk: Membership) -> None:
    assert act(browser_of(front_desk)) == (200, "did this")


def test_a_stale_one_is_asked_for_with_what_was_sent(stale: Client) -> None:
    status, page = act(stale)

    assert status == 422
    assert '<input type="hidden" name="what" value="this">' in page
    assert len(re.findall("csrfmiddlewaretoken", page)) == len(re.findall("<form", page))


def test_the_act_goes_on_with_the_code(stale: Client, person: SignInPerson) -> None:
    key = stale.cookies[settings.SESSION_COOKIE_NAME].value

    assert act(stale, step_up_code=person.code(timezone.now())) == (200, "did this")
    assert act(stale) == (200, "did this")
    assert stale.cookies[settings.SESSION_COOKIE_NAME].value != key


def test_a_wrong_code_is_refused_and_logged(
    stale: Client, person: SignInPerson, practice: House
) -> None:
    status, page = act(stale, step_up_code="000000")

    assert status == 422
    assert "This is not the code that your app shows now" in page
    with practice_scope(practice.id):
        assert said(Event.objects.get(action=Action.MFA_FAILED)) == {"reason": "wrong code"}


def test_five_wrong_codes_rest_it(stale: Client, person: SignInPerson) -> None:
    for _ in range(5):
        act(stale, step_up_code="000000")

    assert "rests after five tries" in act(stale, step_up_code=person.code(timezone.now()))[1]


def test_a_code_that_signed_in_does_not_step_up(stale: Client, person: SignInPerson) -> None:
    code = person.code(timezone.now())
    act(stale, step_up_code=code)
    session = SessionStore(stale.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] -= 301
    session.save()

    assert "This code was already used" in act(stale, step_up_code=code)[1]


def test_htmx_gets_the_form_in_place(stale: Client) -> None:
    answer = stale.post(reverse("stepping_up"), {"what": "this"}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()
    assert f'hx-post="{reverse("stepping_up")}"' in answer.content.decode()
