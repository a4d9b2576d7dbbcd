"""A reported sign-in: whoever has both steps gets no further, and the mailbox tells the owner."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail, PasswordReset, User
from accounts.models.gate import PasswordDue
from accounts.services import devices, passwords, resets, signin
from accounts.services.passwords import LetterNeeded
from accounts.services.resets import LINK_LIFE
from accounts.tenancy import installation_scope
from tests.accounts.conftest import NOW, SignInPerson
from tests.houses import House, user_of

NEXT = "kestrel lantern nutmeg quartz"
CHOSEN = {"new_password": NEXT, "new_password_again": NEXT}


def reported_by(person: SignInPerson) -> str:
    """Report a sign-in, and return what the link of the one letter holds."""
    devices.not_me(person_id=person.user.pk, now=NOW)
    with installation_scope():
        letter = OutgoingMail.objects.get()
        to, text = letter.to, letter.body
    assert to == person.user.email
    return str(text).partition("/reset/")[2].partition("/")[0]


def test_after_a_report_both_steps_set_no_new_password(person: SignInPerson) -> None:
    reported_by(person)
    ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)
    with pytest.raises(signin.NewPasswordNeeded):
        signin.give_code(ticket=ticket.text, code=person.code(), now=NOW)

    with pytest.raises(LetterNeeded):
        signin.give_new_password(ticket=ticket.text, password=NEXT, now=NOW)

    user = User.objects.get(pk=person.user.pk)
    assert (user.password, user.password_due) == (person.user.password, PasswordDue.REPORTED)


def test_the_letter_of_a_report_ends_it(person: SignInPerson) -> None:
    resets.redeem(token=reported_by(person), password=NEXT, now=NOW)

    ticket = signin.give_password(email=person.user.email, password=NEXT, now=NOW)
    assert signin.give_code(ticket=ticket.text, code=person.code(), now=NOW) == person.user


def test_a_report_ends_half_a_sign_in(person: SignInPerson) -> None:
    ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)
    reported_by(person)

    with pytest.raises(signin.TicketOver):
        signin.give_code(ticket=ticket.text, code=person.code(), now=NOW)


def test_no_session_that_slipped_through_ends_a_report(
    person: SignInPerson, practice: House
) -> None:
    reported_by(person)

    with pytest.raises(LetterNeeded):
        passwords.change_own(
            user=person.user,
            present=person.password,
            password=NEXT,
            practice_id=practice.id,
            keep="",
            now=NOW,
        )


@pytest.mark.parametrize("due", ["", PasswordDue.BREACHED])
def test_the_database_ends_no_report_without_a_letter(person: SignInPerson, due: str) -> None:
    reported_by(person)

    with pytest.raises(IntegrityError, match="by a letter only"), transaction.atomic(using="gate"):
        User.objects.filter(pk=person.user.pk).update(password_due=due, password_changed_at=NOW)


def test_after_a_report_the_pages_say_that_a_letter_comes(
    browser: Client, person: SignInPerson
) -> None:
    token = reported_by(person)
    given = {"email": person.user.email, "password": person.password}
    step = browser.post(reverse("accounts:sign_in"), given)["Location"]
    onward = browser.post(step, {"code": person.code(timezone.now())})["Location"]
    now = timezone.now()
    PasswordReset.objects.update(asked_at=now, expires_at=now + LINK_LIFE)

    for page in (browser.get(onward), browser.post(onward, CHOSEN)):
        assert "A letter with a link went" in page.content.decode()
        assert 'name="new_password"' not in page.content.decode()
    browser.get(reverse("accounts:reset_open", args=[token]))
    answer = browser.post(reverse("accounts:reset_new"), CHOSEN)

    assert "look at your second steps" in browser.get(answer["Location"]).content.decode()
    again = browser.post(answer["Location"], {"email": person.user.email, "password": NEXT})
    later = person.code(timezone.now() + timedelta(seconds=30))
    assert browser.post(again["Location"], {"code": later})["Location"] == reverse("accounts:you")


@pytest.mark.commits
def test_a_change_that_waited_for_a_report_is_refused(practice: House) -> None:
    """Both hold the person first, so neither waits for the other for ever."""
    user = user_of(practice.people["front-desk"])

    def change() -> None:
        try:
            passwords.change(user=user, password=NEXT, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(using="gate"):
            reported = User.objects.select_for_update(no_key=True).filter(pk=user.pk)
            reported.update(password_due=PasswordDue.REPORTED)
            late = pool.submit(change)
            waited = not wait([late], timeout=1).done

        assert waited
        assert isinstance(late.exception(), LetterNeeded)
