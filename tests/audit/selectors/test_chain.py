"""The chain in the database: Python finds the same hashes, and what the owner tampered with."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from accounts.tenancy import practice_scope
from audit import terms
from audit.actions import Action
from audit.models import Event
from audit.selectors import chain
from audit.services import checkpoints, events
from audit.services.events import SealedValues
from tests.audit.chains import KEY
from tests.audit.owner import put_back, tamper
from tests.houses import House

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)


def work(practice: House, count: int = 12) -> None:
    """Let the practice do things of every shape: touches, sealed values, odd letters."""
    for number in range(count):
        with practice_scope(practice.id, person_id=uuid4() if number % 2 else None):
            events.record(Action.CLIENT_LISTED, touched=[uuid4(), uuid4()], count=2)
            events.record(Action.PAYMENT_RECORDED, label=f"Ä-“{number}”\\", amount_cents=-number)
            values = SealedValues(bytes([number]), 1, bytes([number]) * 32)
            events.record(Action.CLIENT_CHANGED, target=practice.automaton, values=values)


def fill(practice: House, until: int) -> None:
    """Let small things happen until a chain has so many events."""
    with practice_scope(practice.id):
        for _ in range(until - Event.objects.count()):
            events.record(Action.PRACTICE_ENTERED)


def sign(practice: House, folder: Path) -> None:
    with practice_scope(practice.id):
        places = [folder / "first", folder / "second"]
        checkpoints.write(signer=KEY, directories=places, now=NOW)


def look(practice: House, outside: Path | None = None) -> terms.Finding | None:
    with practice_scope(practice.id):
        return chain.verify(practice.id, outside=outside)


def test_python_computes_the_hashes_that_the_database_wrote(practice: House) -> None:
    work(practice)

    assert look(practice) is None


def test_a_long_chain_is_read_in_parts(practice: House, monkeypatch: pytest.MonkeyPatch) -> None:
    work(practice)
    monkeypatch.setattr(chain, "AT_ONCE", 5)
    read: list[int] = []

    with practice_scope(practice.id):
        assert chain.verify(practice.id, progress=read.append) is None
        assert read[-1] == Event.objects.count()
    assert len(read) > 10


def test_a_chain_costs_few_queries(
    practice: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    work(practice)

    with practice_scope(practice.id), django_assert_max_num_queries(9):
        chain.verify(practice.id)


@pytest.fixture
def signed(practice: House, other_practice: House, tmp_path: Path) -> House:
    """A practice with two checkpoints outside, and a little that is not signed yet.

    Its work begins at event 48, however many its founding took.
    """
    for each in (practice, other_practice):
        fill(each, 47)
    for _ in range(2):
        work(practice, 4)
        sign(practice, tmp_path)
    work(practice, 1)
    work(other_practice, 1)
    return practice


def rehash(practice_id: UUID) -> None:
    """Recompute a whole chain and its head with the product's own functions, as a superuser can."""
    tamper(
        "WITH chained AS (SELECT seq, audit_chain(decode(repeat('00', 32), 'hex'), audit_entry("
        " practice_id, seq, at, action, person_id, target_kind, target_id, label, facts,"
        " (SELECT array_agg(client_id) FROM audit_touch AS t"
        "  WHERE t.practice_id = e.practice_id AND t.seq = e.seq), commitment))"
        f" OVER (ORDER BY seq) AS hash FROM audit_event AS e WHERE practice_id = '{practice_id}')"
        " UPDATE audit_event AS event SET hash = chained.hash FROM chained"
        f" WHERE event.practice_id = '{practice_id}' AND event.seq = chained.seq",
        f"UPDATE audit_head AS head SET (seq, hash) = (SELECT seq, hash FROM audit_event"
        " WHERE practice_id = head.practice_id ORDER BY seq DESC LIMIT 1)"
        f" WHERE practice_id = '{practice_id}'",
    )


