"""What PostgreSQL itself refuses of costs that several pay, whoever writes."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing import posting
from billing.models import Invoice, Session, SplitBilling
from billing.selectors import integrity
from billing.services import invoices as issuing
from clients.models import Client
from ledger.money import Money
from ledger.services import journal
from tests.billing import desk as at
from tests.billing import raw, splitting
from tests.billing.conftest import Billed
from tests.billing.test_races import SIDES, race
from tests.clients.parties import MOTHER, parent


def posted(client: Client, by: Membership, cents: int, pk: UUID) -> UUID:
    lines = posting.invoice_issued(client=client.pk, invoice=pk, total=Money(cents))
    entry = journal.post(
        source=f"invoice:{pk}:issued", entry_date=at.TODAY, memo="By hand", lines=lines, by=by
    )
    return entry.pk


def insert_split(client: Client, by: Membership, cents: int, parts: int = 2) -> UUID:
    pk = uuid7()
    raw.execute(
        "INSERT INTO billing_splitbilling (id, client_id, total, part_count, billed_at,"
        " billed_by_id) VALUES (%s, %s, %s, %s, %s, %s)",
        *(pk, client.pk, cents, parts, at.NOW, by.pk),
    )
    return pk


def insert_part(
    client: Client,
    by: Membership,
    cents: int,
    *,
    split: UUID | None,
    party: UUID | None,
    session: Session,
    part: int = 1,
) -> UUID:
    """Insert an invoice with one line, numbered after what it is over."""
    pk = uuid7()
    raw.execute(
        "INSERT INTO billing_invoice (id, number, client_id, party_id, split_id, issued_on, due_on,"
        " total, line_count, entry_id, issued_at, issued_by_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s)",
        *(pk, f"INV-2026-{cents}", client.pk, party, split, at.TODAY, at.TODAY),
        *(cents, posted(client, by, cents, pk), at.NOW, by.pk),
    )
    raw.execute(
        "INSERT INTO billing_invoiceline (id, invoice_id, session_id, service_code_id, position,"
        " turn, part, served_on, minutes, amount, description_commitment)"
        " VALUES (%s, %s, %s, %s, 1, 1, %s, %s, 45, %s, '')",
        *(uuid7(), pk, session.pk, session.service_code_id, part, at.TODAY, cents),
    )
    return pk


def test_sound_parts_go_through(desk: Membership, amara: Client) -> None:
    mother = parent(amara, desk, MOTHER)
    held = at.session(amara, desk)

    with raw.committing():
        split = insert_split(amara, desk, 150_00)
        insert_part(amara, desk, 90_00, split=split, party=mother.pk, session=held)
        insert_part(amara, desk, 60_00, split=split, party=None, session=held, part=2)


@pytest.mark.parametrize(
    ("total", "count", "second", "told"),
    [
        (140_00, 2, 50_00, "the parts of an hour"),
        (150_00, 2, 61_00, "parts over"),
        (150_00, 3, 60_00, "parts over"),
    ],
)
def test_parts_that_are_not_the_whole_do_not(
    desk: Membership, amara: Client, total: int, count: int, second: int, told: str
) -> None:
    mother = parent(amara, desk, MOTHER)
    held = at.session(amara, desk)

    with pytest.raises(IntegrityError, match=told), raw.committing():
        split = insert_split(amara, desk, total, count)
        insert_part(amara, desk, 90_00, split=split, party=mother.pk, session=held)
        insert_part(amara, desk, second, split=split, party=None, session=held, part=2)


def test_no_two_parts_are_of_one_payer(desk: Membership, amara: Client) -> None:
    mother = parent(amara, desk, MOTHER)
    held = at.session(amara, desk)

    with pytest.raises(IntegrityError, match="each part to somebody else"), raw.committing():
        split = insert_split(amara, desk, 150_00)
        insert_part(amara, desk, 90_00, split=split, party=mother.pk, session=held)
        insert_part(amara, desk, 60_00, split=split, party=mother.pk, session=held, part=2)


def test_no_split_is_without_parts(desk: Membership, amara: Client) -> None:
    with pytest.raises(IntegrityError, match="has 0 parts"), raw.committing():
        insert_split(amara, desk, 150_00)


def test_no_part_joins_later(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk)
    held = at.session(amara, desk)
    splitting.billed([held], desk)
    raw.check_as_at_commit()
    split = SplitBilling.objects.get()

    with pytest.raises(IntegrityError, match="has 3 parts"), raw.committing():
        insert_part(amara, desk, 10_00, split=split.pk, party=None, session=held, part=3)


@pytest.mark.parametrize("part", [1, 2, 3])
def test_an_hour_that_is_billed_in_parts_is_billed_once(
    desk: Membership, amara: Client, part: int
) -> None:
    splitting.two_parents(amara, desk)
    held = at.session(amara, desk)
    splitting.billed([held], desk)
    raw.check_as_at_commit()

    with pytest.raises(IntegrityError), raw.committing():
        insert_part(amara, desk, 10_00, split=None, party=None, session=held, part=part)


def test_an_hour_that_is_billed_whole_has_no_second_part(desk: Membership, amara: Client) -> None:
    held = at.session(amara, desk)
    splitting.billed([held], desk)

    with pytest.raises(IntegrityError, match="already"), raw.committing():
        insert_part(amara, desk, 10_00, split=None, party=None, session=held, part=2)


def test_an_invoice_goes_to_nobody_elses_party(desk: Membership, amara: Client) -> None:
    stranger = parent(at.client(desk, "Whitfield"), desk, MOTHER)
    held = at.session(amara, desk)

    with pytest.raises(IntegrityError, match="does not pay for this client"), raw.committing():
        insert_part(amara, desk, 150_00, split=None, party=stranger.pk, session=held)


def test_the_client_is_named_as_no_party(desk: Membership, amara: Client) -> None:
    own = splitting.themself(amara, desk)
    held = at.session(amara, desk)

    with pytest.raises(IntegrityError, match="does not pay for this client"), raw.committing():
        insert_part(amara, desk, 150_00, split=None, party=own, session=held)


def test_no_part_is_void_alone(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk)
    first, _ = splitting.billed([at.session(amara, desk)], desk)
    entry = journal.reverse(
        entry=first.entry, source=f"test:{uuid4()}", entry_date=at.TODAY, memo="By hand", by=desk
    )

    with pytest.raises(IntegrityError, match="the other parts"), raw.committing():
        raw.insert_void(first, entry.pk, at.TODAY, desk)


@pytest.mark.commits
def test_what_several_pay_is_billed_once_from_many_sides(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        splitting.two_parents(billed.own, by)
        session = at.session(billed.own, by)

    def issue() -> list[Invoice]:
        held = Session.objects.get(pk=session.pk)
        return splitting.billed([held], by)

    assert race(billed, issue, issuing.AlreadyInvoiced) == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == [f"INV-2026-000{place}" for place in (1, 2, 3, 4)]
        assert list(integrity.findings()) == []


TAMPERINGS = {
    "a part is raised": (
        "UPDATE billing_invoiceline AS line SET amount = amount + 1 FROM billing_invoice AS invoice"
        " WHERE invoice.id = line.invoice_id AND invoice.number = 'INV-2026-0003'",
        "stands billed of session",
    ),
    "a part leaves its split": (
        "UPDATE billing_invoice SET split_id = NULL WHERE number = 'INV-2026-0003'",
        "has 1 parts",
    ),
    "a part goes to the other payer": (
        "UPDATE billing_invoice AS invoice SET party_id = other.party_id FROM billing_invoice"
        " AS other WHERE invoice.number = 'INV-2026-0003' AND other.number = 'INV-2026-0004'",
        "are of one payer",
    ),
    "a part stands again": (
        "DELETE FROM billing_invoicevoided WHERE invoice_id ="
        " (SELECT id FROM billing_invoice WHERE number = 'INV-2026-0005')",
        "void in some of its parts only",
    ),
}


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(billed: Billed, tampering: str) -> None:
    statement, told = TAMPERINGS[tampering]
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        splitting.two_parents(billed.own, by)
        splitting.billed([at.session(billed.own, by)], by)
        gone = splitting.billed([at.session(billed.own, by)], by)
        splitting.voided(gone[0], billed.house.people["accountant"])
        assert list(integrity.findings()) == []

    raw.as_owner_unguarded(statement)

    with practice_scope(billed.house.id):
        found = list(integrity.findings())
    assert any(each.invariant == "I-14" and told in each.sentence for each in found), found
