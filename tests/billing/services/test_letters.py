"""Letters to clients: they go where and as the client wishes, once, and tell nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import Membership, OutgoingMail
from accounts.services import mail
from audit.actions import Action
from audit.models import Event
from billing.models import Letter, LetterCameBack, LetterHold, LetterKind
from billing.selectors import letter_holds, letters
from billing.services import letter_holds as hold_services
from billing.services import letter_words
from billing.services import letters as services
from clients.models import Client
from clients.services import contacts, restrictions
from tests.billing import desk as at
from tests.billing import post, raw


@pytest.fixture
def reached(desk: Membership, amara: Client) -> Client:
    """A client with an e-mail address who owes 150.00."""
    at.invoice(amara, desk)
    post.reachable(amara, desk)
    return amara


def test_a_letter_waits_in_the_outbox_in_the_practices_discreet_name(
    desk: Membership, reached: Client
) -> None:
    letter = post.letter(reached, desk)
    outgoing = mail.claim(letter.mail_id, now=at.NOW)

    assert outgoing is not None
    assert outgoing.from_email.startswith("Harbor Lane <")
    assert outgoing.to == [post.ADDRESS]
    assert outgoing.attachments == []
    assert Event.objects.filter(action=Action.LETTER_WRITTEN).exists() is False  # At the commit.
    assert letter.wording is None


@pytest.mark.parametrize("kind", LetterKind)
def test_no_letter_tells_anything_of_its_client(
    desk: Membership, amara: Client, kind: LetterKind
) -> None:
    post.reachable(amara, desk)
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "20.00", apply_to=invoice)
    about: dict[str, dict[str, Any]] = {
        LetterKind.STATEMENT: {"statement": at.statement(amara, desk)},
        LetterKind.RECEIPT: {"payment": payment},
    }
    told = about.get(kind, {})
    for discreet in (False, True):
        if discreet:
            Client.objects.filter(pk=amara.pk).update(contact_wish="DISCREET")
            told = {"repeats": Letter.objects.get(), **told}
        letter = services.write(
            client=amara,
            kind=kind,
            page=letter_words.SAMPLE_PAGE,
            today=at.TODAY,
            now=at.NOW,
            by=desk,
            **told,
        )
        text = f"{letter.mail.subject}\n{letter.mail.body}\n{letter.mail.from_name}".casefold()

        for secret in (
            *(
                "amara",
                "okonkwo",
                amara.code,
                "1973",
                "150",
                "130",
                "20.00",
                "90834",
                "inv-",
                "r-0",
            ),
            *("therap", "session", "diagnos", "counsel", "mental", "psych"),
        ):
            assert secret.casefold() not in text
        assert ("harbor" in text) is not discreet
        assert letter.mail.subject in (
            {letter_words.DISCREET.subject}
            if discreet
            else {"A message from Harbor Lane", "A reminder from Harbor Lane"}
        )


def test_the_wishes_of_an_address_and_of_a_client_are_obeyed(
    desk: Membership, amara: Client
) -> None:
    with pytest.raises(services.NotReachable, match="No e-mail address"):
        post.letter(amara, desk)
    post.reachable(amara, desk, is_discreet=True)
    letter = post.letter(amara, desk)

    assert (letter.is_discreet, letter.mail.from_name) == (True, None)
    assert letter.mail.body == letter_words.DISCREET.body
    Client.objects.filter(pk=amara.pk).update(may_email=False)
    with pytest.raises(services.NotReachable, match="Wishes no e-mail"):
        post.letter(amara, desk)
    with pytest.raises(IntegrityError, match="wishes no e-mail"), transaction.atomic():
        again(letter)


def again(letter: Letter, **changes: Any) -> Letter:
    """Write the row of a letter once more, going round the services."""
    values = {
        field.attname: getattr(letter, field.attname)
        for field in Letter._meta.concrete_fields
        if field.name not in {"id", "practice_id"}
    }
    copied = OutgoingMail.objects.create(
        to="x", subject="x", body="x", created_at=at.NOW, next_try_at=at.NOW
    )
    return Letter.objects.create(**{**values, "mail_id": copied.pk, **changes})


def test_the_database_refuses_what_python_would(desk: Membership, reached: Client) -> None:
    letter = post.letter(reached, desk)
    other = at.client(desk, "Whitfield")
    elsewhere = post.reachable(other, desk, "other@mail.example")
    phone = contacts.add(
        client=reached, kind="PHONE", number_or_address="555-0101", now=at.NOW, by=desk
    )
    statement = at.statement(other, desk)
    words = letter_words.set_words(
        kind=LetterKind.RECEIPT, subject="S", body="B", now=at.NOW, by=desk
    )

    for changes, refusal in (
        ({"contact_id": elsewhere.pk}, "address of its client"),
        ({"contact_id": phone.pk}, "address of its client"),
        ({"contact_version": 7}, "address of its client"),
        ({"kind": "STATEMENT", "statement_id": statement.pk}, "what is its client's"),
        ({"kind": "STATEMENT"}, "billing_letter_is_of_its_kind"),
        ({"kind": "LOVE"}, "billing_letter"),
        ({"wording_id": words.pk}, "words of its kind"),
        ({"kind": "PAY_LINK", "repeats_id": letter.pk}, "repeats one of the same"),
        ({"mail_id": letter.mail_id}, "billing_letter_one_mail"),
    ):
        with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
            again(letter, **changes)
    with pytest.raises(IntegrityError, match="only a letter that was sent"), transaction.atomic():
        LetterCameBack.objects.create(letter=letter, noted_at=at.NOW, noted_by=desk)
    Client.objects.filter(pk=reached.pk).update(contact_wish="DISCREET")
    with pytest.raises(IntegrityError, match="discreet where that is wished"), transaction.atomic():
        again(letter)


def test_a_letter_of_a_statement_is_written_once(desk: Membership, reached: Client) -> None:
    statement = at.statement(reached, desk)
    told: dict[str, Any] = {"kind": LetterKind.STATEMENT, "statement": statement}
    first = post.letter(reached, desk, **told)

    assert post.letter(reached, desk, **told) == first
    with pytest.raises(IntegrityError, match="billing_letter_of_statement_once"):
        again(first)


def test_what_becomes_of_a_letter_is_told(desk: Membership, reached: Client) -> None:
    letter = post.letter(reached, desk)
    states = [letters.state_of(letter)]
    mail.claim(letter.mail_id, now=at.NOW)
    states.append(letters.state_of(letter))
    post.given_up(letter)
    states.append(letters.state_of(letter))
    repeated = post.gone_out(services.repeat(letter=letter, today=at.TODAY, now=at.NOW, by=desk))
    states.append(letters.state_of(repeated))
    services.note_came_back(letter=repeated, now=at.NOW, by=desk)
    states.append(letters.state_of(repeated))

    assert states == ["queued", "retrying", "given_up", "sent", "came_back"]
    assert services.note_came_back(letter=repeated, now=at.NOW, by=desk).pk
    assert LetterCameBack.objects.count() == 1
    rows = letters.listed(clients=Client.objects.all(), state="came_back")
    assert [row.pk for row in rows] == [repeated.pk]


def test_a_refused_address_is_told_and_never_tried_again(desk: Membership, reached: Client) -> None:
    letter = post.letter(reached, desk)
    mail.claim(letter.mail_id, now=at.NOW)
    mail.refused(letter.mail_id, now=at.NOW)

    assert letters.state_of(letter) == "unreachable"
    assert mail.due(now=at.NOW + timedelta(hours=1)) == []
    assert mail.claim(letter.mail_id, now=at.NOW + timedelta(hours=1)) is None


def test_a_letter_on_its_way_is_not_sent_twice_and_twice_again_makes_one(
    desk: Membership, reached: Client
) -> None:
    letter = post.letter(reached, desk)
    with pytest.raises(services.NotYetDone, match="on its way"):
        services.repeat(letter=letter, today=at.TODAY, now=at.NOW, by=desk)
    with pytest.raises(services.NotSent):
        services.note_came_back(letter=letter, now=at.NOW, by=desk)
    post.gone_out(letter)

    first = services.repeat(letter=letter, today=at.TODAY, now=at.NOW, by=desk)
    assert services.repeat(letter=letter, today=at.TODAY, now=at.NOW, by=desk) == first
    assert first.repeats == letter


def test_a_reminder_is_not_repeated_to_who_paid_meanwhile(
    desk: Membership, reached: Client
) -> None:
    letter = post.gone_out(post.letter(reached, desk))
    at.cash(reached, desk, "150.00")

    with pytest.raises(services.NothingOwed):
        services.repeat(letter=letter, today=at.TODAY, now=at.NOW, by=desk)
    assert Letter.objects.count() == 1


def test_a_link_to_pay_is_not_repeated(desk: Membership, reached: Client) -> None:
    letter = post.gone_out(post.letter(reached, desk, kind=LetterKind.PAY_LINK))

    with pytest.raises(services.NotYetDone, match="made anew"):
        services.repeat(letter=letter, today=at.TODAY, now=at.NOW, by=desk)


def test_a_link_to_pay_needs_its_page(desk: Membership, reached: Client) -> None:
    told: dict[str, Any] = {"today": at.TODAY, "now": at.NOW, "by": desk}
    with pytest.raises(ValueError, match="needs its page"):
        services.write(client=reached, kind=LetterKind.PAY_LINK, **told)


def test_an_address_from_which_a_letter_came_back_rests_until_it_is_changed(
    desk: Membership, amara: Client
) -> None:
    contact = post.reachable(amara, desk)
    letter = post.gone_out(post.letter(amara, desk))
    services.note_came_back(letter=letter, now=at.NOW, by=desk)

    with pytest.raises(services.NotReachable, match="came back"):
        post.letter(amara, desk)
    with pytest.raises(IntegrityError, match="to this address came back"), transaction.atomic():
        again(letter)
    contacts.change(contact=contact, seen=contact.version, number_or_address="new@mail.example")
    assert post.letter(amara, desk).mail.to == "new@mail.example"


def test_statements_and_reminders_are_held_back_and_receipts_are_not(
    desk: Membership, reached: Client
) -> None:
    before = post.letter(reached, desk)
    hold = post.held(reached, desk)
    paid = at.cash(reached, desk, "5.00", keep_rest=True)

    with pytest.raises(services.HeldBack, match="what is owed is disputed"):
        post.letter(reached, desk)
    with pytest.raises(IntegrityError, match="are held back"), transaction.atomic():
        again(before)
    services.write(
        client=reached,
        kind=LetterKind.RECEIPT,
        payment=paid,
        today=at.TODAY,
        now=at.NOW,
        by=desk,
    )
    with pytest.raises(hold_services.AlreadyHeld):
        post.held(reached, desk)
    hold_services.end(held=hold, now=at.NOW, by=desk)
    hold_services.end(held=hold, now=at.NOW, by=desk)
    assert post.letter(reached, desk).pk
    assert [each.runs for each in letter_holds.of(reached, on=at.TODAY)] == [False]


def test_a_hold_ends_with_its_last_day(desk: Membership, reached: Client) -> None:
    values: dict[str, Any] = {"reason": hold_services.Reason.ASKED, "now": at.NOW, "by": desk}
    with pytest.raises(hold_services.OfThePast):
        hold_services.hold(client=reached, until=date(2026, 3, 2), today=at.TODAY, **values)
    hold_services.hold(client=reached, until=at.TODAY, today=at.TODAY, **values)

    assert letter_holds.reasons([reached.pk], on=at.TODAY) == {
        reached.pk: "The client asked for none"
    }
    assert letter_holds.reasons([reached.pk], on=date(2026, 3, 4)) == {}
    assert LetterHold.objects.count() == 1


def test_what_goes_to_the_client_no_restriction_keeps_back(
    desk: Membership, reached: Client
) -> None:
    for kind in ("PAID_IN_FULL", "PART_2", "NO_DISCLOSURE"):
        restrictions.impose(client=reached, kind=kind, now=at.NOW, by=desk)

    assert post.letter(reached, desk).pk


def test_the_letters_rows_stay(desk: Membership, reached: Client) -> None:
    letter = post.letter(reached, desk)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        raw.execute("UPDATE billing_letter SET kind = 'RECEIPT' WHERE id = %s", letter.pk)
