"""A link to a new password: for whom it is written, how often it works, what it never does."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from accounts.models import OutgoingMail, PasswordReset, PasswordResetAsk, User
from accounts.services import passwords, resets, signin, users
from accounts.services.passwords import PasswordRefused
from accounts.services.resets import LinkOver
from accounts.services.signin import NotAccepted
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW, SignInPerson

NEXT = "kestrel lantern nutmeg quartz"
LINK = re.compile(r"http://127\.0\.0\.1:8000/reset/([\w-]{43})/")
HALF_AN_HOUR = timedelta(minutes=30)
SECOND = timedelta(seconds=1)


def letters() -> list[str]:
    """Return the bodies of the letters of the installation, oldest first."""
    with installation_scope():
        return [letter.body for letter in OutgoingMail.objects.order_by("id")]


def token_for(email: str, now: datetime = NOW) -> str:
    """Ask for a link and have the worker write it; return what it holds."""
    resets.ask(email=email, now=now)
    resets.answer_waiting(now=now)
    return str(LINK.findall(letters()[-1])[-1])


def test_the_letter_has_one_link_and_the_database_only_its_digest(person: SignInPerson) -> None:
    token = token_for(person.user.email)

    row = PasswordReset.objects.get()
    assert token.encode() not in bytes(row.digest)
    assert row.expires_at - row.asked_at == HALF_AN_HOUR
    assert resets.holder(token=token, now=NOW) == person.user


def test_the_address_is_known_in_any_spelling(person: SignInPerson) -> None:
    assert token_for(f" {person.user.email.upper()} ")


@pytest.mark.parametrize("state", ["unknown", "switched off"])
def test_nobody_who_cannot_sign_in_gets_a_letter(person: SignInPerson, state: str) -> None:
    User.objects.update(is_active=state != "switched off")
    email = "nobody@harbor-lane.example" if state == "unknown" else person.user.email

    resets.ask(email=email, now=NOW)
    resets.answer_waiting(now=NOW)

    assert letters() == []
    assert PasswordResetAsk.objects.filter(answered_at=NOW).count() == 1


def test_asking_leaves_the_same_traces_for_every_address(person: SignInPerson) -> None:
    """What differs is written by the worker, after the answer has gone."""
    for email in (person.user.email, "nobody@harbor-lane.example"):
        resets.ask(email=email, now=NOW)

    assert PasswordResetAsk.objects.count() == 2
    assert (PasswordReset.objects.count(), letters()) == (0, [])
    with installation_scope():
        events = Event.objects.filter(action=Action.PASSWORD_RESET_ASKED)
        assert [sorted(event.facts) for event in events] == [["name", "outcome"]] * 2
        assert person.user.email not in str([event.facts for event in events])


def test_the_database_holds_no_address_that_was_typed(person: SignInPerson) -> None:
    resets.ask(email=person.user.email, now=NOW)

    with connections["gate"].cursor() as cursor:
        cursor.execute("SELECT email, name_hash FROM accounts_passwordresetask")
        [(sealed, name)] = cursor.fetchall()
    assert person.user.email.encode() not in bytes(sealed) + bytes(name)


def test_a_link_works_once(person: SignInPerson) -> None:
    token = token_for(person.user.email)
    resets.redeem(token=token, password=NEXT, now=NOW)

    with pytest.raises(LinkOver):
        resets.redeem(token=token, password="olive pebble raven saffron", now=NOW)
    assert users.is_password_of(User.objects.get(pk=person.user.pk), NEXT)


def test_a_link_lasts_half_an_hour_to_the_second(person: SignInPerson) -> None:
    token = token_for(person.user.email)

    assert resets.holder(token=token, now=NOW + HALF_AN_HOUR - SECOND)
    with pytest.raises(LinkOver):
        resets.redeem(token=token, password=NEXT, now=NOW + HALF_AN_HOUR)


def test_the_database_holds_no_link_for_longer(person: SignInPerson) -> None:
    with pytest.raises(IntegrityError, match="half_an_hour"), transaction.atomic(using="gate"):
        PasswordReset.objects.create(
            digest=b"x", user=person.user, asked_at=NOW, expires_at=NOW + HALF_AN_HOUR + SECOND
        )


def test_a_new_link_ends_the_older_one(person: SignInPerson) -> None:
    older, newer = token_for(person.user.email), token_for(person.user.email)

    with pytest.raises(LinkOver):
        resets.holder(token=older, now=NOW)
    assert resets.holder(token=newer, now=NOW)


def test_any_change_of_the_password_ends_the_link(person: SignInPerson) -> None:
    token = token_for(person.user.email)
    passwords.change(user=person.user, password=NEXT, now=NOW)

    with pytest.raises(LinkOver):
        resets.holder(token=token, now=NOW)


def test_somebody_switched_off_meanwhile_cannot_use_it(person: SignInPerson) -> None:
    token = token_for(person.user.email)
    User.objects.filter(pk=person.user.pk).update(is_active=False)

    with pytest.raises(LinkOver):
        resets.redeem(token=token, password=NEXT, now=NOW)


def test_a_refused_password_leaves_the_link(person: SignInPerson) -> None:
    token = token_for(person.user.email)

    with pytest.raises(PasswordRefused):
        resets.redeem(token=token, password=person.password, now=NOW)
    resets.redeem(token=token, password=NEXT, now=NOW)


def test_after_a_reset_the_second_step_is_asked_as_always(person: SignInPerson) -> None:
    resets.redeem(token=token_for(person.user.email), password=NEXT, now=NOW)

    ticket = signin.give_password(email=person.user.email, password=NEXT, now=NOW)

    assert not ticket.needs_device
    assert signin.give_code(ticket=ticket.text, code=person.code(), now=NOW) == person.user
    with pytest.raises(NotAccepted):
        signin.give_password(email=person.user.email, password=person.password, now=NOW)


def test_a_reset_is_told_to_the_log_and_by_letter(person: SignInPerson) -> None:
    resets.redeem(token=token_for(person.user.email), password=NEXT, now=NOW)

    with installation_scope():
        assert Event.objects.get(action=Action.PASSWORD_RESET).person_id == person.user.pk
    assert "was changed" in letters()[-1]


def test_three_letters_an_hour_go_to_an_address(person: SignInPerson) -> None:
    for _ in range(5):
        resets.ask(email=person.user.email, now=NOW)
        resets.answer_waiting(now=NOW)

    assert len(letters()) == 3
    with installation_scope():
        outcomes = [
            event.facts["outcome"]
            for event in Event.objects.filter(action=Action.PASSWORD_RESET_ASKED).order_by("seq")
        ]
    assert outcomes == ["noted"] * 3 + ["too often"] * 2
    assert token_for(person.user.email, NOW + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "\N{SNOWMAN}" * 43])
def test_what_was_never_a_link_opens_nothing(person: SignInPerson, token: str) -> None:
    token_for(person.user.email)

    with pytest.raises(LinkOver):
        resets.redeem(token=token, password=NEXT, now=NOW)
