"""What one who pays has paid goes to their own invoices, and each is told of their own alone."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import Invoice, LetterKind, Payment
from billing.selectors import (
    aging,
    integrity,
    own_items,
    payers,
    reminders,
    split_pages,
    statement_runs,
    statements,
    unapplied,
)
from billing.selectors.balances import balances_of
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.services import applications, contents, documents, letters, payments
from clients.models import Client
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger
from tests.billing import desk as at
from tests.billing import money, raw, splitting
from tests.clients.parties import MOTHER, parent
from tests.pdf_text import text_of

ALL = frozenset(["client.identity.view"])


@pytest.fixture
def shared(desk: Membership, amara: Client) -> list[Invoice]:
    """Amara's session of 150.00: 90.00 is her mother's, 60.00 her father's; 20.00 is her own."""
    splitting.two_parents(amara, desk, starts_on=date(2026, 2, 1))
    own = at.session(amara, desk, dollars="20.00", on=date(2026, 1, 20))
    held = at.session(amara, desk)
    issued = splitting.billed([own, held], desk)
    return sorted(issued, key=lambda each: each.total, reverse=True)


def paid(invoice: Invoice, by: Membership, dollars: str, *, keep_rest: bool = False) -> Payment:
    return splitting.paid(invoice, by, Money.parse(dollars), keep_rest=keep_rest)


def open_of(invoices: list[Invoice]) -> list[Money]:
    return [balance_due(each) for each in invoices]


def test_money_goes_to_what_is_oldest_of_whoever_paid(
    desk: Membership, shared: list[Invoice]
) -> None:
    paid(shared[1], desk, "50.00")

    assert open_of(shared) == [Money(90_00), Money(10_00), Money(20_00)]
    assert list(integrity.findings()) == []


def test_more_than_they_owe_is_their_credit_and_pays_nobody_elses(
    desk: Membership, shared: list[Invoice]
) -> None:
    with pytest.raises(payments.ExceedsBalance, match=r"\$60.00"):
        paid(shared[1], desk, "70.00")
    over = paid(shared[1], desk, "70.00", keep_rest=True)

    assert open_of(shared) == [Money(90_00), ZERO, Money(20_00)]
    with pytest.raises(applications.NothingToApply):
        applications.apply(payment=over, shares=None, applied_on=at.TODAY, now=at.NOW, by=desk)
    [credit] = unapplied.credits([over.client_id], on=at.TODAY)
    assert (credit.left, credit.parts) == (Money(10_00), [])


def test_the_desk_can_send_it_to_anothers_by_hand(desk: Membership, shared: list[Invoice]) -> None:
    over = paid(shared[1], desk, "70.00", keep_rest=True)

    money.applied(over, shared[0], desk, "10.00")

    assert open_of(shared) == [Money(80_00), ZERO, Money(20_00)]
    assert list(integrity.findings()) == []


def test_the_clients_own_money_pays_their_own(desk: Membership, shared: list[Invoice]) -> None:
    at.cash(shared[0].client, desk, "20.00")

    assert open_of(shared) == [Money(90_00), Money(60_00), ZERO]


def test_a_card_pays_for_whoever_the_invoice_is_to(desk: Membership, shared: list[Invoice]) -> None:
    payment = payments.record_card(
        intent_amount=Money(95_00),
        client=shared[0].client,
        invoice=shared[0],
        received_on=at.TODAY,
        fee=ZERO,
        key=uuid4(),
        now=at.NOW,
        by=desk,
    )

    assert payment.party == shared[0].party
    assert open_of(shared) == [ZERO, Money(60_00), Money(20_00)]
    assert credit_left(payment) == Money(5_00)


def test_nobody_pays_who_is_on_another_clients_list(desk: Membership, amara: Client) -> None:
    stranger = parent(at.client(desk, "Whitfield"), desk, MOTHER)
    invoice = at.invoice(amara, desk)
    invoice.party = stranger

    with pytest.raises(payments.NotAPayer):
        paid(invoice, desk, "10.00")
    with pytest.raises(IntegrityError, match="does not pay for this client"), raw.committing():
        payments.receive(
            receipt="R-00001",
            client=amara,
            party_id=stranger.pk,
            amount=Money(10_00),
            method=payments.Method.CASH,
            received_on=at.TODAY,
            key=uuid4(),
            reference="",
            now=at.NOW,
            by=desk,
        )


def test_a_form_sent_again_for_another_payer_is_refused(
    desk: Membership, shared: list[Invoice]
) -> None:
    first = paid(shared[0], desk, "10.00")

    with pytest.raises(payments.KeyReused):
        payments.record(
            client=first.client,
            party=shared[1].party,
            amount=first.amount,
            method=payments.Method.CASH,
            received_on=at.TODAY,
            key=first.key,
            now=at.NOW,
            by=desk,
        )


def test_a_corrected_payment_stays_theirs(desk: Membership, shared: list[Invoice]) -> None:
    wrong = paid(shared[0], desk, "50.00")

    done = money.corrected(wrong, desk, amount=Money(40_00))

    assert done.replacement is not None
    assert done.replacement.party == shared[0].party
    assert open_of(shared) == [Money(50_00), Money(60_00), Money(20_00)]


def test_what_each_owes_is_what_the_client_owes(desk: Membership, shared: list[Invoice]) -> None:
    client = shared[0].client
    paid(shared[1], desk, "70.00", keep_rest=True)
    whole = balances_of([client.pk], on=at.TODAY)[client.pk]

    dues = split_pages.dues([client.pk], on=at.TODAY, permissions=frozenset())

    assert [due.name for due in dues] == ["The client", "Parent", "Parent"]
    assert sum((due.open for due in dues), ZERO) == whole.owes == Money(110_00)
    assert sum((due.credit for due in dues), ZERO) == whole.credit == Money(10_00)


