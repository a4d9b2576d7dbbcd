"""Signing in with a passkey, the first second factor, and the last one."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import Passkey, SignInTicket, User
from accounts.services import factors, passkeys, signin, totp
from accounts.services.factors import HasOne, NotYours, OnlyOne
from accounts.services.passkeys import PasskeyCountedBack, PasskeyRefused, Purpose
from accounts.services.signin import TicketOver
from accounts.services.tries import NameRests
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import NOW, SignInPerson
from tests.accounts.services.test_passkeys import register
from tests.houses import House

SOON = NOW + timedelta(seconds=60)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def user(person: SignInPerson, device: Authenticator) -> User:
    """The front desk's user, who has an app and this device."""
    register(person.user, device)
    return person.user


def ticket_of(user: User, password: str) -> str:
    return signin.give_password(email=user.email, password=password, now=NOW).text


def test_a_passkey_signs_in_after_the_password(
    user: User, person: SignInPerson, device: Authenticator
) -> None:
    ticket = ticket_of(user, person.password)
    question = passkeys.ask_for_proof(user=user, purpose=Purpose.SIGN_IN, now=NOW, bound_to=ticket)

    assert signin.give_passkey(ticket=ticket, answer=device.answer(question), now=SOON) == user
    with pytest.raises(TicketOver):
        signin.holder(ticket=ticket, now=SOON)


def test_an_answer_bound_to_another_ticket_of_the_same_person_signs_nobody_in(
    user: User, person: SignInPerson, device: Authenticator
) -> None:
    seen, own = ticket_of(user, person.password), ticket_of(user, person.password)
    question = passkeys.ask_for_proof(user=user, purpose=Purpose.SIGN_IN, now=NOW, bound_to=seen)

    with pytest.raises(PasskeyRefused):
        signin.give_passkey(ticket=own, answer=device.answer(question), now=SOON)
    assert SignInTicket.objects.filter(used_at=None).count() == 2


def test_wrong_passkeys_count_like_wrong_codes(
    user: User, person: SignInPerson, device: Authenticator
) -> None:
    ticket = ticket_of(user, person.password)
    for _ in range(5):
        with pytest.raises(PasskeyRefused):
            signin.give_passkey(ticket=ticket, answer="{}", now=SOON)

    with pytest.raises(NameRests):
        signin.give_code(ticket=ticket, code=person.code(), now=NOW)
    with installation_scope():
        told = Event.objects.filter(action=Action.MFA_FAILED)
        assert [event.facts["reason"] for event in told] == ["wrong passkey"] * 5


def test_a_cloned_key_is_on_the_log(
    user: User, person: SignInPerson, device: Authenticator
) -> None:
    Passkey.objects.update(sign_count=99)
    ticket = ticket_of(user, person.password)
    question = passkeys.ask_for_proof(user=user, purpose=Purpose.SIGN_IN, now=NOW, bound_to=ticket)

    with pytest.raises(PasskeyCountedBack):
        signin.give_passkey(ticket=ticket, answer=device.answer(question), now=SOON)
    with installation_scope():
        told = Event.objects.get(action=Action.MFA_FAILED)
        assert (told.person_id, told.facts["reason"]) == (user.pk, "passkey counted back")


@pytest.fixture
def new_ticket(newcomer: User, person: SignInPerson) -> str:
    return ticket_of(newcomer, person.password)


def first_passkey(newcomer: User, ticket: str, device: Authenticator) -> list[str]:
    question = passkeys.ask_for_new(user=newcomer, now=NOW, bound_to=ticket)
    answer = device.answer(question)
    return signin.confirm_passkey(ticket=ticket, answer=answer, name="Laptop", now=SOON)[1]


def test_a_passkey_can_be_the_first_second_step(
    newcomer: User, new_ticket: str, device: Authenticator
) -> None:
    codes = first_passkey(newcomer, new_ticket, device)

    assert len(set(codes)) == 10
    assert factors.has_any(newcomer)
    assert totp.secret_to_show(newcomer) is None
    with installation_scope():
        assert Event.objects.filter(action=Action.MFA_ENROLLED, person_id=newcomer.pk).exists()


def test_somebody_with_a_passkey_is_not_asked_to_set_anything_up(
    newcomer: User, new_ticket: str, person: SignInPerson, device: Authenticator
) -> None:
    first_passkey(newcomer, new_ticket, device)

    ticket = signin.give_password(email=newcomer.email, password=person.password, now=SOON)

    assert not ticket.needs_device


def test_a_password_alone_adds_no_second_factor_to_one_that_stands(
    user: User, person: SignInPerson
) -> None:
    ticket = ticket_of(user, person.password)
    question = passkeys.ask_for_new(user=user, now=NOW, bound_to=ticket)

    with pytest.raises(HasOne):
        signin.confirm_passkey(
            ticket=ticket, answer=Authenticator().answer(question), name="Evil", now=SOON
        )
    assert Passkey.objects.count() == 1


def test_a_password_alone_confirms_no_app_that_a_passkeys_owner_is_setting_up(
    newcomer: User, new_ticket: str, person: SignInPerson, device: Authenticator
) -> None:
    first_passkey(newcomer, new_ticket, device)
    totp.begin_next(user=newcomer)
    secret = totp.next_secret_to_show(newcomer) or ""
    ticket = ticket_of(newcomer, person.password)

    with pytest.raises(HasOne):
        signin.confirm_device(ticket=ticket, code=totp.code_at(secret, SOON), now=SOON)


@pytest.mark.parametrize("others", ["an app", "another passkey", "nothing"])
def test_the_last_second_factor_stays(
    user: User, person: SignInPerson, practice: House, others: str
) -> None:
    key = Passkey.objects.get()
    if others != "an app":
        user.totp.delete()
    if others == "another passkey":
        register(user, Authenticator(), "Green key")

    with practice_scope(practice.id, person_id=user.pk):
        if others == "nothing":
            with pytest.raises(OnlyOne):
                factors.remove_passkey(user=user, passkey_id=key.pk, now=NOW)
        else:
            factors.remove_passkey(user=user, passkey_id=key.pk, now=NOW)

    assert Passkey.objects.filter(pk=key.pk).exists() == (others == "nothing")
    assert factors.has_any(user)


@pytest.mark.parametrize(
    "act",
    [
        lambda user, key: factors.remove_passkey(user=user, passkey_id=key, now=NOW),
        lambda user, key: factors.rename_passkey(user=user, passkey_id=key, name="Mine"),
    ],
    ids=["remove", "rename"],
)
def test_nobody_touches_somebody_elses_key(
    user: User, newcomer: User, practice: House, act: Callable[[User, object], None]
) -> None:
    with practice_scope(practice.id, person_id=newcomer.pk), pytest.raises(NotYours):
        act(newcomer, Passkey.objects.get().pk)

    assert Passkey.objects.get().name == "Blue key"
