"""`manage.py verify_audit`: what it says, and how it exits."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.selectors import chain
from audit.services import checkpoints, events
from tests.audit.chains import KEY
from tests.audit.owner import tamper
from tests.audit.script import run
from tests.houses import House

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)


def verify_audit(*arguments: str) -> tuple[str, str]:
    """Run the command, and return what it wrote and what it complained of."""
    said, complained = StringIO(), StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=said, stderr=complained)
    except CommandError as error:
        complained.write(str(error))
    return said.getvalue(), complained.getvalue()


def sign(practice: House, folder: Path) -> Path:
    with practice_scope(practice.id):
        places = [folder / "first", folder / "second"]
        checkpoints.write(signer=KEY, directories=places, now=NOW)
    return folder / "first"


def test_every_practice_and_the_installation_are_whole(
    practice: House, other_practice: House
) -> None:
    with installation_scope():
        events.record(Action.SIGN_IN_FAILED)

    said, complained = verify_audit()

    assert complained == ""
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "The installation",
        "Harbor Lane",
        "Summit Row",
    ]
    assert all("the log is whole" in line for line in said.splitlines())


def test_one_practice_may_be_chosen(practice: House, other_practice: House) -> None:
    said, _ = verify_audit("--practice", "summit-row")

    assert said.startswith("Summit Row: ")
    assert "Harbor Lane" not in said


def test_checking_the_log_is_an_event(practice: House) -> None:
    verify_audit()

    with practice_scope(practice.id):
        checked = chain.head()
    assert checked is not None
    assert verify_audit()[0].count(f"{checked.seq:,} events") == 1


@pytest.mark.parametrize(
    "arguments", [("--practice", "nowhere"), ("--checkpoints", "/nowhere/at/all")]
)
def test_what_is_not_there_is_said(practice: House, arguments: tuple[str, str]) -> None:
    assert "There is no " in verify_audit(*arguments)[1]


@pytest.mark.commits
def test_the_command_and_the_script_agree_on_a_whole_log(practice: House, tmp_path: Path) -> None:
    outside, dump = sign(practice, tmp_path), tmp_path / "dump.jsonl"

    said, complained = verify_audit("--checkpoints", str(outside), "--dump", str(dump), "--all")

    assert complained == ""
    assert "Harbor Lane: " in said
    verify_audit("--practice", practice.slug, "--dump", str(dump))
    done = run([str(dump), str(outside), "--all"])
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{practice.id}: The log is whole from event 1 to " in done.stdout


@pytest.mark.commits
def test_the_command_and_the_script_agree_on_a_changed_log(practice: House, tmp_path: Path) -> None:
    outside, dump = sign(practice, tmp_path), tmp_path / "dump.jsonl"
    tamper(f"UPDATE audit_event SET label = 'x' WHERE practice_id = '{practice.id}' AND seq = 5")

    said, complained = verify_audit("--checkpoints", str(outside), "--dump", str(dump))

    assert "Harbor Lane: Event 5 (" in complained
    assert "1 of 2 logs are not whole" in complained
    assert "Harbor Lane" not in said
    done = run([str(dump), str(outside)])
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{practice.id}: Event 5 (" in done.stdout


@pytest.mark.commits
def test_a_practice_that_was_dropped_is_missed(
    practice: House, other_practice: House, tmp_path: Path
) -> None:
    outside = sign(practice, tmp_path)
    (outside / f"{practice.id}.jsonl").rename(outside / f"{practice.automaton.pk}.jsonl")

    complained = verify_audit("--checkpoints", str(outside))[1]

    assert f"{practice.automaton.pk}: There are checkpoints of this log" in complained


@pytest.mark.commits
def test_two_at_once_leave_no_gap_and_no_fork(practice: House) -> None:
    """Both record first and append at their ends: the head's row puts them in a line."""

    def act() -> None:
        try:
            for _ in range(25):
                with practice_scope(practice.id):
                    events.record(Action.CLIENT_LISTED)
                    events.record(Action.CLIENT_LISTED)
        finally:
            connections.close_all()

    with practice_scope(practice.id):
        before = chain.head()
    threads = [Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with practice_scope(practice.id):
        after = chain.head()
        assert before is not None
        assert after is not None
        assert after.seq == before.seq + 100
        assert chain.verify(practice.id) is None


@pytest.mark.commits
def test_the_first_events_of_a_chain_at_once_make_one_chain(practice: House) -> None:
    """The head is made by whoever comes first; the other waits for it."""

    def act() -> None:
        try:
            with practice_scope(practice.automaton.pk):
                events.record(Action.CLIENT_LISTED)
        finally:
            connections.close_all()

    threads = [Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with practice_scope(practice.automaton.pk):
        ends = chain.head()
        assert ends is not None
        assert ends.seq == 4
        assert chain.verify(practice.automaton.pk) is None


@pytest.mark.commits
def test_one_event_is_proved_by_a_piece_of_the_log(practice: House, tmp_path: Path) -> None:
    grow(practice, 30)
    outside, piece = sign(practice, tmp_path), tmp_path / "piece.jsonl"
    grow(practice, 5)
    chosen = ("--practice", practice.slug, "--dump", str(piece))

    verify_audit(*chosen, "--event", "20")
    done = run([str(piece), str(outside), "--piece"])

    first = json.loads(piece.read_text().splitlines()[1])
    assert first[1] == 20
    assert done.stdout.startswith(f"{practice.id}: The log is whole from event 20 to ")
    assert (done.returncode, done.stderr) == (0, "")
    assert run([str(piece), str(outside)]).returncode == 1


@pytest.mark.commits
@pytest.mark.parametrize("line", [0, 1, 2, -1])
def test_a_piece_with_a_changed_line_proves_nothing(
    practice: House, tmp_path: Path, line: int
) -> None:
    grow(practice, 30)
    outside, piece = sign(practice, tmp_path), tmp_path / "piece.jsonl"
    verify_audit("--practice", practice.slug, "--dump", str(piece), "--event", "20")
    rows = [json.loads(row) for row in piece.read_text().splitlines()]
    if line:
        rows[line][2] += 1  # a microsecond later
    else:
        rows[0][1][1] = "ab" * 32  # after another event
    piece.write_text("".join(json.dumps(row) + "\n" for row in rows))

    assert run([str(piece), str(outside), "--piece"]).returncode == 1


@pytest.mark.commits
def test_a_piece_that_no_checkpoint_ends_proves_nothing(practice: House, tmp_path: Path) -> None:
    grow(practice, 30)
    outside, piece = sign(practice, tmp_path), tmp_path / "piece.jsonl"
    verify_audit("--practice", practice.slug, "--dump", str(piece), "--event", "20")
    *kept, last = map(json.loads, piece.read_text().splitlines())
    kept[0][2] = [kept[-1][1], kept[-1][-1]]
    piece.write_text("".join(json.dumps(row) + "\n" for row in kept))

    done = run([str(piece), str(outside), "--piece"])

    assert f"No checkpoint ends with event {last[1] - 1}" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("number", ["0", "-1", "9999"])
def test_what_no_checkpoint_covers_is_not_provable(
    practice: House, tmp_path: Path, number: str
) -> None:
    sign(practice, tmp_path)
    chosen = ("--practice", practice.slug, "--dump", str(tmp_path / "piece"), "--event", number)

    assert f"No checkpoint covers an event {number}" in verify_audit(*chosen)[1]
    assert not (tmp_path / "piece").exists()


def test_a_proof_is_of_one_practice_and_goes_into_a_file(practice: House) -> None:
    assert "--event takes one --practice" in verify_audit("--event", "1")[1]


def grow(practice: House, count: int) -> None:
    """Let so many small things happen."""
    with practice_scope(practice.id):
        for _ in range(count):
            events.record(Action.PRACTICE_ENTERED)
