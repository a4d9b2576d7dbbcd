"""Being signed in: the first page, the look, and the frame round every page."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.context import PLACES, first_page, rail
from accounts.models import Membership, Role
from accounts.permissions import BUILT_IN_ROLES, BuiltInRole, Permission
from accounts.selectors import members as standing
from accounts.services import members
from accounts.sessions import SessionStore
from accounts.tenancy import practice_scope
from tests.houses import House, browser_of, user_of


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.slug)
def test_everybody_starts_at_the_first_page_that_their_role_opens(
    practice: House, role: BuiltInRole
) -> None:
    member = practice.people[role.slug]

    answer = browser_of(member).get(reverse("accounts:home"))

    assert answer["Location"] == first_page(role.permissions)


ALONE = (Permission.CLIENT_VIEW, Permission.PAYMENT_RECORD, Permission.SESSION_VIEW)
"""Rights whose holders have a place of their own, as long as they hold no wider one."""


def test_every_place_of_the_rail_exists() -> None:
    shown = {
        item.label
        for held in (list(Permission), *([right] for right in ALONE))
        for group in rail(held, "/")
        for item in group.items
    }

    assert shown == {place.label for _, places in PLACES for place in places}


def test_the_letters_of_the_rail_differ() -> None:
    for held in (frozenset(Permission), *(role.permissions for role in BUILT_IN_ROLES)):
        keys = [item.key for group in rail(held, "/") for item in group.items]
        assert len(set(keys)) == len(keys)


def test_the_rail_shows_only_what_is_open() -> None:
    labels = [item.label for group in rail({Permission.LOG_VIEW}, "/log/") for item in group.items]

    assert labels == ["Log review", "Audit log", "Cases of the log"]


def test_one_place_at_most_is_marked_as_here() -> None:
    here = [
        item.url
        for group in rail(Permission, reverse("billing:unbilled"))
        for item in group.items
        if item.current
    ]

    assert here == [reverse("billing:unbilled")]


def test_the_look_is_kept_for_as_long_as_one_is_signed_in(auditor: Membership) -> None:
    browser = browser_of(auditor)
    browser.post(reverse("accounts:theme"), {"theme": "dark"})

    assert 'data-theme="dark"' in browser.get(reverse("accounts:log")).content.decode()


def test_a_look_that_does_not_exist_is_refused(auditor: Membership) -> None:
    browser = browser_of(auditor)

    assert browser.post(reverse("accounts:theme"), {"theme": '"><script>'}).status_code == 422
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    assert "theme" not in session


def test_staying_needs_a_session(client: Client) -> None:
    assert client.post(reverse("accounts:stay"))["Location"] == reverse("accounts:sign_in")


@pytest.mark.parametrize("route", ["stay", "theme", "sign_out"])
def test_nothing_changes_by_looking(auditor: Membership, route: str) -> None:
    assert browser_of(auditor).get(reverse(f"accounts:{route}")).status_code == 405


def test_the_frame_says_who_and_where_and_when_it_ends(auditor: Membership) -> None:
    page = browser_of(auditor).get(reverse("accounts:log")).content.decode()

    assert auditor.display_name in page
    assert "Harbor Lane" in page
    assert "Ends after 10 quiet minutes" in page
    assert 'data-warn-after="540"' in page


@pytest.fixture
def in_both(practice: House, other_practice: House) -> Client:
    """A browser of Harbor Lane's auditor, who is an administrator of Summit Row as well."""
    member = practice.people["auditor"]
    with practice_scope(other_practice.id):
        members.add(
            person_id=user_of(member).pk,
            display_name="Also here",
            role=Role.objects.get(slug="administrator"),
            now=timezone.now(),
            by=other_practice.automaton,
        )
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = browser_of(member).cookies
    return checked


def token_in(page: bytes) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.decode())
    assert found
    return found[1]


def switch(browser: Client, to: House) -> int:
    page = browser.get(reverse("accounts:choose_practice"))
    typed = {"practice": str(to.id), "csrfmiddlewaretoken": token_in(page.content)}
    return browser.post(reverse("accounts:choose_practice"), typed).status_code


def test_a_page_of_the_practice_before_does_not_post_into_the_next(
    in_both: Client, other_practice: House
) -> None:
    """A tab that was left open on Harbor Lane must not write into Summit Row."""
    stale = token_in(in_both.get(reverse("accounts:log")).content)
    assert switch(in_both, other_practice) == 302
    therapist = other_practice.people["therapist"]
    url = reverse("accounts:person", args=[therapist.pk])
    with practice_scope(other_practice.id):
        seen = [role.pk for role in standing.roles_of(therapist)]
    form = {"roles": [], "seen": seen, "save": "yes"}

    refused = in_both.post(url, {**form, "csrfmiddlewaretoken": stale})

    assert refused.status_code == 403
    assert "This page was open too long" in refused.content.decode()
    with practice_scope(other_practice.id):
        assert standing.roles_of(therapist) != []
    fresh = token_in(in_both.get(url).content)
    assert in_both.post(url, {**form, "csrfmiddlewaretoken": fresh}).status_code == 302


def test_switching_shows_nothing_of_the_practice_before(
    in_both: Client, practice: House, other_practice: House
) -> None:
    before = in_both.get(reverse("accounts:people")).content.decode()
    assert 'data-practice="harbor-lane"' in before
    assert switch(in_both, other_practice) == 302

    after = in_both.get(reverse("accounts:people")).content.decode()

    assert 'data-practice="summit-row"' in after
    assert "Harbor Lane" not in after
    foreign = reverse("accounts:person", args=[practice.people["therapist"].pk])
    assert in_both.get(foreign).status_code == 404


def test_only_ones_own_practices_are_named(auditor: Membership, other_practice: House) -> None:
    browser, url = browser_of(auditor), reverse("accounts:choose_practice")

    assert "Summit Row" not in browser.get(url).content.decode()
    answer = browser.post(url, {"practice": str(other_practice.id)})
    assert answer.status_code == 422
    assert "Summit Row" not in answer.content.decode()
