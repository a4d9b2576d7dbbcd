"""Letters before a password ends: 14, 7 and 1 days before, each once, to the second."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Membership, OutgoingMail, User
from accounts.selectors.policies import Rules
from accounts.services import policies, reminders
from accounts.tenancy import installation_scope, practice_scope
from tests.accounts.conftest import NOW, SignInPerson
from tests.houses import FOUNDED_AT, House

ENDS = FOUNDED_AT + timedelta(days=90)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _by_the_calendar(practice: House) -> None:
    rotate(practice, 90)


def rotate(house: House, days: int | None) -> None:
    with practice_scope(house.id, person_id=house.people["administrator"].person_id):
        policies.change(rules=Rules(days, 10, 3), now=NOW, by=house.people["administrator"])


def subjects(email: str) -> list[str]:
    """Return what the letters to an address are about, oldest first."""
    with installation_scope():
        written = OutgoingMail.objects.order_by("created_at", "id")
        return [letter.subject for letter in written if letter.to == email]


def days_before(number: int) -> datetime:
    return ENDS - timedelta(days=number)


def test_a_letter_goes_out_when_fourteen_days_are_left_and_not_before(person: SignInPerson) -> None:
    reminders.send_due(now=days_before(14) - SECOND)
    before = subjects(person.user.email)
    reminders.send_due(now=days_before(14))

    assert before == []
    assert subjects(person.user.email) == ["Your password ends in 14 days"]


def test_each_of_the_three_letters_is_written_once(person: SignInPerson) -> None:
    hour = days_before(15)
    while hour <= ENDS + timedelta(days=1):
        reminders.send_due(now=hour)
        hour += timedelta(hours=7)

    assert subjects(person.user.email) == [
        "Your password ends in 14 days",
        "Your password ends in 7 days",
        "Your password ends tomorrow",
    ]


def test_a_worker_that_slept_writes_the_nearest_letter_only(person: SignInPerson) -> None:
    reminders.send_due(now=days_before(3))

    assert subjects(person.user.email) == ["Your password ends in 7 days"]


def test_a_new_password_begins_the_letters_anew(person: SignInPerson) -> None:
    reminders.send_due(now=days_before(1))
    User.objects.filter(pk=person.user.pk).update(password_changed_at=ENDS, password_reminder=0)
    reminders.send_due(now=ENDS + timedelta(days=76))

    assert subjects(person.user.email) == [
        "Your password ends tomorrow",
        "Your password ends in 14 days",
    ]


def test_a_practice_that_gives_more_time_begins_them_anew(
    person: SignInPerson, practice: House
) -> None:
    reminders.send_due(now=days_before(1))
    rotate(practice, 180)
    reminders.send_due(now=ENDS)
    reminders.send_due(now=FOUNDED_AT + timedelta(days=173))

    assert subjects(person.user.email) == [
        "Your password ends tomorrow",
        "Your password ends in 7 days",
    ]


def test_on_evidence_only_nobody_is_written_to(practice: House, person: SignInPerson) -> None:
    rotate(practice, None)

    assert reminders.send_due(now=days_before(1)) == 0


def test_who_left_or_is_switched_off_is_not_written_to(
    practice: House, front_desk: Membership, person: SignInPerson, newcomer: User
) -> None:
    with practice_scope(practice.id):
        Membership.objects.filter(pk=front_desk.pk).update(
            ended_at=NOW, ended_by=practice.automaton
        )
    User.objects.filter(pk=newcomer.pk).update(is_active=False)

    reminders.send_due(now=days_before(7))

    assert subjects(person.user.email) + subjects(newcomer.email) == []
