"""Letters to clients, written into the outbox in the transaction of the act that they tell of.

What goes to the client themself no restriction keeps back (45 CFR 164.524); nobody else, such as
somebody who pays for them, is written to.
"""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from accounts.selectors import members
from accounts.services import mail
from audit.actions import Action
from audit.services import events
from billing.models import AccountStatement, Letter, LetterCameBack, LetterKind, Payment
from billing.selectors import letter_holds, questions, reminders, statement_runs
from billing.selectors import letters as found
from billing.selectors.letters import State
from billing.services import letter_words, numbers, offered_links
from clients.models import Client, Contact
from ledger.money import ZERO

HELD_KINDS = frozenset({LetterKind.STATEMENT, LetterKind.REMINDER})
"""What a hold keeps back; a receipt and a link that was asked for go out all the same."""


class NotReachable(Exception):
    """The client has no address that may be written to; the message says why."""


class HeldBack(Exception):
    """Statements and reminders to the client are held back; the message says why."""


class NotYetDone(Exception):
    """The letter is on its way still, or was sent once more already."""


class NothingOwed(Exception):
    """The client owes nothing by now, so there is nothing to be reminded of."""


class NotSent(Exception):
    """A letter that was not sent cannot have come back."""


@transaction.atomic
def write(
    *,
    client: Client,
    kind: LetterKind,
    today: date,
    now: datetime,
    by: Membership,
    statement: AccountStatement | None = None,
    payment: Payment | None = None,
    page: letter_words.Page | None = None,
    repeats: Letter | None = None,
) -> Letter:
    """Write a letter to a client, to be sent by the worker once this is committed.

    What is written once stays once: for the same statement or payment the letter that it has is
    returned. ``page`` is that of a link to pay, and stands nowhere but in the sealed mail; a
    statement and a reminder make one of their own, unless the words are discreet: behind the link
    stand the practice's name and an amount.

    Raises:
        NotReachable: there is no e-mail address that may be written to.
        HeldBack: statements and reminders to the client are held back on ``today``, or it is a
            reminder and a question of the client waits for an answer.
        ValueError: a letter with a link to pay was given no page.
    """
    if kind == LetterKind.PAY_LINK and page is None:
        raise ValueError("A letter with a link to pay needs its page.")
    if (statement and statement.party_id) or (payment and payment.party_id):
        raise NotReachable(
            "This is the paper of somebody who pays for the client, who has no letters: hand it to"
            " them, or send it by post."
        )
    numbers.lock(numbers.LETTERS)
    known = _known(statement, payment, repeats)
    if known is not None:
        return known
    if kind in HELD_KINDS:
        _require_none_held(client, today)
    if kind == LetterKind.REMINDER and questions.people_waiting([client.pk]):
        raise HeldBack(f"{questions.WAITS}. Answer it first.")
    reach = found.reaches([client.pk])[client.pk]
    if reach.contact_id is None:
        raise NotReachable(f"{reach.problem}. Look at how the client is reached.")
    words = letter_words.of(kind, is_discreet=reach.is_discreet)
    if kind in letter_words.OFFERS and not reach.is_discreet:
        page = offered_links.in_letter(client=client, now=now, by=by)
        words = letter_words.offering(words) if page else words
    practice = members.practice().discreet_name
    subject, body = words.filled(letter_words.values(practice=practice, page=page))
    contact = Contact.objects.get(pk=reach.contact_id)
    letter = Letter.objects.create(
        client=client,
        kind=kind,
        contact=contact,
        contact_version=contact.version,
        is_discreet=reach.is_discreet,
        wording=words.wording,
        statement=statement,
        payment=payment,
        repeats=repeats,
        mail=mail.write(
            to=contact.number_or_address,
            subject=subject,
            body=body,
            now=now,
            from_name=None if reach.is_discreet else practice,
        ),
        written_on=today,
        written_at=now,
        written_by=by,
    )
    told = str(LetterKind(kind).label).lower()
    events.record(
        Action.LETTER_WRITTEN, target=letter, label=client.code, touched=[client.pk], kind=told
    )
    return letter


@transaction.atomic
def repeat(*, letter: Letter, today: date, now: datetime, by: Membership) -> Letter:
    """Send a letter once more: to the address and in the words of now. Twice makes one.

    Raises:
        NotYetDone: it is on its way still.
        NothingOwed: it is a reminder, and the client owes nothing net of credit by ``today``, or
            nothing of what it was of, or keeps to a payment plan over that.
        NotReachable, HeldBack: as ``write``.
    """
    # In this order, as plans are agreed: a payment beside it may make a plan kept.
    numbers.lock(numbers.RECEIPTS)
    numbers.lock(numbers.LETTERS)
    again = Letter.objects.filter(repeats=letter).first()
    if again is not None:
        return again
    if found.state_of(letter) not in found.MAY_REPEAT:
        raise NotYetDone("This letter is on its way still. Wait for what becomes of it.")
    if letter.kind == LetterKind.PAY_LINK:
        raise NotYetDone("A link to pay is made anew: send another one from the client's page.")
    if letter.kind == LetterKind.REMINDER:
        person = letter.client.merged_into or letter.client
        if statement_runs.owed_by(person, on=today) <= ZERO:
            raise NothingOwed("The client owes nothing by now.")
        if not reminders.is_owed(letter):
            raise NothingOwed("Nothing is owed any more of the invoice that it was of.")
        if reminders.is_planned(letter, today=today):
            raise NothingOwed("It is of an invoice in a payment plan, and the plan is kept.")
    return write(
        client=letter.client,
        kind=LetterKind(letter.kind),
        statement=letter.statement,
        payment=letter.payment,
        repeats=letter,
        today=today,
        now=now,
        by=by,
    )


@transaction.atomic
def note_came_back(*, letter: Letter, now: datetime, by: Membership) -> LetterCameBack:
    """Note that a letter came back, so that its address is not written to as it stands.

    Raises:
        NotSent: it was not sent.
    """
    numbers.lock(numbers.LETTERS)
    noted = LetterCameBack.objects.filter(letter=letter).first()
    if noted is not None:
        return noted
    if found.state_of(letter) is not State.SENT:
        raise NotSent("This letter was not sent, so it cannot have come back.")
    noted = LetterCameBack.objects.create(letter=letter, noted_at=now, noted_by=by)
    events.record(
        Action.LETTER_CAME_BACK,
        target=letter,
        label=letter.client.code,
        touched=[letter.client_id],
    )
    return noted


def _known(
    statement: AccountStatement | None, payment: Payment | None, repeats: Letter | None
) -> Letter | None:
    if repeats is not None:
        return Letter.objects.filter(repeats=repeats).first()
    if statement is not None:
        return Letter.objects.filter(statement=statement, repeats=None).first()
    if payment is not None:
        return Letter.objects.filter(payment=payment, repeats=None).first()
    return None


def _require_none_held(client: Client, today: date) -> None:
    why = letter_holds.reasons([client.pk], on=today).get(client.pk)
    if why is not None:
        raise HeldBack(f"Statements and reminders to this client are held back: {why.lower()}.")
