"""Between the two steps nothing is open; and nothing that weighs is open without a fresh one."""

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Role, SignInSession, User
from accounts.services import grants, totp
from accounts.tenancy import practice_scope
from accounts.views.base import PracticeView
from audit.actions import Action
from audit.models import Event
from tests.accounts.views.test_passkeys import grow_stale
from tests.accounts.views.test_signin import give_password
from tests.billing import desk
from tests.figures import Tell
from tests.houses import PASSWORD, user_of
from tests.test_permissions import (
    COLUMNS,
    EVERY_ROUTE,
    ROWS,
    World,
    put_back,
    world,
)
from tests.told import said

__all__ = ["world"]

SECOND_STEPS = {name for name in EVERY_ROUTE if re.match(r"accounts:(sign_in_|enroll)", name)}
"""What a ticket is for."""


@pytest.fixture
def half_way(world: World) -> tuple[Client, User]:
    """A browser whose person gave the right password and nothing else."""
    user = user_of(world.house.people["administrator"])
    totp.install(user=user, secret=totp.new_secret(), now=desk.NOW)
    browser = Client()
    give_password(browser, user, PASSWORD)
    return browser, user


def test_a_ticket_opens_no_more_than_nothing_does(
    world: World, half_way: tuple[Client, User], tell: Tell
) -> None:
    browser, user = half_way
    ticket, answers = dict(browser.cookies), {}
    expected = {
        (row[0], row[1]): row[2 + COLUMNS.index("nobody")]
        for row in ROWS
        if row[0] not in SECOND_STEPS
    }
    for route, method in expected:
        with put_back():
            browser.cookies.clear()
            browser.cookies.update(ticket)
            ask = browser.get if method == "GET" else browser.post
            answers[route, method] = str(ask(world.url(route)).status_code)
            assert not SignInSession.objects.filter(user_id=user.pk).exists()
            assert settings.SESSION_COOKIE_NAME not in browser.cookies

    tell(f"G17: {len(answers)} requests with a ticket alone opened nothing")
    assert answers == expected


WEIGHTY = {
    name
    for name, view in EVERY_ROUTE.items()
    if issubclass(view, PracticeView) and view.step_up and "post" in view.http_method_names
    if hasattr(view, "post")
}


def test_what_weighs_is_known_to_weigh() -> None:
    factors = {"passkey_new", "passkey_removal", "you_app", "you_app_new", "you_recovery_codes"}
    rights = {"person", "role"}

    assert {f"accounts:{name}" for name in factors | rights} <= WEIGHTY


def test_nothing_that_weighs_goes_on_with_a_stale_second_factor(world: World, tell: Tell) -> None:
    member = world.house.people["front-desk"]
    with practice_scope(world.house.id):
        every, by = list(Role.objects.all()), world.house.automaton
        grants.hold_exactly(member=member, wanted=every, now=desk.NOW, by=by)
    browser = world.browser("front-desk")
    grow_stale(browser)
    went_on = []
    for route in sorted(WEIGHTY):
        with put_back():
            answer = browser.post(world.url(route))
            if answer.status_code != 422 or b'id="step-up-title"' not in answer.content:
                went_on.append(route)
            with practice_scope(world.house.id):
                asked = Event.objects.filter(action=Action.STEP_UP_ASKED).latest("seq")
                assert said(asked) == {"route": route}

    tell(f"G20: {len(WEIGHTY)} acts asked for with a stale second factor, {len(went_on)} went on")
    assert went_on == []
