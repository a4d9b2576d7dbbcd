"""The words of letters to clients: the product's, or a practice's own.

A letter is read on telephones that others hold, so it names no client, no service and no amount.
Nothing about a client can be put into it: there is no placeholder for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction

from accounts.card_numbers import holds_card_number
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import LetterKind, LetterWording
from billing.models.letter import BODY_CHARS, SUBJECT_CHARS
from billing.services.contents import long_day

PRACTICE, LINK, UNTIL = "practice", "link", "until"

OF_LINKS = {
    LINK: "the address of the page to pay at; in the words only",
    UNTIL: "the last day of the page; in the words only",
}

PLACEHOLDERS: Mapping[str, Mapping[str, str]] = {
    kind: {PRACTICE: "the practice's discreet name"}
    | (OF_LINKS if kind == LetterKind.PAY_LINK else {})
    for kind in LetterKind
}
"""Kind → the placeholders that its words may hold, and what stands in their place."""

PRACTICE_CHARS, ADDRESS_CHARS = 60, 200
"""The longest discreet name of a practice, and more than the longest address of a page."""

MOST_FILLED = {"subject": 120, "body": 4_000}
"""What a mail holds."""

IN_BRACES = re.compile(r"\{([^{}\n]*)\}")


class BadWords(Exception):
    """The words cannot be sent as they are; ``field`` says where: "subject" or "body"."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Page:
    """A page to pay at: its address, which opens it, and the last day on which it works."""

    address: str = field(repr=False)
    until: date


SAMPLE_PAGE = Page("https://example.com/pay/…", date(2026, 3, 17))


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and body of a kind of letter; ``wording`` is None for those of the product."""

    subject: str
    body: str
    wording: LetterWording | None = None

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and body with the placeholders filled in."""
        return _fill(self.subject, values), _fill(self.body, values).rstrip() + "\n"


DEFAULTS: Mapping[str, Words] = {
    LetterKind.STATEMENT: Words(
        "A message from {practice}",
        "Hello,\n\nyour statement of account is ready. To keep your affairs private, it is not sent"
        " by e-mail. Ask us for it: we hand it to you or send it by post.\n\n"
        "If anything is unclear, please get in touch.\n\n{practice}",
    ),
    LetterKind.REMINDER: Words(
        "A reminder from {practice}",
        "Hello,\n\na payment to us is past its due date. If it is on its way, there is nothing to"
        " do.\n\nIf something is wrong with the bill, or if it is easier to pay in parts, please"
        " tell us.\n\n{practice}",
    ),
    LetterKind.RECEIPT: Words(
        "A message from {practice}",
        "Hello,\n\nwe received your payment. Thank you. Your receipt is ready: ask us for it, and"
        " we hand it to you or send it by post.\n\n{practice}",
    ),
    LetterKind.PAY_LINK: Words(
        "A message from {practice}",
        "Hello,\n\nyou can pay online here until {until}:\n{link}\n\nThe page asks for something"
        " that only you know before it shows anything. If you did not expect it, do nothing.\n\n"
        "{practice}",
    ),
}

DISCREET = Words(
    "A message for you",
    "Hello,\n\nthere is news for you about a matter that you know of. Please get in touch in the"
    " way that you usually do.\n",
)
"""What goes to an address that wishes no practice's name and no details, whatever is the matter."""

DISCREET_LINK = Words(
    "A message for you",
    "Hello,\n\nhere is the page that you expect. It works until {until}:\n{link}\n",
)


OFFERS = frozenset({LetterKind.STATEMENT, LetterKind.REMINDER})
"""Kinds that tell of a page to pay at, where there is one for the client."""

OFFER = (
    "\n\nYou can look at your account and pay online here until {until}:\n{link}\n\nThe page asks"
    " for something that only you know before it shows anything."
)
SIGNED = "\n\n{practice}"
"""How words end that are signed: what is added stands above it."""


def offering(words: Words) -> Words:
    """Return words that tell of a page to pay at besides."""
    body = words.body.rstrip()
    unsigned = body.removesuffix(SIGNED)
    return replace(words, body=unsigned + OFFER + body[len(unsigned) :])


def current(kind: str) -> Words:
    """Return the words in which letters of a kind go out now."""
    newest = LetterWording.objects.filter(kind=kind).order_by("-version").first()
    if newest is None or newest.is_default:
        return DEFAULTS[kind]
    return Words(newest.subject, newest.body, newest)


