"""Hours that several pay are billed to each of them, and their parts are the whole."""

from datetime import date
from random import Random

import pytest

from accounts.models import Membership
from billing.models import (
    EstimateOverrun,
    Invoice,
    InvoiceLine,
    InvoiceVoided,
    Rhythm,
    Session,
)
from billing.reports.income_by import table
from billing.selectors import cycle_runs, estimate_meters, integrity, invoices, sessions
from billing.selectors.balances import balances_of
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.selectors.tables import Asked
from billing.services import contents, documents, party_papers, voids
from billing.services import invoices as issuing
from clients.models import Client
from clients.services import restrictions
from clients.splits import Share
from ledger.money import ZERO, Money
from tests.billing import cycling, hours, money, prepaid, raw, splitting
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing.services.test_payments import balances
from tests.clients import records
from tests.pdf_text import text_of


def sound() -> bool:
    raw.check_as_at_commit()
    return list(integrity.findings()) == []


def amounts(issued: list[Invoice]) -> list[Money]:
    return [invoice.total for invoice in issued]


def test_each_of_two_parents_has_an_invoice_over_their_own_part(
    desk: Membership, amara: Client
) -> None:
    mother, father = splitting.two_parents(amara, desk)

    issued = splitting.billed([at.session(amara, desk)], desk)

    assert amounts(issued) == [Money(90_00), Money(60_00)]
    assert [each.number for each in issued] == ["INV-2026-0001", "INV-2026-0002"]
    assert [each.party for each in issued] == [mother, father]
    assert [balance_due(each) for each in issued] == [Money(90_00), Money(60_00)]
    assert balances() == {"1100": Money(150_00), "4000": Money(-150_00)}
    assert balances_of([amara.pk], on=at.TODAY)[amara.pk].owes == Money(150_00)
    [line] = invoices.lines(issued[0])
    assert line.amount == Money(90_00)
    assert line.description.endswith("(part: 60%)")
    assert invoices.parts_of(issued[1]) == issued
    assert sound()


def test_a_session_that_is_billed_in_parts_is_billed(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk)
    held = at.session(amara, desk)
    splitting.billed([held], desk)

    assert not sessions.unbilled(Session.objects.all()).exists()
    with pytest.raises(issuing.AlreadyInvoiced):
        splitting.billed([held], desk)


def test_the_rules_are_those_of_each_day_of_service(desk: Membership, amara: Client) -> None:
    mother, father = splitting.two_parents(amara, desk, starts_on=date(2026, 2, 15))
    own = splitting.themself(amara, desk)
    splitting.ruled(
        amara,
        desk,
        [Share(own, fixed_cents=50_00), Share(father.pk)],
        starts_on=date(2026, 2, 20),
    )
    held = [
        at.session(amara, desk, on=day)
        for day in (date(2026, 2, 10), date(2026, 2, 17), date(2026, 2, 24))
    ]

    issued = splitting.billed(held, desk)

    paid_by = {each.party_id: each.total for each in issued}
    assert paid_by == {None: Money(200_00), mother.pk: Money(90_00), father.pk: Money(160_00)}
    assert sound()


def test_without_rules_the_client_has_one_invoice(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk, starts_on=date(2026, 3, 1))

    [invoice] = splitting.billed([at.session(amara, desk)], desk)

    assert (invoice.party_id, invoice.split_id) == (None, None)


def test_what_may_not_be_told_to_others_is_the_clients_whole(
    desk: Membership, amara: Client
) -> None:
    mother, father = splitting.two_parents(amara, desk)
    restrictions.impose(
        client=amara,
        kind="NO_DISCLOSURE",
        starts_on=date(2026, 2, 20),
        ends_on=date(2026, 2, 28),
        now=at.NOW,
        by=desk,
    )
    held = [at.session(amara, desk, on=date(2026, 2, day)) for day in (17, 24)]

    issued = splitting.billed(held, desk)

    paid_by = {each.party_id: each.total for each in issued}
    assert paid_by == {None: Money(150_00), mother.pk: Money(90_00), father.pk: Money(60_00)}
    assert sound()


def test_a_paper_is_not_handed_out_that_is_kept_from_others(
    desk: Membership, amara: Client
) -> None:
    splitting.two_parents(amara, desk)
    [invoice, _] = splitting.billed([at.session(amara, desk)], desk)
    party_papers.require_open(invoice)
    restrictions.impose(client=amara, kind="NO_DISCLOSURE", now=at.NOW, by=desk)

    with pytest.raises(restrictions.Restricted):
        party_papers.require_open(invoice)


