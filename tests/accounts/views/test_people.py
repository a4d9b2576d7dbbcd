"""The people of the practice, and giving and taking roles."""

from collections.abc import Collection
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Approval, Membership, Role, User
from accounts.permissions import Permission
from accounts.selectors import members, people
from accounts.services import sessions
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.houses import House, browser_of, user_of


@pytest.fixture
def admin(administrator: Membership) -> Client:
    return browser_of(administrator)


def roles_of(practice: House, member: Membership) -> list[str]:
    with practice_scope(practice.id):
        return [role.slug for role in members.roles_of(member)]


def typed(
    practice: House, member: Membership, *slugs: str, seen: Collection[str] | None = None
) -> dict[str, list[str]]:
    """Return a form that lets a member hold exactly these roles, after a look at what they hold."""
    before = roles_of(practice, member) if seen is None else seen
    with practice_scope(practice.id):
        ids = {role.slug: str(role.pk) for role in Role.objects.all()}
    return {"roles": [ids[slug] for slug in slugs], "seen": [ids[slug] for slug in before]}


def give(browser: Client, practice: House, member: Membership, *slugs: str) -> int:
    """Let a member hold exactly these roles, by the page."""
    form = {**typed(practice, member, *slugs), "save": "yes"}
    return browser.post(reverse("accounts:person", args=[member.pk]), form).status_code


def test_everybody_is_listed_by_name_with_roles_and_address(admin: Client, practice: House) -> None:
    page = admin.get(reverse("accounts:people")).content.decode()

    for slug, member in practice.people.items():
        assert member.display_name in page
        assert user_of(member).email == f"{slug}@harbor-lane.example"
        assert user_of(member).email in page
    assert practice.automaton.display_name not in page.split('id="main"')[1]


def test_a_role_is_given_and_takes_effect_at_the_next_request(
    admin: Client, practice: House, therapist: Membership
) -> None:
    browser = browser_of(therapist)
    before = browser.get(reverse("accounts:people")).status_code

    assert give(admin, practice, therapist, "therapist", "auditor") == 302

    assert (before, browser.get(reverse("accounts:people")).status_code) == (403, 200)
    assert roles_of(practice, therapist) == ["auditor", "therapist"]


def test_a_change_is_seen_before_it_is_saved(
    admin: Client, practice: House, therapist: Membership
) -> None:
    form = typed(practice, therapist, "auditor")

    answer = admin.post(reverse("accounts:person", args=[therapist.pk]), form)

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Added: Auditor" in page
    assert "Taken away: Therapist" in page
    assert roles_of(practice, therapist) == ["therapist"]


def test_a_stale_page_gives_no_role_again_that_was_taken(
    admin: Client, practice: House, auditor: Membership
) -> None:
    """A page from before a colleague took the role, with one more role ticked on it."""
    stale = {**typed(practice, auditor, "auditor", "accountant"), "save": "yes"}
    give(admin, practice, auditor)
    url = reverse("accounts:person", args=[auditor.pk])

    answer = admin.post(url, stale)

    assert answer.status_code == 409
    assert "Taken away: Auditor" in answer.content.decode()
    assert roles_of(practice, auditor) == []
    again = {**typed(practice, auditor, "accountant", seen=[]), "save": "yes"}
    assert admin.post(url, again).status_code == 302
    assert roles_of(practice, auditor) == ["accountant"]


def test_a_role_is_taken_at_once(admin: Client, practice: House, auditor: Membership) -> None:
    browser = browser_of(auditor)
    give(admin, practice, auditor)

    assert browser.get(reverse("accounts:log")).status_code == 403
    assert roles_of(practice, auditor) == []


def test_giving_and_taking_are_on_the_log(
    admin: Client, practice: House, therapist: Membership, administrator: Membership
) -> None:
    give(admin, practice, therapist, "auditor")

    with practice_scope(practice.id):
        mine = Event.objects.filter(person_id=administrator.person_id).order_by("seq")
        assert [(event.action, event.label) for event in mine] == [
            (Action.ROLE_GRANTED, "auditor"),
            (Action.ROLE_WITHDRAWN, "therapist"),
        ]


