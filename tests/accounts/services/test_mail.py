"""The outbox: a server that is away loses nothing, and one that refuses is believed."""

import re
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from uuid import UUID

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import tasks
from accounts.models import OutgoingMail
from accounts.services import mail
from accounts.tenancy import practice_scope
from tests.houses import House

SECRET = "somebody@mail.example"


@pytest.fixture
def two(practice: House) -> list[UUID]:
    """Two letters that wait."""
    with practice_scope(practice.id):
        return [
            mail.write(to=to, subject="S", body="B\n", now=timezone.now(), from_name="Harbor").pk
            for to in (SECRET, "else@mail.example")
        ]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """What the mail server does with the next letters: takes them, or fails."""
    answers: list[Exception | None] = []
    send = EmailMessage.send

    def answered(letter: EmailMessage, fail_silently: bool = False) -> int:
        failure = answers.pop(0) if answers else None
        if failure is not None:
            raise failure
        return send(letter, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", answered)
    return answers


def states(practice: House, ids: list[UUID]) -> list[tuple[bool, bool, int]]:
    with practice_scope(practice.id):
        rows = OutgoingMail.objects.in_bulk(ids)
        return [(bool(rows[pk].sent_at), bool(rows[pk].refused_at), rows[pk].tries) for pk in ids]


def again(practice: House) -> None:
    """Let the time until the next try pass, and send."""
    with practice_scope(practice.id):
        OutgoingMail.objects.update(next_try_at=timezone.now())
    tasks.send_mail_of(practice_id=str(practice.id))


@pytest.mark.parametrize(
    "failure", [ConnectionRefusedError(), SMTPServerDisconnected("gone"), TimeoutError()]
)
def test_a_server_that_is_away_loses_nothing(
    practice: House,
    two: list[UUID],
    server: list[Exception | None],
    failure: Exception,
    mailoutbox: list[EmailMessage],
) -> None:
    server.append(failure)
    tasks.send_mail_of(practice_id=str(practice.id))

    # The round ended with the first: the other letter has lost no try.
    assert states(practice, two) == [(False, False, 1), (False, False, 0)]
    again(practice)
    assert states(practice, two) == [(True, False, 2), (True, False, 1)]
    assert len(mailoutbox) == 2


def test_an_address_that_is_refused_for_good_is_not_tried_again(
    practice: House,
    two: list[UUID],
    server: list[Exception | None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.append(SMTPRecipientsRefused({SECRET: (550, b"no such user")}))
    tasks.send_mail_of(practice_id=str(practice.id))
    again(practice)

    assert states(practice, two) == [(False, True, 1), (True, False, 1)]
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "failure",
    [
        SMTPRecipientsRefused({SECRET: (450, b"mailbox busy")}),
        SMTPDataError(554, f"{SECRET} is spam".encode()),
    ],
)
def test_what_is_not_final_is_tried_again_and_holds_up_nobody(
    practice: House,
    two: list[UUID],
    server: list[Exception | None],
    failure: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.append(failure)
    tasks.send_mail_of(practice_id=str(practice.id))
    assert states(practice, two) == [(False, False, 1), (True, False, 1)]
    again(practice)

    assert states(practice, two) == [(True, False, 2), (True, False, 1)]
    assert SECRET not in caplog.text


def test_a_letter_comes_in_the_name_that_it_was_given(
    practice: House, two: list[UUID], mailoutbox: list[EmailMessage]
) -> None:
    tasks.send_mail_of(practice_id=str(practice.id))

    letter = mailoutbox[0]
    assert letter.from_email == "Harbor <no-reply@localhost>"
    assert letter.extra_headers["Message-ID"] == f"<{two[0]}@localhost>"


def test_the_database_knows_no_letter_that_was_sent_and_refused(
    practice: House, two: list[UUID]
) -> None:
    with practice_scope(practice.id):
        mail.sent(two[0], now=timezone.now())
        mail.refused(two[0], now=timezone.now())
        with (
            pytest.raises(IntegrityError, match="accounts_outgoingmail_sent_or_refused"),
            transaction.atomic(),
        ):
            OutgoingMail.objects.filter(pk=two[0]).update(refused_at=timezone.now())
        assert OutgoingMail.objects.get(pk=two[0]).refused_at is None


OF_NOBODY = {
    *("act", "address", "at", "base_url", "by", "count", "days", "decision", "device", "due_on"),
    *("email", "ends_at", "expires_at", "inviter", "left", "member", "names", "now", "practice"),
    *("role", "rule", "starts_on", "what"),
}
"""What letters to staff may hold: people of the practice, days and counts, and nothing of a client;
``act`` and ``what`` name an act, such as a refund above a limit, by its kind, sum and number."""


def test_no_letter_to_staff_has_a_place_for_anything_of_a_client() -> None:
    """A new word in a letter fails here until somebody has looked at what it may say."""
    folder = settings.BASE_DIR / "templates" / "mail"
    written = "".join(file.read_text("utf-8") for file in sorted(folder.glob("*.txt")))

    assert set(re.findall(r"{{\s*(\w+)", written)) == OF_NOBODY