def test_each_has_a_statement_of_their_own_and_together_they_are_the_books(
    desk: Membership, shared: list[Invoice]
) -> None:
    client = shared[0].client
    paid(shared[0], desk, "90.00")
    money.applied(paid(shared[1], desk, "70.00", keep_rest=True), shared[2], desk, "10.00")

    made = [splitting.statement(client, desk, each.party) for each in shared]

    raw.check_as_at_commit()
    assert [each.closing for each in made] == [ZERO, ZERO, Money(10_00)]
    owed = subledger.balance(Role.CLIENT_RECEIVABLE, party=client.pk)
    kept = subledger.balance(Role.CLIENT_CREDITS, party=client.pk)
    assert sum((each.closing for each in made), ZERO) == owed - kept
    assert list(integrity.findings()) == []


def test_a_statement_tells_nothing_of_the_others(desk: Membership, shared: list[Invoice]) -> None:
    paid(shared[1], desk, "33.00")

    pdf = text_of(
        documents.render(
            splitting.statement(shared[0].client, desk, shared[0].party), now=at.NOW, by=desk
        ).pdf
    )

    assert "Oleksandra Maternova" in pdf
    assert "7 Maternal Way" in pdf
    assert shared[0].number in pdf
    for others in ("Paternus", "Paternal", "33.00", "60.00", shared[1].number, shared[2].number):
        assert others not in pdf


def test_the_clients_own_statement_tells_of_their_own(
    desk: Membership, shared: list[Invoice]
) -> None:
    account = statements.account([shared[0].client_id], since=date(2026, 2, 1), until=at.TODAY)

    assert account.closing == Money(20_00)
    assert [each.number for each in account.open_invoices] == [shared[2].number]
    assert sum((bucket.amount for bucket in account.buckets), ZERO) == Money(20_00)


def test_a_statement_that_is_not_the_payers_is_refused(
    desk: Membership, shared: list[Invoice]
) -> None:
    made = splitting.statement(shared[0].client, desk, shared[0].party)

    with pytest.raises(IntegrityError, match="is not what the books say"), raw.committing():
        raw.execute(
            "WITH wrong AS (INSERT INTO billing_accountstatement (id, client_id, party_id, since,"
            " until, known_at, opening, closing, record_count, key, made_at, made_by_id)"
            " SELECT gen_random_uuid(), client_id, %s, since, until, known_at, opening, closing,"
            " record_count, gen_random_uuid(), made_at, made_by_id FROM billing_accountstatement"
            " WHERE id = %s RETURNING id, client_id)"
            " INSERT INTO billing_statementrecord (id, statement_id, client_id)"
            " SELECT gen_random_uuid(), id, client_id FROM wrong",
            shared[1].party_id,
            made.pk,
        )


def test_who_holds_the_clients_pay_link_sees_nothing_of_the_others(
    desk: Membership, shared: list[Invoice]
) -> None:
    records = [shared[0].client_id]
    paid(shared[1], desk, "70.00", keep_rest=True)

    owed = payers.owed_by(records)

    assert (owed.open, owed.credit, owed.most) == (Money(20_00), ZERO, Money(20_00))
    assert [bill.number for bill in payers.bills(records, plans=[], on=at.TODAY)] == [
        shared[2].number
    ]
    assert payers.paid(records) == []


def test_runs_of_statements_and_reminders_count_what_is_the_clients_own(
    desk: Membership, shared: list[Invoice]
) -> None:
    client = shared[0].client
    paid(shared[1], desk, "70.00", keep_rest=True)
    later = date(2026, 4, 1)

    assert statement_runs.owed(on=later) == {client.pk: Money(20_00)}
    assert statement_runs.owed_by(client, on=later) == Money(20_00)
    late = reminders._late(later)[client.pk]
    assert (late.net, [item.invoice for item in late.items]) == (Money(20_00), [shared[2]])
    assert own_items.balances(Role.CLIENT_CREDITS, as_of=later) == {}


def test_no_letter_tells_the_client_of_anothers_paper(
    desk: Membership, shared: list[Invoice]
) -> None:
    client = shared[0].client
    payment = paid(shared[0], desk, "10.00")
    made = splitting.statement(client, desk, shared[0].party)

    for kind, subject in (("RECEIPT", {"payment": payment}), ("STATEMENT", {"statement": made})):
        with pytest.raises(letters.NotReachable, match="pays for the client"):
            letters.write(
                client=client,
                kind=LetterKind(kind),
                today=at.TODAY,
                now=at.NOW,
                by=desk,
                **subject,
            )


def test_an_age_counts_from_the_statement_that_told_of_it(
    desk: Membership, shared: list[Invoice]
) -> None:
    client = shared[0].client
    splitting.statement(client, desk, shared[0].party)
    later = date(2026, 3, 20)

    parts = aging.parts(
        as_of=later, basis=aging.Basis.STATEMENT, by_session=False, parties=[client.pk]
    )

    assert sorted((part.amount, part.counts_from) for part in parts) == [
        (Money(20_00), later),
        (Money(60_00), later),
        (Money(90_00), at.TODAY),
    ]


def test_a_receipt_names_who_paid(desk: Membership, shared: list[Invoice]) -> None:
    payment = paid(shared[0], desk, "10.00")

    assert contents.receipt(payment)["paid_by"] == "Oleksandra Maternova"
    assert "Oleksandra Maternova" in text_of(documents.render(payment, now=at.NOW, by=desk).pdf)