def test_somebody_stays_who_can_change_roles(
    admin: Client, practice: House, administrator: Membership
) -> None:
    assert give(admin, practice, administrator, "auditor") == 422

    assert roles_of(practice, administrator) == ["administrator"]


def test_an_auditor_sees_a_person_and_changes_nothing(
    auditor: Membership, practice: House, therapist: Membership
) -> None:
    browser = browser_of(auditor)
    page = browser.get(reverse("accounts:person", args=[therapist.pk])).content.decode()

    assert "Change roles" not in page
    assert give(browser, practice, therapist, "auditor") == 403
    assert roles_of(practice, therapist) == ["therapist"]


def test_a_person_of_another_practice_is_not_there(
    admin: Client, practice: House, stranger: Membership
) -> None:
    assert admin.get(reverse("accounts:person", args=[stranger.pk])).status_code == 404
    assert give(admin, practice, stranger, "auditor") == 404


def test_a_role_of_another_practice_cannot_be_given(
    admin: Client, practice: House, other_practice: House, therapist: Membership
) -> None:
    with practice_scope(other_practice.id):
        foreign = str(Role.objects.get(slug="auditor").pk)

    answer = admin.post(reverse("accounts:person", args=[therapist.pk]), {"roles": [foreign]})

    assert answer.status_code == 422
    assert roles_of(practice, therapist) == ["therapist"]


def test_the_automaton_is_nobody_to_give_roles_to(admin: Client, practice: House) -> None:
    assert give(admin, practice, practice.automaton, "administrator") == 404


def test_somebody_who_left_gets_no_roles(
    admin: Client, practice: House, therapist: Membership
) -> None:
    with practice_scope(practice.id):
        Membership.objects.filter(pk=therapist.pk).update(
            ended_at=timezone.now(), ended_by=practice.automaton
        )

    assert give(admin, practice, therapist, "auditor") == 404
    page = admin.get(reverse("accounts:person", args=[therapist.pk])).content.decode()
    assert "Change roles" not in page


def test_holding_no_role_opens_nothing(
    admin: Client, practice: House, therapist: Membership
) -> None:
    give(admin, practice, therapist)

    page = browser_of(therapist).get(reverse("accounts:home")).content.decode()

    assert "Nothing is open to you yet" in page
    with practice_scope(practice.id):
        assert not members.permissions_of(therapist)
        assert Permission.CLIENT_VIEW not in members.permissions_of(therapist)


def test_when_somebody_was_last_here_says_nothing_of_other_practices(
    practice: House, other_practice: House, administrator: Membership
) -> None:
    now = timezone.now() + timedelta(days=1)
    person = user_of(practice.people["therapist"])
    User.objects.filter(pk=person.pk).update(last_login=now)
    with practice_scope(other_practice.id):
        Membership.objects.create(person_id=person.pk, display_name="Noor Aziz", created_at=now)
    sessions.enter(practice_id=other_practice.id, person_id=person.pk, is_sign_in=True, now=now)

    with practice_scope(practice.id, person_id=administrator.person_id):
        shown = {one.person_id: one.entered_at for one in people.everybody(now=now)}

    assert shown[person.pk] != now


def test_an_administrator_is_made_by_two_on_the_page(
    admin: Client, practice: House, therapist: Membership, auditor: Membership
) -> None:
    give(admin, practice, auditor, "administrator")
    url = reverse("accounts:person", args=[therapist.pk])
    wanted = typed(practice, therapist, "administrator", "therapist")
    assert "Ask a second administrator" in admin.post(url, wanted).content.decode()

    asked = admin.post(url, {**wanted, "save": "yes"}, follow=True).content.decode()
    assert "A second administrator was asked" in asked
    assert "It waits for another administrator" in asked
    assert roles_of(practice, therapist) == ["therapist"]
    with practice_scope(practice.id):
        request = Approval.objects.get()
    answers = browser_of(auditor)
    answers.post(reverse("accounts:approval", args=[request.pk]), {"answer": "approve"})

    assert f"{auditor.display_name}</bdi> agreed" in admin.post(url, wanted).content.decode()
    assert give(admin, practice, therapist, "administrator", "therapist") == 302
    assert roles_of(practice, therapist) == ["administrator", "therapist"]
