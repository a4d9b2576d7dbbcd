"""Superbills for tests, made through the product's own services."""

from datetime import date
from typing import Any
from uuid import uuid4

from accounts.models import Membership
from billing.models import Session, Superbill, SuperbillGiven
from billing.selectors.known_details import OFFICE
from billing.services import codings, superbills
from billing.services.codings import Coding
from clients.models import Client
from clients.services import contacts
from tests.billing import desk as at
from tests.billing import estimating
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one
from tests.clients import records

FEB_1, FEB_28 = date(2026, 2, 1), date(2026, 2, 28)
HELD_ON = date(2026, 2, 17)


def whole(of: Client, by: Membership, code: str = "F41.1") -> None:
    """Say everything of the practice, its therapist and a client that a superbill has to name."""
    estimating.particulars_known(by)
    lives_somewhere(of, by)
    records.diagnosis(of, by, code)


def lives_somewhere(of: Client, by: Membership) -> None:
    contacts.add_address(
        client=of,
        street="12 Elm Street",
        city="Salem",
        region="MA",
        postal_code="01970",
        now=NOW,
        by=by,
    )


def held(of: Client, by: Membership, on: date = HELD_ON, dollars: str = "150.00") -> Session:
    """Record a session of which it is said where it took place."""
    session = at.session(of, by, dollars=dollars, on=on)
    codings.say(session=session, coding=Coding(OFFICE), now=NOW, by=by)
    return session


def paid(of: Client, by: Membership, on: date = HELD_ON, dollars: str = "150.00") -> Session:
    """Record a session, bill it today, and take its money in cash."""
    session = held(of, by, on, dollars)
    invoice = issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=by)
    at.cash(of, by, dollars, apply_to=invoice)
    return session


def superbill(of: Client, by: Membership, *sessions: Session, **changes: Any) -> Superbill:
    """Make the superbill of February."""
    told: dict[str, Any] = {
        "client": of,
        "since": FEB_1,
        "until": FEB_28,
        "sessions": [session.pk for session in sessions],
        "names_insurer": False,
        "key": uuid4(),
        "today": TODAY,
        "now": NOW,
        "by": by,
    }
    return superbills.make(**{**told, **changes})


def given(of: Superbill, by: Membership, **changes: Any) -> SuperbillGiven:
    """Note that a superbill was given to the client on paper."""
    told: dict[str, Any] = {
        "superbill": of,
        "recipient_kind": "CLIENT",
        "recipient": "",
        "way": "PAPER",
        "given_on": TODAY,
        "key": uuid4(),
        "today": TODAY,
        "now": NOW,
        "by": by,
    }
    return superbills.give(**{**told, **changes})


def history(of: Client, by: Membership, books: Membership) -> Superbill:
    """Let everything become of superbills that can, so that each of their tables has a row."""
    superbills.set_rule(needs_paid=False, now=NOW, by=books)
    whole(of, by, code="F33.1")
    made = superbill(of, by, paid(of, by, date(2026, 2, 10)))
    given(made, by)
    return made