def test_whoever_owes_nothing_of_it_has_no_invoice(desk: Membership, amara: Client) -> None:
    mother, father = splitting.two_parents(amara, desk)
    splitting.ruled(
        amara,
        desk,
        [Share(father.pk, fixed_cents=200_00), Share(mother.pk)],
        starts_on=date(2026, 2, 2),
    )

    [invoice] = splitting.billed([at.session(amara, desk)], desk)

    assert (invoice.party, invoice.split_id) == (father, None)
    assert "part" not in invoices.lines(invoice)[0].description
    assert sound()


def test_discounts_and_fees_for_missed_hours_are_divided_too(
    desk: Membership, amara: Client
) -> None:
    splitting.two_parents(amara, desk)
    records.agreement(amara, desk, percent=55)
    reduced = hours.held(hours.planned(amara, desk, starts_at=hours.at(at.TODAY, 9)), desk)
    free = at.session(amara, desk, dollars="0.00", on=date(2026, 2, 18))
    hours.policy(desk)
    missed = hours.missed(hours.planned(amara, desk, starts_at=hours.at(at.TODAY, 13)), desk)
    assert missed.fee is not None

    issued = splitting.billed([reduced, free], desk, missed_fees=[missed.fee])

    lines = InvoiceLine.objects.filter(session=reduced)
    assert len(lines) == 2
    assert sum((line.amount for line in lines), ZERO) == reduced.fee
    assert sum((line.discount for line in lines), ZERO) == reduced.discount > ZERO
    assert [line.invoice for line in InvoiceLine.objects.filter(session=free)] == issued[:1]
    parts = InvoiceLine.objects.filter(missed_fee=missed.fee).order_by("part")
    assert [line.amount for line in parts] == [Money(45_00), Money(30_00)]
    assert sound()


def test_the_parts_are_the_whole_to_the_cent(desk: Membership, amara: Client) -> None:
    """I-14 on invoices themselves; the 10,000 are in tests/clients/test_splits.py."""
    random = Random(20260303)
    mother, father = splitting.two_parents(amara, desk)
    own = splitting.themself(amara, desk)
    for place in range(12):
        points = random.randint(1, 9_000)
        splitting.ruled(
            amara,
            desk,
            [
                Share(mother.pk, basis_points=points),
                Share(father.pk, fixed_cents=random.randint(1, 90_00)),
                Share(own),
            ],
            starts_on=date(2026, 1, 2 + place),
        )
    held = [
        at.session(
            amara,
            desk,
            dollars=f"{random.randint(1, 200)}.{random.randint(0, 99):02}",
            on=date(2026, 1, 2 + place),
        )
        for place in range(12)
    ]

    issued = splitting.billed(held, desk)

    assert sum(amounts(issued), ZERO) == sum((each.fee for each in held), ZERO)
    for session in held:
        lines = list(InvoiceLine.objects.filter(session=session).order_by("part"))
        assert sum((line.amount for line in lines), ZERO) == session.fee
        assert [line.part for line in lines] == list(range(1, len(lines) + 1))
    assert sound()


