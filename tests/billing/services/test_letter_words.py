"""The words of letters: from a closed set of placeholders, in versions, and put back."""

from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import LetterKind, LetterWording
from billing.services import letter_words as services
from clients.models import Client
from tests.billing import desk as at
from tests.billing import post

REMINDER = LetterKind.REMINDER


def worded(by: Membership, **changes: Any) -> LetterWording:
    given: dict[str, Any] = {"kind": REMINDER, "subject": "From {practice}", "body": "Hello"}
    return services.set_words(**given | changes, now=at.NOW, by=by)


@pytest.mark.parametrize("kind", LetterKind)
def test_the_usual_words_can_be_sent(kind: LetterKind) -> None:
    words = services.DEFAULTS[kind]

    services.check(kind, subject=words.subject, body=words.body)
    subject, body = words.filled(services.sample(kind, practice="Harbor Lane"))
    assert "{" not in subject + body


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("body", "Dear {client}", "{client} is no placeholder. There is: {practice}."),
        ("body", "You owe {amount}", "Nothing about a client can stand in a letter"),
        ("body", "Pay at {link}", "{link} is no placeholder"),
        ("body", "A { alone", "A brace stands alone"),
        ("body", "{practice.name}", "no placeholder"),
        ("body", "Until {until}", "{until} is no placeholder"),
        ("body", "", "Enter the body"),
        ("body", "x" * 2_001, "at most 2,000 characters; these are 2,001"),
        ("body", "Card 4242 4242 4242 4242", "looks like a card number"),
        ("body", "{practice}" * 100, "could be too long to send"),
        ("subject", "{practice}" * 3, "could be too long to send"),
        ("subject", "  ", "Enter the subject"),
        ("subject", "x" * 121, "at most 120"),
        ("subject", "One\nBcc: all@x.example", "one line"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(
    desk: Membership, field: str, typed: str, told: str
) -> None:
    with pytest.raises(services.BadWords) as refused:
        worded(desk, **{field: typed})

    assert told in str(refused.value)
    assert refused.value.field == field
    assert not LetterWording.objects.exists()


def test_a_link_to_pay_needs_its_place(desk: Membership) -> None:
    for body in ("Hello", "{link} and {link}"):
        with pytest.raises(services.BadWords, match=r"Put \{link\} where"):
            worded(desk, kind=LetterKind.PAY_LINK, body=body)
    for subject in ("{link}", "{until}"):
        with pytest.raises(services.BadWords, match="is no placeholder") as refused:
            worded(desk, kind=LetterKind.PAY_LINK, subject=subject, body="At {link}")
        assert refused.value.field == "subject"
    body = "At {link} until {until}"
    assert worded(desk, kind=LetterKind.PAY_LINK, body=body).version == 1


def test_a_letter_says_in_which_version_it_went(desk: Membership, amara: Client) -> None:
    post.reachable(amara, desk)
    first = worded(desk)
    letter = post.letter(amara, desk)
    worded(desk, body="Hello again from {practice}")
    later = post.letter(amara, desk)

    assert (letter.wording, letter.mail.subject) == (first, "From Harbor Lane")
    assert letter.mail.body == "Hello\n"
    assert later.wording is not None
    assert (later.wording.version, later.mail.body) == (2, "Hello again from Harbor Lane\n")


def test_the_same_words_again_make_no_version(desk: Membership) -> None:
    assert worded(desk) == worded(desk)


def test_the_usual_words_come_back(desk: Membership) -> None:
    worded(desk)
    for _ in range(2):
        services.reset(kind=REMINDER, now=at.NOW, by=desk)

    assert services.current(REMINDER) == services.DEFAULTS[REMINDER]
    assert worded(desk).version == 3


def test_the_database_keeps_versions_apart(desk: Membership) -> None:
    worded(desk)
    with pytest.raises(IntegrityError, match="billing_letterwording_version_once"):
        LetterWording.objects.create(
            kind=REMINDER,
            version=1,
            is_default=True,
            set_at=at.NOW,
            set_by=desk,
        )


def test_a_value_with_braces_is_not_filled_again() -> None:
    words = services.Words("{practice}", "{practice}")

    assert words.filled({"practice": "{link}"}) == ("{link}", "{link}\n")


def test_what_is_no_placeholder_stays_as_it_stands() -> None:
    assert services.Words("{{7*7}}", "{x}").filled({}) == ("{{7*7}}", "{x}\n")
