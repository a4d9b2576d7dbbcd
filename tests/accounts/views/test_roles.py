"""What roles may do, shown and changed: one role or several at once."""

import re
from uuid import UUID

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
from tests.told import said

FIELD = re.compile(r'<input type="hidden" name="(role|seen|may)" value="([^"]*)">')
Fields = dict[str, list[str]]


@pytest.fixture
def admin(administrator: Membership) -> Client:
    return browser_of(administrator)


def pk_of(practice: House, slug: str) -> UUID:
    with practice_scope(practice.id):
        return Role.objects.get(slug=slug).pk


def role_url(practice: House, slug: str) -> str:
    return reverse("accounts:role", args=[pk_of(practice, slug)])


def held(practice: House, slug: str) -> frozenset[Permission]:
    with practice_scope(practice.id):
        return next(role.permissions for role in roles.all_roles() if role.slug == slug)


def form_of(page: str) -> Fields:
    """Return what the page's own form sends back as it is, boxes included."""
    fields: Fields = {}
    for name, value in FIELD.findall(page):
        fields.setdefault(name, []).append(value)
    for box in re.findall(r'<input class="box"[^>]*>', page):
        found = re.search(r'value="([^"]*)"', box)
        if "checked" in box and found:
            fields.setdefault("may", []).append(found[1])
    return fields


def shown(browser: Client, url: str) -> Fields:
    return form_of(browser.get(url).content.decode())


def tick(fields: Fields, pk: UUID, *add: Permission, take: Permission | None = None) -> Fields:
    """Return the form after somebody ticked and unticked boxes of one role."""
    may = [*fields["may"], *(f"{pk}:{each.codename}" for each in add)]
    return {**fields, "may": [each for each in may if take is None or each != cell(pk, take)]}


def cell(pk: UUID, permission: Permission) -> str:
    return f"{pk}:{permission.codename}"


def test_the_matrix_shows_every_role_and_permission(admin: Client, practice: House) -> None:
    page = admin.get(reverse("accounts:roles")).content.decode()

    for _, words in WORDS.values():
        assert words in page
    for slug in practice.people:
        assert role_url(practice, slug) in page
    assert page.count('type="checkbox"') == len(WORDS) * len(practice.people)


def test_the_boxes_that_are_ticked_are_what_the_roles_hold(admin: Client, practice: House) -> None:
    fields = shown(admin, reverse("accounts:roles"))

    assert sorted(fields["may"]) == sorted(fields["seen"])
    desk = pk_of(practice, "front-desk")
    mine = {each for each in fields["may"] if each.startswith(str(desk))}
    assert mine == {cell(desk, each) for each in held(practice, "front-desk")}


def test_differences_of_several_roles_are_shown_and_nothing_is_saved_yet(
    admin: Client, practice: House
) -> None:
    url, auditor, desk = (
        reverse("accounts:roles"),
        pk_of(practice, "auditor"),
        pk_of(practice, "front-desk"),
    )
    fields = tick(shown(admin, url), auditor, Permission.CLIENT_CREATE, take=Permission.REPORT_VIEW)
    fields = tick(fields, desk, Permission.LOG_VIEW)

    page = admin.post(url, fields).content.decode()

    assert "Added: Add clients" in page
    assert "Taken away: See the trial balance and reports" in page
    assert "Added: Read the log" in page
    assert page.count('<section class="stack">') == 2
    assert Permission.CLIENT_CREATE not in held(practice, "auditor")
    assert Permission.LOG_VIEW not in held(practice, "front-desk")


def test_one_save_changes_all_of_them_at_the_next_request(
    admin: Client, practice: House, auditor: Membership, front_desk: Membership
) -> None:
    reads, desk = browser_of(auditor), browser_of(front_desk)
    url = reverse("accounts:roles")
    fields = tick(shown(admin, url), pk_of(practice, "auditor"), take=Permission.LOG_VIEW)
    fields = tick(fields, pk_of(practice, "front-desk"), Permission.LOG_VIEW)
    page = admin.post(url, fields).content.decode()

    answer = admin.post(url, {**form_of(page), "save": "yes"}, follow=True)

    assert "The roles Auditor and Front desk are changed." in answer.content.decode()
    log = reverse("accounts:log")
    assert (reads.get(log).status_code, desk.get(log).status_code) == (403, 200)


def test_what_came_and_went_stands_on_the_log_by_name(admin: Client, practice: House) -> None:
    url, pk = role_url(practice, "auditor"), pk_of(practice, "auditor")
    fields = tick(shown(admin, url), pk, Permission.CLIENT_CREATE, take=Permission.LOG_VIEW)
    page = admin.post(url, fields).content.decode()
    admin.post(url, {**form_of(page), "save": "yes"})

    with practice_scope(practice.id):
        told = Event.objects.filter(action=Action.ROLE_PERMISSIONS_CHANGED).latest("seq")
        assert told.label == "auditor"
        assert said(told) == {"permissions": 6, "added": "client_create", "taken": "log_view"}


