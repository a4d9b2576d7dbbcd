"""Looking at the pages as a role: its rail and buttons, nobody's records, and no changes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.selectors.roles import permissions_of
from accounts.services import roles
from accounts.sessions import SessionStore
from accounts.tenancy import practice_scope
from accounts.views.view_as import ALLOWED, FLAG
from audit.actions import Action
from audit.models import Event
from tests.houses import House, browser_of
from tests.test_permissions import COLUMNS, ROWS, World, put_back, world
from tests.test_programs import API_ROUTES
from tests.told import said

__all__ = ["world"]

BUILT_IN = COLUMNS[:5]
BANNER = "You look at the pages as"
each_role = pytest.mark.parametrize("slug", BUILT_IN)


@pytest.fixture
def admin(administrator: Membership) -> Client:
    return browser_of(administrator)


def look_as(browser: Client, practice: House, slug: str) -> int:
    with practice_scope(practice.id):
        pk = Role.objects.get(slug=slug).pk
    return browser.post(reverse("accounts:view_as", args=[pk])).status_code


def session_of(browser: Client) -> SessionStore:
    return SessionStore(browser.cookies["__Host-session"].value)


def rail_of(page: str) -> str:
    return page.split('<nav class="rail"')[1].split("</nav>")[0]


def test_the_rail_and_the_banner_are_those_of_the_role(admin: Client, practice: House) -> None:
    assert look_as(admin, practice, "front-desk") == 302

    page = admin.get(reverse("accounts:home"), follow=True).content.decode()

    assert f"{BANNER} <strong>Front desk</strong>" in page
    for label in ("Today", "Clients", "Invoices"):
        assert label in rail_of(page)
    for label in ("Roles", "People", "Audit log"):
        assert label not in rail_of(page)


def test_a_page_that_one_may_not_open_stays_closed_and_says_what_it_is(
    world: World, practice: House
) -> None:
    admin = world.browser("administrator")
    look_as(admin, practice, "front-desk")

    answer = admin.get(world.url("billing:client"))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "its records stay closed to you" in page
    assert "See names, birth dates and contacts" in page
    for trace in ("Whitfield", "C-0001", "$120.00", "20.00"):
        assert trace not in page


def test_a_page_that_the_role_does_not_open_says_so(admin: Client, practice: House) -> None:
    look_as(admin, practice, "therapist")

    page = admin.get(reverse("accounts:roles")).content.decode()

    assert "This page does not open to the role Therapist" in page
    assert "Front desk" not in page


def test_a_page_that_both_open_is_shown_with_the_buttons_of_the_role(
    admin: Client, practice: House
) -> None:
    look_as(admin, practice, "auditor")

    roles_page = admin.get(reverse("accounts:roles")).content.decode()

    assert "Roles and what they may do" in roles_page
    assert "See the changes" not in roles_page
    assert "Make a role" not in roles_page


def test_what_only_the_role_may_see_of_a_shared_page_stays_hidden(
    world: World, practice: House, administrator: Membership
) -> None:
    """Somebody who sees codes must not read names by looking as a role that does."""
    with practice_scope(practice.id):
        role = Role.objects.get(slug="administrator")
        held = permissions_of([role.pk])[role.pk]
        seeing = {Permission.CLIENT_VIEW, Permission.CLIENT_VIEW_ALL}
        roles.set_permissions(role=role, permissions=held | seeing)
    admin = world.browser("administrator")
    own = admin.get(world.url("billing:client")).content.decode()
    look_as(admin, practice, "front-desk")

    seen = admin.get(world.url("billing:client")).content.decode()

    full = world.browser("front-desk").get(world.url("billing:client")).content.decode()
    with practice_scope(practice.id):
        name = family_name_in(full)
    assert name not in own
    assert BANNER in seen
    assert name not in seen


def family_name_in(page: str) -> str:
    """Return the client's family name, as the page's title ends for who may see it."""
    return page.split("<h1>")[1].split("</h1>")[0].replace("</bdi>", "").split()[-1]


@each_role
def test_nothing_can_be_sent_as_any_role(world: World, practice: House, slug: str) -> None:
    admin, done = world.browser("administrator"), []
    look_as(admin, practice, slug)
    session_key = admin.cookies["__Host-session"].value
    # A program's routes know tokens only: no session can send anything there.
    for route in sorted({row[0] for row in ROWS if row[1] == "POST"} - ALLOWED - set(API_ROUTES)):
        with put_back():
            admin.cookies["__Host-session"] = session_key
            if admin.post(world.url(route)).status_code != 403:
                done.append(route)

    assert done == []


def is_told(status: int, page: str) -> bool:
    """Say whether a page stands in the place of the one that was asked for, under the banner."""
    told = "its records stay closed" in page or "does not open to the role" in page
    return status == 200 and BANNER in page and told


@each_role
def test_nothing_opens_that_the_person_may_not_open_themselves(
    world: World, practice: House, slug: str
) -> None:
    admin, opened = world.browser("administrator"), []
    own = {row[0]: row[2 + COLUMNS.index("administrator")] for row in ROWS if row[1] == "GET"}
    look_as(admin, practice, slug)
    for route in [route for route, status in own.items() if status == "403"]:
        with put_back():
            answer = admin.get(world.url(route))
            if not is_told(answer.status_code, answer.content.decode()):
                opened.append((route, answer.status_code))

    assert opened == []


def test_what_is_refused_meanwhile_stands_on_the_log(admin: Client, practice: House) -> None:
    look_as(admin, practice, "auditor")

    assert admin.post(reverse("accounts:role_new"), {"name": "X"}).status_code == 403

    with practice_scope(practice.id):
        last = list(Event.objects.order_by("-seq")[:2])
        assert last[0].action == Action.REQUEST_REFUSED
        assert said(last[0]) == {"route": "accounts:role_new", "status": 403}
        assert (last[1].action, last[1].label) == (Action.ROLE_VIEWED_AS, "auditor")


def test_it_is_stopped_and_everything_of_ones_own_is_back(admin: Client, practice: House) -> None:
    look_as(admin, practice, "therapist")

    stopped = admin.post(reverse("accounts:view_as_stop"), follow=True).content.decode()

    assert BANNER not in stopped
    assert "See the changes" in stopped


def test_it_ends_by_itself_after_a_quarter_of_an_hour(admin: Client, practice: House) -> None:
    look_as(admin, practice, "therapist")
    session = session_of(admin)
    assert session[FLAG]["until"] - timezone.now().timestamp() <= 15 * 60
    session[FLAG] |= {"until": int((timezone.now() - timedelta(seconds=1)).timestamp())}
    session.save()

    page = admin.get(reverse("accounts:roles")).content.decode()

    assert BANNER not in page
    assert "See the changes" in page


def test_it_ends_with_the_right_to_change_roles(
    practice: House, administrator: Membership, auditor: Membership
) -> None:
    browser = browser_of(auditor)
    with practice_scope(practice.id):
        both = Role.objects.get(slug="administrator")
        roles.grant(member=auditor, role=both, now=timezone.now(), by=administrator)
    look_as(browser, practice, "therapist")
    with practice_scope(practice.id):
        roles.withdraw(member=auditor, role=both, now=timezone.now(), by=administrator)

    page = browser.get(reverse("accounts:roles")).content.decode()

    assert BANNER not in page
    assert FLAG not in session_of(browser)


def test_it_does_not_go_along_into_another_practice(admin: Client, practice: House) -> None:
    look_as(admin, practice, "therapist")
    session = session_of(admin)
    session[FLAG] |= {"practice": "01a20b16-5805-7814-a182-d8bc07e495da"}
    session.save()

    assert BANNER not in admin.get(reverse("accounts:roles")).content.decode()


def test_it_costs_no_query(admin: Client, practice: House) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            admin.get(reverse("accounts:own_approvals"))
        return len(found)

    before = queries()
    look_as(admin, practice, "administrator")

    assert queries() <= before


def test_only_who_changes_roles_looks_as_one(auditor: Membership, practice: House) -> None:
    assert look_as(browser_of(auditor), practice, "therapist") == 403


def test_signing_out_still_works(admin: Client, practice: House) -> None:
    look_as(admin, practice, "therapist")

    assert admin.post(reverse("accounts:stay")).status_code == 204
    assert admin.post(reverse("accounts:sign_out")).status_code == 302
    assert admin.get(reverse("accounts:roles")).status_code == 302
