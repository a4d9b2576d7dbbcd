"""Twelve ways to falsify a log, by a superuser with triggers off: at ten or a hundred places."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections

from accounts.tenancy import practice_scope
from audit import terms
from audit.actions import Action
from audit.models import Event
from audit.selectors import chain
from audit.services import checkpoints, events
from tests.audit.chains import KEY
from tests.audit.owner import copied, unguarded
from tests.audit.script import run
from tests.figures import Tell
from tests.houses import House

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)
SIZES = range(30, 150, 10)
"""Of how many events each checkpoint tells."""

MINE = "practice_id = %(practice)s"
HERE = f"{MINE} AND seq = %(at)s"
BEYOND = f"{MINE} AND seq > %(at)s"

HEAD_FITS = (
    "UPDATE audit_head AS head SET (seq, hash) = (SELECT seq, hash FROM audit_event AS event"
    f" WHERE event.practice_id = head.practice_id ORDER BY seq DESC LIMIT 1) WHERE {MINE}"
)
REHASH = """
    WITH chained AS (SELECT seq, audit_chain(decode(repeat('00', 32), 'hex'), audit_entry(
        practice_id, seq, at, action, person_id, target_kind, target_id, label, facts,
        (SELECT array_agg(client_id) FROM audit_touch AS touch
         WHERE touch.practice_id = event.practice_id AND touch.seq = event.seq), commitment
    )) OVER (ORDER BY seq) AS hash FROM audit_event AS event WHERE practice_id = %(practice)s)
    UPDATE audit_event AS event SET hash = chained.hash FROM chained
    WHERE event.practice_id = %(practice)s AND event.seq = chained.seq
"""
COPIES_FIT = (
    "UPDATE audit_checkpoint AS mark SET hash = event.hash FROM audit_event AS event WHERE"
    " mark.practice_id = %(practice)s AND event.practice_id = mark.practice_id"
    " AND event.seq = mark.size"
)
INSERTED = (
    """
    INSERT INTO audit_event (practice_id, seq, at, action, person_id, target_kind, target_id, label,
        facts, commitment, hash)
    SELECT practice_id, seq, at - interval '1 us', 'client.record.exported', person_id, target_kind,
        target_id, label, facts, commitment, sha256(hash) FROM audit_event WHERE
"""
    + HERE
)


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done to a log at a place, and which number is the first at fault then."""

    does: tuple[str, ...]
    first: Callable[[int], int] = lambda at: at


ATTACKS = {
    "a bit is flipped": Attack(
        (f"UPDATE audit_event SET hash = set_bit(hash, seq, 1 - get_bit(hash, seq)) WHERE {HERE}",)
    ),
    "a field is edited": Attack(
        (f"UPDATE audit_event SET person_id = gen_random_uuid() WHERE {HERE}",)
    ),
    "an event is deleted": Attack((f"DELETE FROM audit_event WHERE {HERE}",)),
    "the tail is cut with the head": Attack(
        (f"DELETE FROM audit_event WHERE {BEYOND}", HEAD_FITS), lambda at: at + 1
    ),
    "an event is inserted": Attack((INSERTED,)),
    "two events are swapped": Attack(
        (
            f"UPDATE audit_event SET seq = 9000 WHERE {HERE}",
            f"UPDATE audit_event SET seq = %(at)s WHERE {MINE} AND seq = %(at)s + 1",
            f"UPDATE audit_event SET seq = %(at)s + 1 WHERE {MINE} AND seq = 9000",
        )
    ),
    "everything from an event on is hashed anew": Attack(
        (
            f"UPDATE audit_event SET label = label || 'x' WHERE {HERE}",
            REHASH,
            HEAD_FITS,
            COPIES_FIT,
        ),
        lambda at: (at - 1) // 10 * 10 + 1,
    ),
    "the database is rolled back to an old copy": Attack(
        (
            f"DELETE FROM audit_event WHERE {BEYOND}",
            f"DELETE FROM audit_checkpoint WHERE {MINE} AND size > %(at)s",
            HEAD_FITS,
        ),
        lambda at: at + 1,
    ),
    "an event moves to another practice": Attack(
        (f"UPDATE audit_event SET practice_id = gen_random_uuid() WHERE {HERE}",)
    ),
    "the practice is dropped": Attack(
        (
            f"UPDATE audit_event SET practice_id = gen_random_uuid() WHERE {BEYOND}",
            f"DELETE FROM audit_event WHERE {MINE}",
            f"DELETE FROM audit_head WHERE {MINE}",
            f"DELETE FROM audit_checkpoint WHERE {MINE}",
        ),
        lambda at: 1,
    ),
    "checkpoints are deleted": Attack(
        (f"DELETE FROM audit_checkpoint WHERE {MINE} AND size >= %(at)s",),
        lambda at: (at + 9) // 10 * 10,
    ),
    "the boundary of two fields is shifted": Attack(
        (
            "UPDATE audit_event SET target_kind = right(action, 1) || target_kind,"
            f" action = left(action, -1) WHERE {HERE}",
        )
    ),
}


@pytest.fixture
def signed(practice: House, tmp_path: Path) -> House:
    """A practice with a log that was signed now and then while it grew."""
    for size in SIZES:
        with practice_scope(practice.id):
            missing = size - Event.objects.count()
            assert missing > 0
            for _ in range(missing):
                events.record(Action.PRACTICE_ENTERED)
        with practice_scope(practice.id):
            places = [tmp_path / "first", tmp_path / "second"]
            checkpoints.write(signer=KEY, directories=places, now=NOW)
    return practice


def attack(signed: House, does: Attack, at: int) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in does.does:
            cursor.execute(statement, {"practice": signed.id, "at": at})
            assert cursor.rowcount, statement


def found(signed: House, outside: Path) -> terms.Finding | None:
    with practice_scope(signed.id):
        return chain.verify(signed.id, outside=outside)


@pytest.mark.commits
@pytest.mark.parametrize(
    "places",
    [
        pytest.param(range(31, 131, 10), id="ten-places"),
        pytest.param(range(31, 131), id="a-hundred-places", marks=pytest.mark.long),
    ],
)
def test_every_falsification_is_found_at_every_place(
    signed: House, tmp_path: Path, tell: Tell, places: range
) -> None:
    outside, table = tmp_path / "first", dict.fromkeys(ATTACKS, 0)
    with copied() as restore, unguarded():
        for name, does in ATTACKS.items():
            for at in places:
                attack(signed, does, at)
                finding = found(signed, outside)
                table[name] += finding is not None and finding.seq == does.first(at)
                restore()
    tell(f"{sum(table.values()):,} of {len(ATTACKS) * len(places):,} falsifications found: {table}")

    assert found(signed, outside) is None
    assert table == dict.fromkeys(ATTACKS, len(places))


@pytest.mark.commits
def test_the_command_and_the_script_say_the_same_of_each(signed: House, tmp_path: Path) -> None:
    outside, dump, heard = tmp_path / "first", tmp_path / "log.jsonl", {}
    with copied() as restore, unguarded():
        for name, does in ATTACKS.items():
            attack(signed, does, 77)
            finding = found(signed, outside)
            with practice_scope(signed.id):
                dump.write_text("".join(chain.dump(signed.id)))
            done = run([str(dump), str(outside), "--practice", str(signed.id)])
            heard[name] = done.stdout, f"{signed.id}: {finding and finding.sentence}\n"
            assert (done.returncode, done.stderr) == (1, "")
            restore()

    assert [name for name, (script, command) in heard.items() if script != command] == []
