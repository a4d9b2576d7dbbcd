"""Refused sign-ins of known people reach the logs of their practices, and nobody else's."""

from datetime import timedelta

import pytest

from accounts.models import Role, SignInTry
from accounts.selectors import log
from accounts.services import members, refusals, signin
from accounts.services.signin import NotAccepted
from accounts.services.totp import WrongCode
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW, SignInPerson
from tests.houses import House
from tests.told import said

LATER = NOW + timedelta(minutes=1)


def fail(email: str) -> None:
    with pytest.raises(NotAccepted):
        signin.give_password(email=email, password="wrong", now=NOW)


def told(house: House) -> list[dict[str, str | int]]:
    with practice_scope(house.id):
        found = Event.objects.filter(action=Action.SIGN_IN_FAILED_AS).order_by("seq")
        return [said(event) for event in found]


def test_a_practice_learns_of_refusals_of_its_people_once(
    person: SignInPerson, practice: House, other_practice: House
) -> None:
    fail(person.user.email)
    fail("nobody@example.org")

    counts = [refusals.tell_practices(now=LATER) for _ in range(2)]

    assert counts == [1, 0]
    assert told(practice) == [{"reason": "wrong password", "tried_at": "2026-03-03T14:30:10+00:00"}]
    assert told(other_practice) == []


def test_a_wrong_code_is_a_refusal_too(person: SignInPerson, practice: House) -> None:
    ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)
    with pytest.raises(WrongCode):
        signin.give_code(ticket=ticket.text, code="000000", now=NOW)

    refusals.tell_practices(now=LATER)

    assert len(told(practice)) == 1


def test_each_practice_of_a_person_is_told(
    person: SignInPerson, practice: House, other_practice: House
) -> None:
    with practice_scope(other_practice.id):
        members.add(
            person_id=person.user.pk,
            display_name="Also here",
            role=Role.objects.get(slug="auditor"),
            now=NOW,
            by=other_practice.automaton,
        )
    fail(person.user.email)

    refusals.tell_practices(now=LATER)

    assert (len(told(practice)), len(told(other_practice))) == (1, 1)


def test_the_log_names_whose_sign_in_it_was(person: SignInPerson, practice: House) -> None:
    fail(person.user.email)
    refusals.tell_practices(now=LATER)

    with practice_scope(practice.id):
        sentences = [line.sentence for line in log.lines(limit=1)]

    assert sentences == ["A sign-in as Front desk of Harbor Lane was refused: wrong password."]


def test_a_name_that_nobody_has_is_noted_without_a_person(practice: House) -> None:
    fail("nobody@example.org")

    attempt = SignInTry.objects.get()
    assert (attempt.reason, attempt.person_id) == ("wrong password", None)
