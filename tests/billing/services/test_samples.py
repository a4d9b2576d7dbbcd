"""Samples: the same seed draws the same out of the same, and anybody can draw it."""

from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import DrawnSample, Membership
from accounts.permissions import Permission
from audit.services import events
from billing.models import Invoice, Payment
from billing.selectors import samples
from billing.selectors.samples import Wanted
from billing.services import samples as services
from billing.services.refunds import Charge
from clients.models import Client
from ledger.models import JournalEntry
from tests import counting
from tests.billing import desk as at
from tests.billing import evidence as papers
from tests.billing import money
from tests.houses import House

ALL = frozenset(Permission)


@pytest.fixture
def invoices(desk: Membership, amara: Client) -> list[Invoice]:
    return [at.invoice(amara, desk) for _ in range(12)]


def by_hand(seed: str, ids: list[str], size: int) -> list[str]:
    """Draw a sample as the page tells an outsider to."""
    return sorted(ids, key=lambda pk: sha256(f"{seed}:{pk}".encode()).digest())[:size]


def test_an_outsider_draws_the_same(invoices: list[Invoice], auditor: Membership) -> None:
    ids = sorted(str(invoice.pk) for invoice in invoices)

    drawn = papers.drawn(auditor, size=5, seed="Q1-2026")

    assert drawn.picked == by_hand("Q1-2026", ids, 5)
    assert drawn.population_count == 12
    assert drawn.population_sha256 == sha256("\n".join(ids).encode()).hexdigest()
    assert samples.population_of(samples.wanted_of(drawn)) == ids


def test_the_same_seed_draws_the_same_and_another_one_another(
    invoices: list[Invoice], auditor: Membership
) -> None:
    first, again = papers.drawn(auditor, size=5), papers.drawn(auditor, size=5)
    other = papers.drawn(auditor, size=5, seed="seed-2")

    assert first.picked == again.picked
    assert other.picked != first.picked


def test_of_few_all_are_drawn_and_of_nothing_none(
    invoices: list[Invoice], auditor: Membership
) -> None:
    assert len(papers.drawn(auditor, size=500).picked) == 12
    with pytest.raises(services.NothingThere):
        papers.drawn(auditor, "PAYMENTS")
    assert DrawnSample.objects.count() == 1


def test_a_form_that_is_sent_twice_draws_one(invoices: list[Invoice], auditor: Membership) -> None:
    key = uuid4()
    assert papers.drawn(auditor, key=key) == papers.drawn(auditor, key=key, seed="other")


def test_every_population_is_what_the_books_and_the_log_hold(
    desk: Membership, amara: Client, accountant: Membership, auditor: Membership
) -> None:
    invoice = at.invoice(amara, desk)
    at.cash(amara, desk, "20.00", apply_to=invoice)
    refund = money.refunded(
        at.cash(amara, desk, "5.00", keep_rest=True), desk, "5.00", charge=Charge.OWED
    )
    write_off = money.written_off(invoice, accountant, "1.00")
    events.flush()

    def ids(population: str) -> set[str]:
        return set(papers.drawn(auditor, population, size=500).picked)

    assert ids("ENTRIES") == {str(pk) for pk in JournalEntry.objects.values_list("pk", flat=True)}
    assert ids("PAYMENTS") == {str(pk) for pk in Payment.objects.values_list("pk", flat=True)}
    assert ids("INVOICES") == {str(invoice.pk)}
    assert ids("GIVEN") == {str(refund.pk), str(write_off.pk)}


def test_events_are_known_by_their_numbers(
    desk: Membership, auditor: Membership, practice: House
) -> None:
    events.flush()
    today = timezone.localdate()
    drawn = papers.drawn(auditor, "EVENTS", days=(today.replace(year=2025), today), size=3)

    rows = samples.shown(drawn, permissions=ALL)
    assert [row.pk for row in rows] == drawn.picked
    assert all(row.label.endswith(".") for row in rows)
    assert rows[0].url.endswith(f"?before={int(rows[0].pk) + 1}")


