"""A hundred wrong codes from strangers' devices: counted for ever, and what ends the count."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from accounts.models import OutgoingMail, SignInTry
from accounts.services import passwords, signin, tidying, tries
from accounts.services.totp import WrongCode
from accounts.services.tries import WrongCodesRest
from accounts.tenancy import installation_scope
from audit.actions import Action
from tests.accounts.conftest import NOW, SignInPerson
from tests.accounts.services.test_tries import guess, known_device_of
from tests.houses import PASSWORD, House

NEXT = "kestrel lantern nutmeg quartz"


def give_wrong_codes(person: SignInPerson, times: int, device_id: UUID | None = None) -> None:
    """Let so many wrong codes have been given, each in a window of its own."""
    for place in range(times):
        tries.reserve(
            person.user.email,
            now=NOW - (times - place) * tries.WINDOW,
            device_id=device_id,
            is_second_step=True,
        )


def ticket_of(person: SignInPerson, device_id: UUID | None = None) -> str:
    return guess(person.user.email, device_id, PASSWORD).text


def test_after_a_hundred_wrong_codes_a_name_rests_for_strangers_for_good(
    person: SignInPerson,
) -> None:
    give_wrong_codes(person, 99)
    ticket = ticket_of(person)
    with pytest.raises(WrongCode):
        signin.give_code(ticket=ticket, code="000000", now=NOW)

    with pytest.raises(WrongCodesRest, match="rests for new devices"):
        signin.give_code(ticket=ticket, code=person.code(), now=NOW)
    later = NOW + timedelta(days=90)
    tidying.clean_up(now=later)
    with pytest.raises(WrongCodesRest):
        signin.give_password(email=person.user.email, password=PASSWORD, now=later)


def test_a_right_password_alone_ends_no_count_of_wrong_codes(person: SignInPerson) -> None:
    give_wrong_codes(person, 99)
    for _ in range(3):
        ticket_of(person)

    tries.reserve(person.user.email, now=NOW, is_second_step=True)
    with pytest.raises(WrongCodesRest):
        ticket_of(person)


def test_the_owners_second_step_on_a_known_device_ends_the_rest(
    person: SignInPerson, practice: House
) -> None:
    own = known_device_of(person.user, practice)
    give_wrong_codes(person, 100)

    ticket = ticket_of(person, own)
    with pytest.raises(WrongCodesRest):
        ticket_of(person)
    assert signin.give_code(ticket=ticket, code=person.code(), now=NOW, device_id=own)

    assert ticket_of(person)


def test_another_password_ends_the_rest(person: SignInPerson) -> None:
    give_wrong_codes(person, 100)

    passwords.change(
        user=person.user, password=NEXT, now=NOW, action=Action.PASSWORD_RESET, reason="by a link"
    )

    assert guess(person.user.email, None, NEXT)


def test_wrong_codes_of_a_known_device_and_wrong_passwords_are_none_of_the_hundred(
    person: SignInPerson, practice: House
) -> None:
    own = known_device_of(person.user, practice)
    give_wrong_codes(person, 100, own)
    for place in range(101, 0, -1):
        tries.reserve(person.user.email, now=NOW - place * tries.WINDOW)

    assert ticket_of(person)


def test_the_database_counts_no_more_than_a_hundred(person: SignInPerson) -> None:
    digest = tries.name_hash(person.user.email)
    SignInTry.objects.create(name_hash=digest, at=NOW, wrong_code=7)

    for number, words in ((101, "hundred_wrong_codes"), (7, "counts_once")):
        with pytest.raises(IntegrityError, match=words), transaction.atomic(using="gate"):
            SignInTry.objects.create(name_hash=digest, at=NOW, wrong_code=number)


@pytest.mark.parametrize(("wrong", "letters"), [(4, 0), (5, 1), (9, 1), (10, 2)])
def test_the_owner_gets_a_letter_of_each_fifth_wrong_code(
    person: SignInPerson, wrong: int, letters: int
) -> None:
    for place in range(wrong):
        now = NOW + place * tries.WINDOW
        ticket = signin.give_password(email=person.user.email, password=PASSWORD, now=now)
        with pytest.raises(WrongCode):
            signin.give_code(ticket=ticket.text, code="000000", now=now)

    with installation_scope():
        written = [(letter.to, letter.subject) for letter in OutgoingMail.objects.all()]
    told = (person.user.email, "Your password was given, and then wrong codes")
    assert written == [told] * letters