COPY_OF_EVENT = """
    INSERT INTO audit_event (practice_id, seq, at, action, person_id, target_kind, target_id, label,
        facts, commitment, hash)
    SELECT practice_id, seq, at + interval '1 us', action, person_id, target_kind, target_id, label,
        facts, commitment, hash
    FROM audit_event WHERE {mine} AND seq = 56
"""
STRAY_TOUCH = """
    INSERT INTO audit_touch SELECT practice_id, gen_random_uuid(), 9000, at
    FROM audit_event WHERE {mine} AND seq = 1
"""
TO_ANOTHER = """
    UPDATE audit_event SET seq = 9000, practice_id = gen_random_uuid()
    WHERE {mine} AND seq = 53
"""
ATTACKS = {
    "UPDATE audit_event SET facts = '{{\"count\": 3}}' WHERE {mine} AND seq = 48": "Event 48 ",
    "UPDATE audit_event SET person_id = NULL WHERE {mine} AND seq = 51": "Event 51 ",
    "UPDATE audit_event SET at = at - interval '1 us' WHERE {mine} AND seq = 9": "Event 9 ",
    "UPDATE audit_event SET hash = sha256(hash) WHERE {mine} AND seq = 61": "Event 61 ",
    "UPDATE audit_event SET seq = 101 - seq WHERE {mine} AND seq IN (50, 51)": "Event 50 ",
    "DELETE FROM audit_event WHERE {mine} AND seq = 49": "Event 49 is missing",
    "DELETE FROM audit_event WHERE {mine} AND seq > 71": "its head says",
    "DELETE FROM audit_touch WHERE {mine} AND seq = 48": "Event 48 ",
    "UPDATE audit_touch SET client_id = gen_random_uuid() WHERE {mine} AND seq = 48": "Event 48 ",
    "UPDATE audit_touch SET seq = 9999 WHERE {mine} AND seq = 48": "Event 48 ",
    "DELETE FROM audit_value WHERE {mine} AND seq = 50": "sealed values of event 50",
    "DELETE FROM audit_head WHERE {mine}": "its head says 0",
    "UPDATE audit_head SET seq = seq + 1 WHERE {mine}": "its head says",
    COPY_OF_EVENT: "event 56 is here",
    STRAY_TOUCH: "touched by event 9000",
    TO_ANOTHER: "Event 53 is missing",
}
"""What the owner does → what is said of it."""


@pytest.mark.commits
def test_what_the_owner_changes_is_found(signed: House, tmp_path: Path) -> None:
    said = {}
    for attack in ATTACKS:
        with put_back():
            tamper(attack.format(mine=f"practice_id = '{signed.id}'"))
            said[attack] = [look(signed), look(signed, tmp_path / "first")]

    for attack, words in ATTACKS.items():
        assert all(finding and words in finding.sentence for finding in said[attack]), attack
    assert look(signed, tmp_path / "first") is None


@pytest.mark.commits
def test_an_event_that_arrived_from_another_practice_is_found(
    signed: House, other_practice: House
) -> None:
    tamper(
        f"DELETE FROM audit_event WHERE practice_id = '{other_practice.id}' AND seq = 48",
        f"UPDATE audit_event SET practice_id = '{other_practice.id}'"
        f" WHERE practice_id = '{signed.id}' AND seq = 48",
    )

    finding = look(other_practice)

    assert finding is not None
    assert finding.seq == 48


@pytest.mark.commits
def test_a_chain_recomputed_to_its_end_is_found_from_outside_only(
    signed: House, tmp_path: Path
) -> None:
    tamper(
        f"UPDATE audit_event SET label = 'INV-1' WHERE practice_id = '{signed.id}' AND seq = 51",
        f"DELETE FROM audit_checkpoint WHERE practice_id = '{signed.id}'",
    )
    rehash(signed.id)

    assert look(signed) is None
    finding = look(signed, tmp_path / "second")
    assert finding is not None
    assert "Events 1 to 59 were rewritten" in finding.sentence


@pytest.mark.commits
def test_a_log_rolled_back_with_head_and_copies_is_found_from_outside_only(
    signed: House, tmp_path: Path
) -> None:
    mine = f"practice_id = '{signed.id}'"
    tamper(
        *(
            f"DELETE FROM {table} WHERE {mine} AND seq > 51"
            for table in ("audit_event", "audit_touch")
        ),
        f"DELETE FROM audit_checkpoint WHERE {mine}",
        f"UPDATE audit_head AS head SET (seq, hash) = (SELECT seq, hash FROM audit_event"
        f" WHERE {mine} AND seq = 51) WHERE {mine}",
    )

    assert look(signed) is None
    finding = look(signed, tmp_path / "first")
    assert finding is not None
    assert finding.seq == 52
    assert "The log has only events 1 to 51 of " in finding.sentence


@pytest.mark.commits
def test_no_practice_waits_for_the_log_of_another(practice: House, other_practice: House) -> None:
    """The head's row is locked to the commit, and each practice has its own."""
    with practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED)
        events.flush()
        with connections["backup"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            assert cursor.fetchone() == (0,)