def test_rows_lead_to_their_entries_for_who_may_read_them(
    invoices: list[Invoice], auditor: Membership
) -> None:
    drawn = papers.drawn(auditor, size=2)

    every = papers.drawn(auditor, size=12)
    with counting.queries() as few:
        rows = samples.shown(drawn, permissions=ALL)
    with counting.queries() as many:
        samples.shown(every, permissions=ALL)

    entries = {str(invoice.pk): invoice.entry_id for invoice in invoices}
    assert all(str(entries[row.pk]) in row.url for row in rows)
    assert {row.url for row in samples.shown(drawn, permissions=frozenset())} == {""}
    assert rows[0].label.startswith("Invoice INV-2026-")
    assert rows[0].clients == (invoices[0].client_id,)
    assert len(many) == len(few)


def test_another_practice_is_no_part_of_it(invoices: list[Invoice], auditor: Membership) -> None:
    wanted = Wanted("INVOICES", *papers.MARCH)
    assert samples.draw(wanted, seed="s", size=5).count == 12
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.context', '', true)")
        assert samples.draw(wanted, seed="s", size=5).count == 0


def test_a_file_of_it_names_its_export(invoices: list[Invoice], auditor: Membership) -> None:
    drawn = papers.drawn(auditor, size=2)

    taken = services.export(drawn, permissions=ALL)
    everything = services.export_population(drawn)

    lines = taken.content.decode().splitlines()
    assert len(lines) == 3
    assert all(str(taken.export_id) in line for line in lines[1:])
    assert drawn.picked[0] in lines[1]
    assert samples.digest_of("seed-1", drawn.picked[0]) in lines[1]
    assert len(everything.content.decode().splitlines()) == 13


def test_out_of_a_hundred_thousand_it_is_the_same(
    desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement draws; nothing but what was drawn comes out of the database."""
    many = "SELECT number::text FROM generate_series(1, 100000) AS number"
    monkeypatch.setattr(samples, "_ids", lambda wanted: (many, ()))

    with counting.queries() as asked:
        found = samples.draw(Wanted("EVENTS", *papers.MARCH), seed="Q1", size=25)

    ids = sorted(str(number) for number in range(1, 100_001))
    assert found.picked == by_hand("Q1", ids, 25)
    assert (found.count, len(asked)) == (100_000, 1)
    assert found.sha256 == sha256("\n".join(ids).encode()).hexdigest()


def test_out_of_too_many_nothing_is_drawn(
    invoices: list[Invoice], auditor: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a request asks of the database has a bound, however long the log is."""
    monkeypatch.setattr(samples, "POPULATION_MAX", 11)

    found = samples.draw(Wanted("INVOICES", *papers.MARCH), seed="s", size=5)
    assert found.is_too_many
    assert found.count == 12
    with pytest.raises(services.TooMany, match="more than 11"):
        papers.drawn(auditor)
    assert not DrawnSample.objects.exists()
    monkeypatch.setattr(samples, "POPULATION_MAX", 12)
    assert papers.drawn(auditor).population_count == 12


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts_drawnsample SET seed = 'other'",
        "DELETE FROM accounts_drawnsample",
        "{copy} '[]'::jsonb, 'seed-1', 5{rest}",
        "{copy} picked, 'no good', size{rest}",
        "{copy} picked, seed, 0::smallint{rest}",
        "{copy} picked, seed, 501::smallint{rest}",
        "{copy} '{{}}'::jsonb, seed, size{rest}",
    ],
)
def test_the_database_keeps_a_sample_as_it_was_drawn(
    invoices: list[Invoice], auditor: Membership, change: str
) -> None:
    papers.drawn(auditor, size=5)
    copy = (
        "INSERT INTO accounts_drawnsample (id, key, population, since, until, population_count,"
        " population_sha256, drawn_at, drawn_by_id, picked, seed, size) SELECT gen_random_uuid(),"
        " gen_random_uuid(), population, since, until, population_count, population_sha256,"
        " drawn_at, drawn_by_id,"
    )

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(copy=copy, rest=" FROM accounts_drawnsample"))
