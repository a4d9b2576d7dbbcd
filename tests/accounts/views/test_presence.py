"""Being signed in: the first page, the look, and the frame round every page."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.context import PLACES, first_page, rail
from accounts.models import Membership
from accounts.permissions import BUILT_IN_ROLES, BuiltInRole, Permission
from accounts.sessions import SessionStore
from tests.houses import House, browser_of


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.slug)
def test_everybody_starts_at_the_first_page_that_their_role_opens(
    practice: House, role: BuiltInRole
) -> None:
    member = practice.people[role.slug]

    answer = browser_of(member).get(reverse("accounts:home"))

    assert answer["Location"] == first_page(role.permissions)


def test_every_place_of_the_rail_exists() -> None:
    shown = {
        item.label
        for held in (Permission, [Permission.CLIENT_VIEW])
        for group in rail(held, "/")
        for item in group.items
    }

    assert shown == {place.label for _, places in PLACES for place in places}


def test_the_letters_of_the_rail_differ() -> None:
    keys = [place.key for _, places in PLACES for place in places]

    assert len(set(keys)) == len(keys)


def test_the_rail_shows_only_what_is_open() -> None:
    labels = [item.label for group in rail({Permission.LOG_VIEW}, "/log/") for item in group.items]

    assert labels == ["Audit log"]


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
