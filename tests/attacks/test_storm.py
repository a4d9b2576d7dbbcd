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
from billing.models import Invoice, InvoiceLine, Payment
from billing.selectors import integrity, receivables
from ledger.selectors import integrity as books
from tests.attacks.storm import Storm
from tests.attacks.till import till_of
from tests.attacks.weather import cutting, troubled
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
        found = {p.key: (str(p.method), p.amount.cents) for p in Payment.objects.all()}
        assert lines == account.issued
        assert found == {key: ("CASH", cents) for key, cents in account.taken.items()} | {
            key: ("CARD", cents) for key, cents in account.charged.items()
        }
        assert Payment.objects.count() == len(account.taken) + len(account.charged)
        assert nets(storm) == expected_nets()
        acts = Counter(Event.objects.values_list("action", flat=True))
        assert acts["billing.invoice.issued"] == len(lines)
        assert acts["billing.payment.recorded"] == len(found)
        assert acts["billing.card_payment.posted"] == len(account.charged)


def nets(storm: Storm) -> dict[object, int]:
    """Return what each client owes on balance, from the report that ties out."""
    report = receivables.on(as_of=YEAR_END)
    assert report.ties_out
    rows = {row.client_id: row.net.cents for row in report.rows}
    return {client.pk: rows.get(client.pk, 0) for client in storm.till.clients}


def expected_nets() -> dict[object, int]:
    """Return what each client was billed less what they paid, from the rows alone."""
    billed, paid = Counter[object](), Counter[object]()
    for invoice in Invoice.objects.all():
        billed[invoice.client_id] += invoice.total.cents
    for payment in Payment.objects.all():
        paid[payment.client_id] += payment.amount.cents
    return {client: billed[client] - paid[client] for client in billed | paid}


def test_a_gust(storm: Storm) -> None:
    assert storm.run(threads=4, acts=15, seed=1) == []
    assert storm.send_every_slip_again(threads=4) == []

    storm.calm()
    check(storm)


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(2, 5))
def test_a_storm_in_which_connections_and_calls_are_cut(storm: Storm, seed: int) -> None:
    with troubled(storm.till.simulator), cutting(every_seconds=0.15) as cut:
        assert storm.run(threads=8, acts=200, seed=seed) == []

    assert storm.send_every_slip_again(threads=4) == []
    storm.calm()
    check(storm)
    assert len(cut) >= 12