def discreet(kind: str) -> Words:
    """Return the words of a kind for addresses that wish no name and no details."""
    return DISCREET_LINK if kind == LetterKind.PAY_LINK else DISCREET


def of(kind: str, *, is_discreet: bool) -> Words:
    """Return the words in which a letter of a kind goes now to an address that wishes it so."""
    return discreet(kind) if is_discreet else current(kind)


def values(*, practice: str, page: Page | None = None) -> dict[str, str]:
    """Return what stands in place of the placeholders; ``page`` is that of a link to pay."""
    link = {LINK: page.address, UNTIL: long_day(page.until)} if page else {}
    return {PRACTICE: practice, **link}


LONGEST = values(practice="x" * PRACTICE_CHARS, page=Page("x" * ADDRESS_CHARS, date(2026, 9, 30)))


def sample(kind: str, *, practice: str) -> dict[str, str]:
    """Return what a preview shows in place of the placeholders of a kind."""
    shown = values(practice=practice, page=SAMPLE_PAGE)
    return {name: shown[name] for name in PLACEHOLDERS[kind]}


def check(kind: str, *, subject: str, body: str) -> None:
    """Refuse words that cannot be sent.

    Raises:
        BadWords: one of the two is empty or too long, holds an unknown placeholder, a lone brace
            or a card number; or a link to pay has not one place in the body.
    """
    for part, text, most in (("subject", subject, SUBJECT_CHARS), ("body", body, BODY_CHARS)):
        if not text.strip():
            raise BadWords(part, f"Enter the {part}.")
        if len(text) > most:
            raise BadWords(part, f"Use at most {most:,} characters; these are {len(text):,}.")
        _check_placeholders(kind, part, text)
        more = OFFER if part == "body" and kind in OFFERS else ""
        if len(_fill(text + more, LONGEST)) > MOST_FILLED[part]:
            raise BadWords(part, f"Filled in, the {part} could be too long to send. Shorten it.")
        if holds_card_number(text):
            raise BadWords(part, "This looks like a card number. Leave it out.")
    if any(not letter.isprintable() for letter in subject):
        raise BadWords("subject", "The subject is one line.")
    if kind == LetterKind.PAY_LINK and body.count("{link}") != 1:
        told = "Put {link} where the address of the page to pay at belongs, once."
        raise BadWords("body", told)


def _check_placeholders(kind: str, field: str, text: str) -> None:
    # A subject is short, and stands on a locked telephone: no address in it.
    known = [PRACTICE] if field == "subject" else list(PLACEHOLDERS[kind])
    listed = ", ".join(f"{{{name}}}" for name in known)
    for found in IN_BRACES.finditer(text):
        if found[1] not in known:
            told = f"{found[0]} is no placeholder. There is: {listed}. Nothing about a client can"
            raise BadWords(field, f"{told} stand in a letter.")
    if re.search(r"[{}]", IN_BRACES.sub("", text)):
        raise BadWords(field, f"A brace stands alone. Use braces in placeholders only: {listed}.")


@transaction.atomic
def set_words(
    *, kind: str, subject: str, body: str, now: datetime, by: Membership
) -> LetterWording:
    """Word letters of a kind from now on; what was sent keeps its words. The same words again
    change nothing.

    Raises:
        BadWords: see ``check``.
    """
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    check(kind, subject=subject, body=body)
    newest = current(kind).wording
    if newest is not None and (newest.subject, newest.body) == (subject, body):
        return newest
    return _next(kind, subject, body, is_default=False, now=now, by=by)


@transaction.atomic
def reset(*, kind: str, now: datetime, by: Membership) -> None:
    """Go back to the words of the product for a kind, if it has others."""
    if current(kind).wording is not None:
        _next(kind, "", "", is_default=True, now=now, by=by)


def _next(
    kind: str, subject: str, body: str, *, is_default: bool, now: datetime, by: Membership
) -> LetterWording:
    last = LetterWording.objects.filter(kind=kind).order_by("-version").first()
    row = LetterWording.objects.create(
        kind=kind,
        version=last.version + 1 if last else 1,
        is_default=is_default,
        subject=subject,
        body=body,
        set_at=now,
        set_by=by,
    )
    events.record(Action.LETTER_WORDING_SET, target=row, version=row.version)
    return row


def _fill(text: str, values: Mapping[str, str]) -> str:
    # Words that came past ``set_words`` may hold what is no placeholder: it stays as it stands.
    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), text)
