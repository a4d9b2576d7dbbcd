"""Signing in, by the service: passwords, tickets, second factors, and the limit on guesses."""

from contextlib import suppress
from datetime import timedelta

import pytest

from accounts.models import OutgoingMail, SignInTicket, SignInTry, TotpDevice, User
from accounts.services import recovery, signin, totp
from accounts.services.factors import HasOne
from accounts.services.signin import NotAccepted, TicketOver
from accounts.services.totp import CodeAlreadyUsed, CodeRefused, WrongCode
from accounts.services.tries import NameRests
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW, SignInPerson
from tests.told import said


def password_of(person: SignInPerson) -> signin.Ticket:
    return signin.give_password(email=person.user.email, password=person.password, now=NOW)


def test_a_right_password_yields_a_ticket_and_no_session(person: SignInPerson) -> None:
    ticket = password_of(person)

    assert not ticket.needs_device
    assert signin.holder(ticket=ticket.text, now=NOW).user == person.user


def test_the_database_does_not_hold_the_ticket_itself(person: SignInPerson) -> None:
    ticket = password_of(person)

    held = bytes(SignInTicket.objects.get().digest)
    assert ticket.text.encode() not in held
    assert len(held) == 32


def test_a_name_is_the_same_in_all_its_spellings(person: SignInPerson) -> None:
    spelled = person.user.email.upper().replace("F", "\N{FULLWIDTH LATIN CAPITAL LETTER F}")

    ticket = signin.give_password(email=f" {spelled} ", password=person.password, now=NOW)

    assert signin.holder(ticket=ticket.text, now=NOW).user == person.user


@pytest.mark.parametrize("email", ["front-desk@harbor-lane.example", "nobody@harbor-lane.example"])
def test_a_wrong_password_and_a_wrong_name_read_the_same(person: SignInPerson, email: str) -> None:
    with pytest.raises(NotAccepted, match="do not belong together"):
        signin.give_password(email=email, password="wrong" * 4, now=NOW)


def test_somebody_who_was_switched_off_is_refused(person: SignInPerson) -> None:
    User.objects.filter(pk=person.user.pk).update(is_active=False)

    with pytest.raises(NotAccepted):
        password_of(person)


def test_five_failures_rest_the_name_even_for_the_right_password(person: SignInPerson) -> None:
    for _ in range(5):
        with pytest.raises(NotAccepted):
            signin.give_password(email=person.user.email, password="wrong", now=NOW)

    with pytest.raises(NameRests):
        password_of(person)


def test_a_name_has_rested_after_fifteen_minutes(person: SignInPerson) -> None:
    for _ in range(5):
        with pytest.raises(NotAccepted):
            signin.give_password(email=person.user.email, password="wrong", now=NOW)
    later = NOW + timedelta(minutes=15, seconds=1)

    assert signin.give_password(email=person.user.email, password=person.password, now=later)


def test_a_name_that_nobody_has_rests_as_well(person: SignInPerson) -> None:
    for _ in range(5):
        with pytest.raises(NotAccepted):
            signin.give_password(email="nobody@example.org", password="wrong", now=NOW)

    with pytest.raises(NameRests):
        signin.give_password(email="nobody@example.org", password="wrong", now=NOW)


def test_wrong_codes_count_towards_the_limit(person: SignInPerson) -> None:
    ticket = password_of(person)
    for _ in range(5):
        with pytest.raises(WrongCode):
            signin.give_code(ticket=ticket.text, code="000000", now=NOW)

    with pytest.raises(NameRests):
        signin.give_code(ticket=ticket.text, code=person.code(), now=NOW)


def test_what_succeeds_is_not_counted_as_a_failure(person: SignInPerson) -> None:
    for _ in range(7):
        password_of(person)

    assert SignInTry.objects.filter(succeeded=False).count() == 0


def test_a_typed_name_is_kept_as_a_keyed_hash_only(person: SignInPerson) -> None:
    password_of(person)

    assert person.user.email.encode() not in bytes(SignInTry.objects.get().name_hash)


def test_the_second_step_says_who_it_is(person: SignInPerson) -> None:
    ticket = password_of(person)

    assert signin.give_code(ticket=ticket.text, code=person.code(), now=NOW) == person.user