def test_all_parts_are_voided_together(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    splitting.two_parents(amara, desk)
    held = at.session(amara, desk)
    first, second = splitting.billed([held], desk)
    payment = at.cash(amara, desk, "20.00", apply_to=second)

    money.voided(second, accountant)

    assert [balance_due(each) for each in (first, second)] == [ZERO, ZERO]
    assert InvoiceVoided.objects.count() == 2
    assert credit_left(payment) == Money(20_00)
    assert list(sessions.unbilled(Session.objects.all())) == [held]
    with pytest.raises(voids.AlreadyVoid):
        money.voided(first, accountant)
    assert sound()


def test_what_is_billed_again_goes_to_who_pays_now(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    mother, father = splitting.two_parents(amara, desk)
    held = at.session(amara, desk)
    old = splitting.billed([held], desk)
    payment = at.cash(amara, desk, "60.00", apply_to=old[1])
    splitting.ruled(
        amara,
        desk,
        [Share(father.pk, basis_points=5_000), Share(mother.pk, basis_points=5_000)],
        starts_on=date(2026, 2, 2),
    )

    voided = money.voided(old[0], accountant, again=[held])

    assert voided.replacement is not None
    anew = {each.party: each for each in invoices.parts_of(voided.replacement)}
    assert voided.replacement.party == mother
    assert (anew[father].total, balance_due(anew[father])) == (Money(75_00), Money(15_00))
    assert balance_due(anew[mother]) == Money(75_00)
    assert credit_left(payment) == Money(0)
    assert invoices.replaced(anew[father]) == old[1]
    assert [line.turn for line in anew[father].lines.all()] == [2]
    assert sound()


def test_a_whole_invoice_is_billed_again_in_parts(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    held = at.session(amara, desk)
    [whole] = splitting.billed([held], desk)
    at.cash(amara, desk, "100.00")
    splitting.two_parents(amara, desk)

    voided = money.voided(whole, accountant, again=[held])

    assert voided.replacement is not None
    anew = invoices.parts_of(voided.replacement)
    assert [balance_due(each) for each in anew] == [ZERO, Money(50_00)]
    assert sound()


def test_a_session_that_a_package_pays_is_its_clients_whole(
    desk: Membership, amara: Client
) -> None:
    splitting.two_parents(amara, desk)
    prepaid.sold(amara, desk, sessions=1, dollars="150.00")
    held = [at.session(amara, desk, on=date(2026, 2, day)) for day in (17, 18)]

    issued = splitting.billed(held, desk)

    own, *of_parents = sorted(issued, key=lambda each: each.party_id is not None)
    assert (own.party_id, balance_due(own)) == (None, ZERO)
    assert sorted(each.total for each in of_parents) == [Money(60_00), Money(90_00)]
    assert sound()


def test_a_split_session_counts_once_beside_an_estimate(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk)
    an.estimate(amara, desk)
    splitting.billed([at.session(amara, desk, on=at.TODAY)], desk)

    [meter] = estimate_meters.of_people([amara.pk])

    assert meter.billed == Money(150_00)


def test_what_goes_above_an_estimate_is_noted_once(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk)
    an.estimate(amara, desk, expected=[an.expected(times=1, dollars="1.00")])
    held = at.session(amara, desk, dollars="450.00", on=at.TODAY)

    issued = splitting.billed([held], desk, over_estimate="AGREED")

    assert [over.invoice for over in EstimateOverrun.objects.all()] == issued[:1]
    assert sound()


def test_a_run_of_the_billing_bills_all_who_pay(desk: Membership, amara: Client) -> None:
    mother, father = splitting.two_parents(amara, desk)
    cycling.every(Rhythm.DAILY, desk, of=amara)
    at.session(amara, desk, on=at.TODAY)

    [row] = cycling.ran(Rhythm.DAILY, at.TODAY, desk)

    assert row.invoice is not None
    parts = invoices.parts_of(row.invoice)
    assert [each.party for each in parts] == [mother, father]
    tally = cycle_runs.tally([row.run_id])[row.run_id]
    assert (tally.invoiced, tally.total) == (1, Money(150_00))
    [shown] = cycle_runs.rows([row], permissions=frozenset())
    assert (shown.invoice, shown.total) == ("INV-2026-0001 and 1 more", Money(150_00))
    assert sound()


def test_a_write_off_and_a_refund_are_of_one_part(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    splitting.two_parents(amara, desk)
    first, second = splitting.billed([at.session(amara, desk)], desk)
    money.written_off(first, accountant, "10.00")
    payment = at.cash(amara, desk, "60.00", apply_to=second)
    money.unapplied(payment, desk)
    money.refunded(payment, desk, "60.00")

    assert [balance_due(each) for each in (first, second)] == [Money(80_00), Money(60_00)]
    money.voided(first, accountant)
    assert [balance_due(each) for each in (first, second)] == [ZERO, ZERO]
    assert sound()


def test_income_counts_a_split_session_once(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk)
    splitting.billed([at.session(amara, desk)], desk)

    shown = table(Asked(at.TODAY, at.TODAY.replace(day=1), choices={"by": "client"}))

    assert [row.cells[1:] for row in shown.rows] == [(1, Money(150_00))]
    assert all(tie.ok for tie in shown.ties)


def test_the_paper_names_who_pays_and_nobody_else(desk: Membership, amara: Client) -> None:
    splitting.two_parents(amara, desk)
    [first, _] = splitting.billed([at.session(amara, desk)], desk)

    data = contents.invoice(first)
    pdf = text_of(documents.render(first, now=at.NOW, by=desk).pdf)

    assert data["bill_to"] == ["Oleksandra Maternova", "7 Maternal Way", "Salem, MA 01970"]
    assert "Oleksandra Maternova" in pdf
    assert "90.00" in pdf
    for others in ("Paternus", "Paternal", "60.00", "150.00"):
        assert others not in pdf


@pytest.mark.parametrize("fixed_dollars", [30, 155])
def test_an_add_on_that_one_payer_owes_nothing_of_is_billed_with_its_session(
    desk: Membership, amara: Client, fixed_dollars: int
) -> None:
    mother, father = splitting.two_parents(amara, desk, starts_on=date(2025, 1, 1))
    shares = [Share(mother.pk, fixed_cents=fixed_dollars * 100), Share(father.pk)]
    splitting.ruled(amara, desk, shares, starts_on=splitting.FROM)
    held = at.session(amara, desk)
    beside = hours.added(held, desk).add_on

    issued = splitting.billed([held, beside], desk)

    due = [Money(min(fixed_dollars, 150) * 100) + Money(15_00)]
    whole = Money(165_00)
    assert amounts(issued) == [each for each in (due[0], whole - due[0]) if each]
    assert sound()
