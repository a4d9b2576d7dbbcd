"""Many hands at one till: no payment is lost, none is doubled, and the books stay whole."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.tenancy import practice_scope
from audit.models import Event
from audit.selectors import chain
from billing.models import (
    CreditTransfer,
    Invoice,
    InvoiceLine,
    InvoiceVoided,
    Payment,
    Refund,
    WriteOff,
    WriteOffTakenBack,
)
from billing.selectors import integrity, receivables
from ledger.selectors import integrity as books
from tests.attacks.storm import Storm
from tests.attacks.till import till_of
from tests.attacks.weather import cutting, troubled
from tests.figures import Tell
from tests.houses import House

pytestmark = pytest.mark.commits

YEAR_END = date(2027, 12, 31)


@pytest.fixture
def storm(practice: House, tmp_path: Path, settings: Settings) -> Iterator[Storm]:
    with till_of(practice, tmp_path, ["Okonkwo", "Whitfield", "Lindholm"]) as till:
        settings.STRIPE_API_BASE = till.simulator.origin
        storm = Storm(till)
        storm.contested = [storm.recorded(bytes([n]) * 32, n % 3, 50_00 + n) for n in range(8)]
        yield storm


def check(storm: Storm) -> None:
    """Hold the books against what the hands were told."""
    account = storm.account
    with practice_scope(storm.till.house.id):
        assert list(books.findings()) == []
        assert list(integrity.findings()) == []
        assert chain.verify(storm.till.house.id) is None
        lines = {line.session_id: line.amount.cents for line in InvoiceLine.objects.all()}
        every = list(Payment.objects.all())
        taken = {each.key: each for each in every if each.method != Payment.Method.MOVED}
        found = {key: (str(each.method), each.amount.cents) for key, each in taken.items()}
        assert lines == account.issued
        assert found == {key: ("CASH", cents) for key, cents in account.taken.items()} | {
            key: ("CARD", cents) for key, cents in account.charged.items()
        }
        check_what_went_back(storm)
        assert len(every) == len(account.taken) + len(account.charged) + len(storm.back.moved)
        assert nets(storm) == expected_nets()
        acts = Counter(Event.objects.values_list("action", flat=True))
        assert acts["billing.invoice.issued"] == Invoice.objects.count()
        assert acts["billing.payment.recorded"] == len(found)
        assert acts["billing.card_payment.posted"] == len(account.charged)


def check_what_went_back(storm: Storm) -> None:
    """Each act by which money was forgiven, given back or given on stands there, and once."""
    back = storm.back
    assert {each.key: each.amount.cents for each in WriteOff.objects.all()} == back.written_off
    assert {each.key: each.amount.cents for each in Refund.objects.all()} == back.refunded
    arrived = [each.arrived for each in CreditTransfer.objects.select_related("arrived")]
    assert {each.key: each.amount.cents for each in arrived} == back.moved
    assert {each.key: each.invoice_id for each in InvoiceVoided.objects.all()} == back.voided
    assert len(set(back.voided.values())) == len(back.voided)


def nets(storm: Storm) -> dict[object, int]:
    """Return what each client owes on balance, from the report that ties out."""
    report = receivables.on(as_of=YEAR_END)
    assert report.ties_out
    rows = {row.client_id: row.net.cents for row in report.rows}
    return {client.pk: rows.get(client.pk, 0) for client in storm.till.clients}


def expected_nets() -> dict[object, int]:
    """Return what each client was billed less what they paid, from the rows alone."""
    billed, paid = Counter[object](), Counter[object]()
    void = set(InvoiceVoided.objects.values_list("invoice_id", flat=True))
    for invoice in Invoice.objects.exclude(pk__in=void):
        billed[invoice.client_id] += invoice.total.cents
    for payment in Payment.objects.all():
        paid[payment.client_id] += payment.amount.cents
    for refund in Refund.objects.select_related("payment"):
        paid[refund.payment.client_id] -= refund.amount.cents
    for moved in CreditTransfer.objects.select_related("payment", "arrived"):
        paid[moved.payment.client_id] -= moved.arrived.amount.cents
    undone = WriteOffTakenBack.objects.values("write_off_id")
    for forgiven in WriteOff.objects.exclude(pk__in=undone).select_related("invoice"):
        paid[forgiven.invoice.client_id] += forgiven.amount.cents
    return {client: billed[client] - paid[client] for client in billed | paid}


def told(storm: Storm, seed: int) -> str:
    """Return what was done and refused, in a line."""
    counts = ", ".join(f"{name} {count}" for name, count in sorted(storm.account.told.items()))
    return f"Seed {seed}: {storm.account.told.total()} acts ({counts})"


def test_a_gust(storm: Storm, tell: Tell) -> None:
    assert storm.run(threads=4, acts=25, seed=1) == []
    assert storm.send_every_slip_again(threads=4) == []

    storm.calm()
    check(storm)
    tell(told(storm, 1))


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(2, 5))
def test_a_storm_in_which_connections_and_calls_are_cut(
    storm: Storm, seed: int, tell: Tell
) -> None:
    with troubled(storm.till.simulator), cutting(every_seconds=0.15) as cut:
        assert storm.run(threads=8, acts=200, seed=seed) == []

    assert storm.send_every_slip_again(threads=4) == []
    storm.calm()
    check(storm)
    assert len(cut) >= 12
    tell(f"{told(storm, seed)}; {len(cut)} connections cut")
