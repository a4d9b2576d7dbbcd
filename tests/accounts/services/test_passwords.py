"""A new password: whether it is fit, why one is due, and what ends with the old one."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import (
    Membership,
    OutgoingMail,
    PasswordDue,
    PasswordReset,
    PastPassword,
    SignInTicket,
    User,
)
from accounts.services import passwords, signin, totp, users
from accounts.services.passwords import PasswordRefused, WrongPassword
from accounts.services.signin import NewPasswordNeeded, TicketOver
from accounts.services.tries import NameRests
from accounts.sessions import SessionStore
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW, SignInPerson
from tests.houses import House, browser_of

NEXT = "kestrel lantern nutmeg quartz"
SECOND = timedelta(seconds=1)


def proved(person: SignInPerson) -> str:
    """Take both steps where a new password is due, and return the ticket."""
    ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)
    with pytest.raises(NewPasswordNeeded):
        signin.give_code(ticket=ticket.text, code=person.code(), now=NOW)
    return ticket.text


def make_due(person: SignInPerson, why: PasswordDue = PasswordDue.ORDERED) -> None:
    User.objects.filter(pk=person.user.pk).update(password_due=why)


@pytest.mark.parametrize("name", ["Front desk of Harbor Lane", "harbor-lane", "front-desk"])
def test_ones_own_names_and_the_practices_are_refused(person: SignInPerson, name: str) -> None:
    with pytest.raises(PasswordRefused, match="Leave out your name"):
        passwords.require_fit_for(person.user, f"{name}-2026")


def test_the_present_password_is_no_new_one(person: SignInPerson) -> None:
    with pytest.raises(PasswordRefused, match="You had this password before"):
        passwords.change(user=person.user, password=person.password, now=NOW)


def test_four_passwords_before_the_present_one_do_not_come_back(person: SignInPerson) -> None:
    chosen = [person.password, *(f"{NEXT} {number} tulip" for number in "abcde")]
    for password in chosen[1:]:
        passwords.change(user=person.user, password=password, now=NOW)

    for password in chosen[1:]:
        with pytest.raises(PasswordRefused, match="before"):
            passwords.change(user=person.user, password=password, now=NOW)
    passwords.change(user=person.user, password=chosen[0], now=NOW)
    assert PastPassword.objects.filter(user=person.user).count() == 4


def test_a_password_typed_on_another_keyboard_is_the_same(person: SignInPerson) -> None:
    passwords.change(user=person.user, password="Zoe\u0308 maalt kestrel", now=NOW)

    assert users.is_password_of(person.user, "Zo\u00eb maalt kestrel")


def test_a_hundred_and_twenty_eight_characters_count_to_the_last(person: SignInPerson) -> None:
    long = "".join(f"{number:x}k" for number in range(300))[:128]
    passwords.change(user=person.user, password=long, now=NOW)

    assert users.is_password_of(person.user, long)
    assert not users.is_password_of(person.user, long[:-1] + "!")


def test_a_change_ends_every_session_ticket_and_link(
    person: SignInPerson, front_desk: Membership
) -> None:
    browser = browser_of(front_desk)
    ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)
    PasswordReset.objects.create(
        digest=b"d", user=person.user, asked_at=NOW, expires_at=NOW + timedelta(minutes=30)
    )

    passwords.change(user=person.user, password=NEXT, now=NOW)

    assert browser.post("/stay/").status_code == 302
    with pytest.raises(TicketOver):
        signin.holder(ticket=ticket.text, now=NOW)
    assert not PasswordReset.objects.filter(used_at=None).exists()


def test_a_change_is_told_to_the_log_and_by_letter(person: SignInPerson) -> None:
    passwords.change(user=person.user, password=NEXT, now=NOW)

    with installation_scope():
        event = Event.objects.get(action=Action.PASSWORD_CHANGED)
        letter = OutgoingMail.objects.get()
        assert (letter.to, letter.subject) == (person.user.email, "Your password was changed")
        assert NEXT not in letter.body + str(event.facts)
    assert event.person_id == person.user.pk


def test_of_two_changes_at_once_the_second_is_refused(person: SignInPerson) -> None:
    stale = User.objects.get(pk=person.user.pk)
    passwords.change(user=person.user, password=NEXT, now=NOW)

    with pytest.raises(PasswordRefused, match="a moment ago"):
        passwords.change(user=stale, password="olive pebble raven saffron", now=NOW)
    assert users.is_password_of(User.objects.get(pk=stale.pk), NEXT)


@pytest.mark.parametrize("why", [why for why in PasswordDue if why != PasswordDue.REPORTED])
def test_every_reason_asks_for_a_new_password_before_anything_opens(
    person: SignInPerson, why: PasswordDue
) -> None:
    make_due(person, why)
    ticket = proved(person)

    user = signin.give_new_password(ticket=ticket, password=NEXT, now=NOW)

    assert (user.pk, user.password_due) == (person.user.pk, "")
    assert users.is_password_of(User.objects.get(pk=user.pk), NEXT)
    with installation_scope():
        told = Event.objects.get(action=Action.PASSWORD_CHANGED)
    assert told.facts["reason"] == passwords.REASONS[why]


def test_without_the_second_step_a_ticket_changes_no_password(person: SignInPerson) -> None:
    make_due(person)
    ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)

    with pytest.raises(TicketOver):
        signin.give_new_password(ticket=ticket.text, password=NEXT, now=NOW)
    assert users.is_password_of(User.objects.get(pk=person.user.pk), person.password)


def test_a_ticket_that_waits_for_a_password_opens_nothing_else(person: SignInPerson) -> None:
    make_due(person)
    ticket = proved(person)
    later = NOW + timedelta(seconds=60)

    with pytest.raises(TicketOver):
        signin.give_code(ticket=ticket, code=person.code(later), now=later)


def test_the_five_minutes_hold_for_the_new_password_too(person: SignInPerson) -> None:
    make_due(person)
    ticket = proved(person)

    with pytest.raises(TicketOver):
        signin.give_new_password(ticket=ticket, password=NEXT, now=NOW + timedelta(minutes=5))


def test_a_refused_password_leaves_the_ticket(person: SignInPerson) -> None:
    make_due(person)
    ticket = proved(person)

    with pytest.raises(PasswordRefused):
        signin.give_new_password(ticket=ticket, password="short", now=NOW)

    with installation_scope():
        assert Event.objects.get(action=Action.PASSWORD_REFUSED).person_id == person.user.pk
    assert signin.give_new_password(ticket=ticket, password=NEXT, now=NOW)
    with pytest.raises(TicketOver):
        signin.give_new_password(ticket=ticket, password="olive pebble raven plum", now=NOW)


def test_a_first_sign_in_with_a_due_password_keeps_the_ticket(
    newcomer: User, person: SignInPerson
) -> None:
    User.objects.filter(pk=newcomer.pk).update(password_due=PasswordDue.ORDERED)
    ticket = signin.give_password(email=newcomer.email, password=person.password, now=NOW)
    secret = totp.secret_to_show(newcomer) or ""

    _, codes = signin.confirm_device(ticket=ticket.text, code=totp.code_at(secret, NOW), now=NOW)

    assert len(codes) == 10
    assert signin.awaits_password(ticket=ticket.text, now=NOW)
    assert SignInTicket.objects.get(user=newcomer).used_at is None
    assert signin.give_new_password(ticket=ticket.text, password=NEXT, now=NOW) == newcomer


def test_an_order_signs_out_and_stands_on_the_practices_log(
    person: SignInPerson, practice: House, administrator: Membership, front_desk: Membership
) -> None:
    browser = browser_of(front_desk)
    with practice_scope(practice.id, person_id=administrator.person_id):
        passwords.order(member=front_desk)
        event = Event.objects.filter(action=Action.PASSWORD_ORDERED)

    assert browser.post("/stay/").status_code == 302
    assert passwords.due(User.objects.get(pk=person.user.pk), now=NOW) is PasswordDue.ORDERED
    with practice_scope(practice.id):
        assert event.get().target_id == front_desk.pk


def test_ones_own_change_asks_for_the_present_password(
    person: SignInPerson, practice: House, front_desk: Membership
) -> None:
    own, other = browser_of(front_desk), browser_of(front_desk)
    key = own.cookies["__Host-session"].value

    def change(present: str) -> None:
        passwords.change_own(
            user=person.user,
            present=present,
            password=NEXT,
            practice_id=practice.id,
            keep=key,
            now=NOW,
        )

    with pytest.raises(WrongPassword):
        change("not this one at all")
    with practice_scope(practice.id):
        refused = Event.objects.get(action=Action.PASSWORD_REFUSED)
    change(person.password)

    assert refused.facts["reason"] == "wrong password"
    assert SessionStore(key).load()
    assert other.post("/stay/").status_code == 302
    with practice_scope(practice.id):
        assert Event.objects.get(action=Action.PASSWORD_CHANGED).facts["sessions_ended"] == 1


def test_guessing_at_the_present_password_rests_too(person: SignInPerson, practice: House) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            passwords.change_own(
                user=person.user,
                present="no",
                password=NEXT,
                practice_id=practice.id,
                keep="",
                now=NOW,
            )

    with pytest.raises(NameRests):
        passwords.change_own(
            user=person.user,
            present=person.password,
            password=NEXT,
            practice_id=practice.id,
            keep="",
            now=NOW,
        )


def test_a_guess_costs_a_hundred_mebibytes_and_two_passes(real_hashes: None) -> None:
    """The other tests pay less."""
    assert make_password("x").startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
