"""What roles may do, shown and changed."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role
from accounts.permissions import WORDS, Permission
from accounts.selectors import roles
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.houses import House, browser_of


@pytest.fixture
def admin(administrator: Membership) -> Client:
    return browser_of(administrator)


def role_url(practice: House, slug: str) -> str:
    with practice_scope(practice.id):
        return reverse("accounts:role", args=[Role.objects.get(slug=slug).pk])


def held(practice: House, slug: str) -> frozenset[Permission]:
    with practice_scope(practice.id):
        return next(role.permissions for role in roles.all_roles() if role.slug == slug)


def hidden(page: str) -> dict[str, list[str]]:
    """Return the hidden fields of the page's own form."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page):
        fields.setdefault(name, []).append(value)
    return {name: values for name, values in fields.items() if name in {"seen", "permissions"}}


def test_the_matrix_shows_every_role_and_permission(admin: Client, practice: House) -> None:
    page = admin.get(reverse("accounts:roles")).content.decode()

    for _, words in WORDS.values():
        assert words in page
    for slug in practice.people:
        assert role_url(practice, slug) in page
    assert page.count("1 person") == 5


def test_the_difference_is_shown_and_nothing_is_saved_yet(admin: Client, practice: House) -> None:
    before = held(practice, "auditor")
    wanted = [str(may) for may in before - {Permission.REPORT_VIEW}] + ["accounts.client_create"]

    page = admin.post(role_url(practice, "auditor"), {"permissions": wanted}).content.decode()

    assert "Added: Add clients" in page
    assert "Taken away: See the trial balance and reports" in page
    assert held(practice, "auditor") == before


def test_saving_takes_effect_at_the_next_request(
    admin: Client, practice: House, auditor: Membership
) -> None:
    browser = browser_of(auditor)
    wanted = {"permissions": ["accounts.member_view"]}
    page = admin.post(role_url(practice, "auditor"), wanted).content.decode()

    answer = admin.post(role_url(practice, "auditor"), hidden(page))

    assert answer.status_code == 302
    assert held(practice, "auditor") == {Permission.MEMBER_VIEW}
    assert browser.get(reverse("accounts:log")).status_code == 403
    with practice_scope(practice.id):
        changed = Event.objects.filter(action=Action.ROLE_PERMISSIONS_CHANGED).latest("seq")
        assert (changed.label, changed.facts) == ("auditor", {"permissions": 1})


def test_a_difference_that_is_out_of_date_is_shown_again(admin: Client, practice: House) -> None:
    url = role_url(practice, "auditor")
    first = admin.post(url, {"permissions": ["accounts.member_view"]}).content.decode()
    other = admin.post(url, {"permissions": ["accounts.log_view"]}).content.decode()
    admin.post(url, hidden(other))

    answer = admin.post(url, hidden(first))

    assert answer.status_code == 200
    assert "before you save" in answer.content.decode()
    assert held(practice, "auditor") == {Permission.LOG_VIEW}


def test_a_role_keeps_what_the_last_administrator_needs(admin: Client, practice: House) -> None:
    url = role_url(practice, "administrator")
    page = admin.post(url, {"permissions": ["accounts.member_view"]}).content.decode()

    answer = admin.post(url, hidden(page))

    assert answer.status_code == 422
    assert "Somebody must stay who can change roles" in answer.content.decode()
    assert Permission.ROLE_CHANGE in held(practice, "administrator")


def test_a_permission_that_does_not_exist_is_refused(admin: Client, practice: House) -> None:
    url = role_url(practice, "auditor")

    assert admin.post(url, {"permissions": ["accounts.everything"]}).status_code == 422


def test_sending_what_stands_changes_nothing(admin: Client, practice: House) -> None:
    url = role_url(practice, "auditor")
    same = [str(may) for may in held(practice, "auditor")]

    assert admin.post(url, {"permissions": same})["Location"] == url


def test_a_role_of_another_practice_is_not_there(
    admin: Client, practice: House, other_practice: House
) -> None:
    url = role_url(other_practice, "auditor")

    assert admin.get(url).status_code == 404
    assert admin.post(url, {"permissions": []}).status_code == 404


def test_an_auditor_reads_a_role_and_changes_nothing(auditor: Membership, practice: House) -> None:
    browser = browser_of(auditor)
    url = role_url(practice, "therapist")

    assert 'type="checkbox"' not in browser.get(url).content.decode()
    assert browser.post(url, {"permissions": []}).status_code == 403
