"""Letters to clients for tests: written through the product's services, and sent by its outbox."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Membership, OutgoingMail
from accounts.services import mail
from billing.models import AccountStatement, Letter, LetterHold, LetterKind, StatementRun
from billing.services import letter_holds, letter_words, letters, reminders, statement_runs
from clients.models import Client, Contact
from clients.services import contacts
from ledger.money import Money
from tests.billing import desk as at

ADDRESS = "amara@mail.example"


def reachable(client: Client, by: Membership, address: str = ADDRESS, **changes: bool) -> Contact:
    """Give a client an e-mail address."""
    return contacts.add(
        client=client, kind="EMAIL", number_or_address=address, now=at.NOW, by=by, **changes
    )


def letter(
    client: Client,
    by: Membership,
    *,
    kind: LetterKind = LetterKind.REMINDER,
    statement: AccountStatement | None = None,
    now: datetime = at.NOW,
) -> Letter:
    page = letter_words.SAMPLE_PAGE if kind == LetterKind.PAY_LINK else None
    return letters.write(
        client=client, kind=kind, statement=statement, page=page, today=at.TODAY, now=now, by=by
    )


def gone_out(written: Letter) -> Letter:
    """Let the mail server take a letter."""
    mail.claim(written.mail_id, now=at.NOW)
    mail.sent(written.mail_id, now=at.NOW)
    return written


def given_up(written: Letter) -> Letter:
    """Let a letter fail until nobody tries it any more."""
    OutgoingMail.objects.filter(pk=written.mail_id).update(tries=OutgoingMail.TRIES_MAX)
    return written


def held(client: Client, by: Membership, reason: str = "DISPUTE") -> LetterHold:
    return letter_holds.hold(
        client=client,
        reason=letter_holds.Reason(reason),
        until=None,
        today=at.TODAY,
        now=at.NOW,
        by=by,
    )


def owing(by: Membership, name: str, *, address: str = "", dollars: str = "150.00") -> Client:
    """Add a client who owes, with an e-mail address or else a postal one."""
    client = at.client(by, name)
    at.invoice(client, by, dollars=dollars)
    if address:
        reachable(client, by, address)
    else:
        contacts.add_address(client=client, street="1 Elm St", now=at.NOW, by=by)
    return client


def drawn_up(by: Membership, **rule: Any) -> StatementRun:
    """Draw up a run of statements; with nobody who owes, for somebody new."""
    asked: dict[str, Any] = {
        "clients": Client.objects.all(),
        "at_least": Money(10_00),
        "days_apart": 25,
        "message": "",
        "key": uuid4(),
        "today": at.TODAY,
        "now": at.NOW,
        "by": by,
    }
    try:
        return statement_runs.draw_up(**asked | rule)
    except statement_runs.NobodyOwes:
        owing(by, "Ferris")
        return statement_runs.draw_up(**asked | rule)


def post_used(client: Client, by: Membership) -> dict[str, UUID]:
    """Fill the tables of letters: written in own words, come back, held back and let go."""
    reachable(client, by)
    words = letter_words.set_words(
        kind=LetterKind.REMINDER,
        subject="A reminder",
        body="Hello from {practice}",
        now=at.NOW,
        by=by,
    )
    reminders.set_policy(
        steps=[14],
        at_least=Money(1_00),
        days_between=1,
        is_automatic=True,
        now=at.NOW,
        by=by,
    )
    late = at.invoice(client, by, issued_on=date(2026, 1, 20))
    came = reminders.send(client_id=client.pk, today=at.TODAY, now=at.NOW, by=by)
    assert came is not None, late
    gone_out(came)
    gone_out(letter(client, by))
    letters.note_came_back(letter=came, now=at.NOW, by=by)
    hold = held(client, by)
    letter_holds.end(held=held(client, by, "CARE"), now=at.NOW, by=by)
    return {"letter": came.pk, "letter hold": hold.pk, "wording": words.pk}