def test_a_ticket_works_once(person: SignInPerson) -> None:
    ticket = password_of(person)
    signin.give_code(ticket=ticket.text, code=person.code(), now=NOW)
    later = NOW + timedelta(seconds=60)

    with pytest.raises(TicketOver):
        signin.give_code(ticket=ticket.text, code=person.code(later), now=later)


def test_a_ticket_lasts_five_minutes(person: SignInPerson) -> None:
    ticket = password_of(person)
    in_time, too_late = NOW + timedelta(seconds=299), NOW + timedelta(seconds=300)

    assert signin.holder(ticket=ticket.text, now=in_time)
    with pytest.raises(TicketOver):
        signin.give_code(ticket=ticket.text, code=person.code(too_late), now=too_late)


def test_a_code_of_somebody_else_is_refused(person: SignInPerson, newcomer: User) -> None:
    other = totp.new_secret()
    totp.install(user=newcomer, secret=other, now=NOW)
    ticket = password_of(person)

    with pytest.raises(WrongCode):
        signin.give_code(ticket=ticket.text, code=totp.code_at(other, NOW), now=NOW)


def test_a_code_that_signed_in_does_not_sign_in_again(person: SignInPerson) -> None:
    signin.give_code(ticket=password_of(person).text, code=person.code(), now=NOW)

    with pytest.raises(CodeAlreadyUsed, match="Wait for the next one, about 20 seconds"):
        signin.give_code(ticket=password_of(person).text, code=person.code(), now=NOW)


def test_a_used_recovery_code_stands_on_the_log_and_in_a_letter(person: SignInPerson) -> None:
    codes = recovery.issue(user=person.user)
    for code in (codes[3], "wrong", codes[3]):
        ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)
        with suppress(CodeRefused):
            signin.give_recovery_code(ticket=ticket.text, code=code, now=NOW)

    with installation_scope():
        [event] = Event.objects.filter(action=Action.RECOVERY_CODE_USED)
        [letter] = OutgoingMail.objects.all()
        told = (letter.to, letter.subject, "9 are left." in letter.body)
    assert (event.person_id, said(event)) == (person.user.pk, {"left": 9})
    assert told == (person.user.email, "A recovery code was used", True)


def test_a_recovery_code_stands_in_for_the_app_once(person: SignInPerson) -> None:
    code = recovery.issue(user=person.user)[3]

    signed_in = signin.give_recovery_code(
        ticket=password_of(person).text, code=code.lower().replace("-", " "), now=NOW
    )

    assert signed_in == person.user
    with pytest.raises(recovery.UnknownRecoveryCode):
        signin.give_recovery_code(ticket=password_of(person).text, code=code, now=NOW)


def test_a_first_sign_in_sets_up_the_second_factor(newcomer: User, person: SignInPerson) -> None:
    ticket = signin.give_password(email=newcomer.email, password=person.password, now=NOW)
    secret = totp.secret_to_show(newcomer)
    assert secret is not None

    user, codes = signin.confirm_device(ticket=ticket.text, code=totp.code_at(secret, NOW), now=NOW)

    assert (ticket.needs_device, user, len(set(codes))) == (True, newcomer, 10)
    assert totp.has_device(newcomer)


def test_an_app_that_is_not_confirmed_signs_nobody_in(newcomer: User, person: SignInPerson) -> None:
    ticket = signin.give_password(email=newcomer.email, password=person.password, now=NOW)
    secret = totp.secret_to_show(newcomer)
    assert secret is not None

    with pytest.raises(WrongCode):
        signin.give_code(ticket=ticket.text, code=totp.code_at(secret, NOW), now=NOW)


def test_a_password_alone_cannot_replace_a_confirmed_app(person: SignInPerson) -> None:
    ticket = password_of(person)

    with pytest.raises(HasOne):
        signin.confirm_device(ticket=ticket.text, code=person.code(), now=NOW)
    assert totp.secret_to_show(person.user) is None


def test_a_secret_that_was_shown_before_is_never_confirmed_later(
    newcomer: User, person: SignInPerson
) -> None:
    signin.give_password(email=newcomer.email, password=person.password, now=NOW)
    seen_by_another = totp.secret_to_show(newcomer)
    signin.give_password(email=newcomer.email, password=person.password, now=NOW)

    assert TotpDevice.objects.filter(user=newcomer).count() == 1
    assert totp.secret_to_show(newcomer) != seen_by_another