def test_a_change_of_somebody_else_is_shown_beside_ones_own(admin: Client, practice: House) -> None:
    url, pk = role_url(practice, "auditor"), pk_of(practice, "auditor")
    mine = tick(shown(admin, url), pk, Permission.CLIENT_CREATE)
    theirs = tick(shown(admin, url), pk, take=Permission.LOG_VIEW)
    admin.post(url, {**theirs, "save": "yes"})

    answer = admin.post(url, {**mine, "save": "yes"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed this role meanwhile" in page
    assert "Taken away: Read the log" in page
    assert "Added: Add clients" in page
    assert Permission.CLIENT_CREATE not in held(practice, "auditor")
    assert admin.post(url, {**form_of(page), "save": "yes"}).status_code == 302
    assert held(practice, "auditor") == {
        Permission.AUDIT_WORK,
        Permission.BILL_VIEW,
        Permission.CLIENT_CREATE,
        Permission.MEMBER_VIEW,
        Permission.REPORT_EXPORT,
        Permission.REPORT_VIEW,
    }


def test_a_role_keeps_what_the_last_administrator_needs(admin: Client, practice: House) -> None:
    url, pk = role_url(practice, "administrator"), pk_of(practice, "administrator")
    fields = tick(shown(admin, url), pk, take=Permission.ROLE_CHANGE)

    answer = admin.post(url, {**fields, "save": "yes"})

    assert answer.status_code == 422
    assert "Somebody must stay who can change roles" in answer.content.decode()
    assert Permission.ROLE_CHANGE in held(practice, "administrator")


@pytest.mark.parametrize("invented", ["everything", "role_change:", "../client_view"])
def test_a_permission_that_does_not_exist_is_refused(
    admin: Client, practice: House, invented: str
) -> None:
    url, pk = role_url(practice, "auditor"), pk_of(practice, "auditor")
    fields = shown(admin, url)

    answer = admin.post(url, {**fields, "may": [f"{pk}:{invented}"], "save": "yes"})

    assert answer.status_code == 422
    assert len(held(practice, "auditor")) == 6


def test_one_roles_form_cannot_change_another_role(admin: Client, practice: House) -> None:
    url, other = role_url(practice, "auditor"), pk_of(practice, "therapist")
    fields = shown(admin, url)
    fields["role"] = [str(other)]

    answer = admin.post(url, {**fields, "may": [cell(other, Permission.LOG_VIEW)], "save": "yes"})

    assert answer.status_code == 422
    assert Permission.LOG_VIEW not in held(practice, "therapist")


def test_sending_what_stands_changes_nothing(admin: Client, practice: House) -> None:
    url = role_url(practice, "auditor")

    assert admin.post(url, shown(admin, url))["Location"] == url


def test_a_role_of_another_practice_is_not_there(
    admin: Client, practice: House, other_practice: House
) -> None:
    url, foreign = role_url(other_practice, "auditor"), pk_of(other_practice, "auditor")
    fields = {"role": [str(foreign)], "may": [cell(foreign, Permission.LOG_VIEW)], "save": "yes"}

    assert admin.get(url).status_code == 404
    assert admin.post(url, fields).status_code == 404
    assert admin.post(reverse("accounts:roles"), fields).status_code == 422
    assert len(held(other_practice, "auditor")) == 6


def test_an_auditor_reads_roles_and_changes_nothing(auditor: Membership, practice: House) -> None:
    browser, pk = browser_of(auditor), pk_of(practice, "therapist")
    url = role_url(practice, "therapist")
    fields = {"role": [str(pk)], "may": [cell(pk, Permission.LOG_VIEW)], "save": "yes"}

    for page in (url, reverse("accounts:roles")):
        html = browser.get(page).content.decode()
        assert 'type="checkbox"' not in html
        assert "See the changes" not in html
        assert browser.post(page, fields).status_code == 403
    assert Permission.LOG_VIEW not in held(practice, "therapist")


def test_a_permission_says_who_holds_it_and_why(admin: Client, practice: House) -> None:
    page = admin.get(reverse("accounts:right", args=["log_view"])).content.decode()

    assert "Administrator of Harbor Lane" in page
    assert "Auditor of Harbor Lane" in page
    assert "Front desk of Harbor Lane" not in page.split('id="main"')[1]
    assert "given Jan 1" in page
    assert admin.get(reverse("accounts:right", args=["everything"])).status_code == 404
