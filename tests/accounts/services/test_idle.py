"""How long a practice lets its people's browsers be quiet, and when that counts."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, SecurityPolicy, SignInSession
from accounts.selectors.policies import Rules
from accounts.services import idle, members, policies
from accounts.sessions import SessionStore
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import SignInPerson
from tests.accounts.views.test_signin import sign_in
from tests.houses import House, browser_of


def allow(house: House, minutes: int) -> None:
    """Change the rule as the administrator's page does."""
    by = house.people["administrator"]
    with practice_scope(house.id, person_id=by.person_id):
        policies.change(rules=Rules(None, minutes, 3), now=timezone.now(), by=by)


def join(house: House, person_id: UUID) -> None:
    """Let somebody belong to a second practice."""
    with practice_scope(house.id):
        members.add(
            person_id=person_id,
            display_name="Somebody",
            role=Role.objects.get(slug="auditor"),
            now=timezone.now(),
            by=house.automaton,
        )


def held_to(browser: Client) -> int | None:
    """Return to how many quiet seconds the session of this browser is held."""
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    session = SessionStore(key)
    session.load()
    return int(session.idle_limit.total_seconds())


def test_signing_in_holds_the_session_to_the_practice(
    browser: Client, person: SignInPerson, practice: House
) -> None:
    allow(practice, 5)
    sign_in(browser, person)

    assert held_to(browser) == SignInSession.objects.get().idle_seconds == 300


def test_the_strictest_of_a_persons_practices_counts_in_each_of_them(
    browser: Client, person: SignInPerson, practice: House, other_practice: House
) -> None:
    join(other_practice, person.user.pk)
    allow(practice, 7)
    allow(other_practice, 3)
    sign_in(browser, person)

    assert held_to(browser) == 180
    for house in (practice, other_practice):
        entered = browser.post(reverse("accounts:choose_practice"), {"practice": str(house.id)})
        assert entered.status_code == 302
        assert held_to(browser) == 180


def test_switching_takes_in_a_practice_that_somebody_joined_meanwhile(
    front_desk: Membership, practice: House, other_practice: House
) -> None:
    browser = browser_of(front_desk)
    assert held_to(browser) == 600
    allow(other_practice, 2)
    join(other_practice, front_desk.person_id or practice.id)

    browser.post(reverse("accounts:choose_practice"), {"practice": str(other_practice.id)})

    assert held_to(browser) == 120


def is_answered(browser: Client) -> bool:
    return browser.post(reverse("accounts:stay")).status_code == 204


def test_a_changed_rule_counts_at_once_in_every_browser_of_the_practice(
    practice: House, other_practice: House, front_desk: Membership, therapist: Membership
) -> None:
    browsers = [browser_of(front_desk), browser_of(front_desk), browser_of(therapist)]
    elsewhere = browser_of(other_practice.people["front-desk"])
    SignInSession.objects.update(last_seen_at=timezone.now() - timedelta(seconds=130))

    allow(practice, 2)

    assert is_answered(elsewhere)
    assert not any(map(is_answered, browsers))
    assert SignInSession.objects.get().user_id == other_practice.people["front-desk"].person_id


def test_a_longer_limit_counts_at_once_too_unless_another_practice_is_stricter(
    practice: House, other_practice: House, front_desk: Membership, therapist: Membership
) -> None:
    join(other_practice, front_desk.person_id or practice.id)
    allow(other_practice, 4)
    allow(practice, 2)
    both, one = browser_of(front_desk), browser_of(therapist)
    with practice_scope(practice.id):
        idle.apply(practice.id, 120)
    assert (held_to(both), held_to(one)) == (120, 120)

    allow(practice, 9)

    assert (held_to(both), held_to(one)) == (240, 540)


def test_a_rule_that_stays_as_it_was_touches_no_session(
    practice: House, front_desk: Membership
) -> None:
    browser_of(front_desk)

    allow(practice, 10)

    assert SignInSession.objects.get().idle_seconds is None


def test_the_database_takes_no_longer_limit_than_ten_minutes(practice: House) -> None:
    with practice_scope(practice.id), pytest.raises(IntegrityError), transaction.atomic():
        SecurityPolicy.objects.update(idle_minutes=11)


def test_a_session_whose_browser_never_came_back_is_ended_and_told(
    practice: House, front_desk: Membership, therapist: Membership
) -> None:
    browser_of(front_desk)
    [forgotten] = SignInSession.objects.all()
    browser_of(therapist)
    now = timezone.now()
    SignInSession.objects.filter(pk=forgotten.pk).update(last_seen_at=now - timedelta(minutes=70))

    assert idle.end_forgotten(now=now - timedelta(seconds=1)) == 0
    assert idle.end_forgotten(now=now) == 1

    assert SignInSession.objects.get().user_id == therapist.person_id
    with practice_scope(practice.id):
        [event] = Event.objects.filter(action=Action.SESSION_ENDED)
        assert (event.person_id, event.facts) == (
            front_desk.person_id,
            {"reason": "quiet for too long"},
        )


def test_a_session_that_was_ended_from_elsewhere_is_not_told_twice(front_desk: Membership) -> None:
    browser_of(front_desk)
    long_ago = timezone.now() - timedelta(hours=5)
    SignInSession.objects.update(last_seen_at=long_ago, ended_at=long_ago, end_reason="remote")

    assert idle.end_forgotten(now=timezone.now()) == 0
