"""The rules of practices: when a password ends, who needs a long one, whose rules count."""

from datetime import timedelta

import pytest

from accounts.models import (
    Membership,
    PasswordDue,
    Role,
    SecurityPolicy,
    User,
)
from accounts.permissions import Permission
from accounts.selectors import members as found
from accounts.selectors import policies
from accounts.selectors.policies import Rules
from accounts.services import members, passwords, roles
from accounts.services import policies as policy_service
from accounts.services.passwords import PasswordRefused
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW, SignInPerson
from tests.houses import FOUNDED_AT, House

NEXT = "kestrel lantern nutmeg quartz"
SECOND = timedelta(seconds=1)


def rotate(house: House, days: int | None) -> None:
    """Let passwords of a practice last so many days."""
    with practice_scope(house.id, person_id=house.people["administrator"].person_id):
        policy_service.change(rules=Rules(days, 10, 3), now=NOW, by=house.people["administrator"])


@pytest.fixture
def calendar(practice: House) -> timedelta:
    """Harbor Lane by the calendar: what a password's life is there."""
    rotate(practice, 90)
    return timedelta(days=90)


def test_by_the_calendar_a_password_is_due_to_the_second(
    person: SignInPerson, calendar: timedelta
) -> None:
    ends = FOUNDED_AT + calendar

    assert passwords.due(person.user, now=ends - SECOND) is None
    assert passwords.due(person.user, now=ends) is PasswordDue.CALENDAR


@pytest.mark.parametrize("days", [90, 180, 365])
def test_each_length_of_the_calendar_counts(
    person: SignInPerson, practice: House, days: int
) -> None:
    rotate(practice, days)
    ends = FOUNDED_AT + timedelta(days=days)

    assert passwords.due(person.user, now=ends - SECOND) is None
    assert passwords.due(person.user, now=ends) is PasswordDue.CALENDAR


def test_on_evidence_only_a_password_never_grows_old(person: SignInPerson) -> None:
    assert passwords.due(person.user, now=FOUNDED_AT + timedelta(days=10_000)) is None


def test_a_new_password_begins_a_new_life(person: SignInPerson, calendar: timedelta) -> None:
    passwords.change(user=person.user, password=NEXT, now=NOW)

    assert passwords.due(person.user, now=NOW + calendar - SECOND) is None
    assert passwords.due(person.user, now=NOW + calendar) is PasswordDue.CALENDAR


def test_in_several_practices_the_strictest_counts(
    person: SignInPerson, practice: House, other_practice: House
) -> None:
    rotate(practice, 365)
    rotate(other_practice, 90)
    join(person.user, other_practice, "administrator")

    rules = policies.for_person(person.user.pk)

    assert (rules.rotation_days, rules.password_min) == (90, 15)
    assert {"Harbor Lane", "Summit Row"} <= rules.names


def test_who_left_a_practice_is_not_held_by_its_rules(
    person: SignInPerson, other_practice: House
) -> None:
    rotate(other_practice, 90)
    joined = join(person.user, other_practice, "administrator")
    with practice_scope(other_practice.id):
        Membership.objects.filter(pk=joined.pk).update(
            ended_at=NOW, ended_by=other_practice.automaton
        )

    rules = policies.for_person(person.user.pk)

    assert (rules.rotation_days, rules.password_min) == (None, 12)


def join(user: User, house: House, role: str) -> Membership:
    with practice_scope(house.id):
        return members.add(
            person_id=user.pk,
            display_name="Also here",
            role=Role.objects.get(slug=role),
            now=NOW,
            by=house.automaton,
        )


def test_a_raised_role_makes_a_short_password_due(person: SignInPerson, practice: House) -> None:
    passwords.change(user=person.user, password="kestrel-plum", now=NOW)
    before = passwords.due(person.user, now=NOW)
    with practice_scope(practice.id):
        roles.grant(
            member=practice.people["front-desk"],
            role=Role.objects.get(slug="administrator"),
            now=NOW,
            by=practice.automaton,
        )

    assert (before, passwords.due(person.user, now=NOW)) == (None, PasswordDue.RAISED)
    with pytest.raises(PasswordRefused, match="at least 15"):
        passwords.change(user=person.user, password="kestrel-tulip!", now=NOW)
    passwords.change(user=person.user, password=NEXT, now=NOW)
    assert passwords.due(person.user, now=NOW) is None


def test_a_role_that_gains_a_right_raises_everybody_who_holds_it(
    person: SignInPerson, practice: House
) -> None:
    passwords.change(user=person.user, password="kestrel-plum", now=NOW)
    with practice_scope(practice.id):
        desk = Role.objects.get(slug="front-desk")
        held = found.permissions_of(practice.people["front-desk"])
        roles.set_permissions(role=desk, permissions=held | {Permission.MEMBER_CHANGE})

    assert passwords.due(person.user, now=NOW) is PasswordDue.RAISED


def test_a_long_password_stays_when_a_role_is_raised(
    person: SignInPerson, practice: House, other_practice: House
) -> None:
    join(person.user, other_practice, "administrator")

    assert passwords.due(person.user, now=NOW) is None


def test_a_rule_is_changed_once_and_told_in_words(
    practice: House, administrator: Membership
) -> None:
    rotate(practice, 180)
    rotate(practice, 180)

    with practice_scope(practice.id):
        event = Event.objects.get(action=Action.SECURITY_POLICY_CHANGED)
        row = SecurityPolicy.objects.get()
    assert event.facts["changed"] == "how long a password lasts"
    assert (row.password_profile, row.rotation_days) == ("CALENDAR", 180)
    assert row.changed_by_id == administrator.pk
