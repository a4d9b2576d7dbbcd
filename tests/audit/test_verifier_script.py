"""The verifier as an auditor runs it: alone, on a dump and a directory."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from audit.terms import Chain, Checkpoint, Head
from tests.audit.chains import KEY, OTHER_PRACTICE, PRACTICE, chain, checkpoints, log
from tests.audit.script import run

LOG = log(20)
MARKS = checkpoints(LOG, (10, 15, 20))


def written(folder: Path, chains: Sequence[Chain], marks: Sequence[Checkpoint]) -> list[str]:
    """Write a dump and a directory of checkpoints, and return the two arguments."""
    with (folder / "dump.jsonl").open("w") as dump:
        for told in chains:
            top = [told.practice, told.start, told.head, told.checkpoints, told.strays]
            dump.writelines(
                json.dumps(row) + "\n" for row in [top, *([told.practice, *e] for e in told.events)]
            )
    kept = folder / "kept"
    kept.mkdir()
    (kept / "keys.json").write_text(json.dumps({KEY.key_id: KEY.public_key.hex()}))
    for mark in marks:
        with (kept / f"{mark.practice}.jsonl").open("a") as file:
            file.write(json.dumps(mark._asdict()) + "\n")
    return [str(folder / "dump.jsonl"), str(kept)]


def test_the_script_alone_proves_two_practices(tmp_path: Path) -> None:
    other = log(5, OTHER_PRACTICE)
    signed = checkpoints(other, (5,), OTHER_PRACTICE)
    told = [chain(LOG, MARKS), chain(other, signed, OTHER_PRACTICE)]
    done = run([*written(tmp_path, told, [*MARKS, *signed]), "--all"])

    assert done.stderr == ""
    assert sorted(done.stdout.splitlines()) == [
        f"{PRACTICE}: The log is whole from event 1 to 20.",
        f"{OTHER_PRACTICE}: The log is whole from event 1 to 5.",
    ]
    assert done.returncode == 0


def test_the_script_names_the_first_offender_and_fails(tmp_path: Path) -> None:
    done = run(
        written(
            tmp_path, [chain([*LOG[:6], LOG[6]._replace(label="INV-1"), *LOG[7:]], MARKS)], MARKS
        )
    )

    assert f"{PRACTICE}: Event 7 (billing.payment.recorded) was changed" in done.stdout
    assert done.returncode == 1


def test_the_script_misses_a_practice_that_was_dropped(tmp_path: Path) -> None:
    other = log(5, OTHER_PRACTICE)
    signed = checkpoints(other, (5,), OTHER_PRACTICE)
    told = [chain(other, signed, OTHER_PRACTICE)]
    arguments = written(tmp_path, told, [*MARKS, *signed])

    done = run(arguments)
    narrowed = run([*arguments, "--practice", OTHER_PRACTICE])

    assert f"{PRACTICE}: There are checkpoints of this log, but the log is missing." in done.stdout
    assert (done.returncode, narrowed.returncode) == (1, 0)


def test_the_script_survives_a_dump_that_is_torn(tmp_path: Path) -> None:
    arguments = written(tmp_path, [chain(LOG, MARKS)], MARKS)
    dump = Path(arguments[0])
    dump.write_text(dump.read_text()[:-300])

    done = run(arguments)

    assert done.stderr == ""
    assert done.returncode == 1


def test_a_line_torn_by_a_crash_and_written_again_is_passed_over(tmp_path: Path) -> None:
    arguments = written(tmp_path, [chain(LOG, MARKS)], MARKS[:1])
    file = tmp_path / "kept" / f"{PRACTICE}.jsonl"
    whole = "".join(json.dumps(mark._asdict()) + "\n" for mark in MARKS[1:])
    file.write_text(file.read_text() + whole[:90] + "\n" + whole)

    assert run(arguments).returncode == 0


def test_nothing_at_all_is_not_whole(tmp_path: Path) -> None:
    arguments = written(tmp_path, [], MARKS)

    for options in ([], ["--piece"], ["--piece", "--practice", PRACTICE]):
        assert run([*arguments, *options]).returncode == 1
    assert "There is no log in this file." in run([*arguments, "--piece"]).stdout


@pytest.mark.parametrize("folder", ["kept", "mistyped"])
def test_a_log_that_nothing_outside_signs_is_not_proved(tmp_path: Path, folder: str) -> None:
    dump, _ = written(tmp_path, [chain(LOG)], ())

    done = run([dump, str(tmp_path / folder), "--practice", PRACTICE])

    assert "No checkpoint outside proves this log" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_log_that_stands_there_twice_hides_no_other(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    forged = [*LOG[:6], LOG[6]._replace(label="INV-1"), *LOG[7:]]
    other = log(5, OTHER_PRACTICE)
    signed = checkpoints(other, (5,), OTHER_PRACTICE)
    both = [chain(forged, MARKS), chain(LOG, MARKS)]
    told = [both[order[0]], chain(other, signed, OTHER_PRACTICE), both[order[1]]]

    done = run(written(tmp_path, told, [*MARKS, *signed]))

    assert f"{PRACTICE}: No checkpoint outside proves this log, or it stands here twice." in (
        done.stdout
    )
    assert done.returncode == 1


def test_a_name_says_no_sentence_of_its_own(tmp_path: Path) -> None:
    name = f"{PRACTICE}: The log is whole from event 1 to 99.\n\x1b[2J"

    done = run(written(tmp_path, [chain([], (), name)], ()))

    assert done.stdout.count("\n") == 1
    assert "\x1b" not in done.stdout
    assert done.returncode == 1


def test_a_piece_of_nothing_proves_nothing(tmp_path: Path) -> None:
    at = Head(MARKS[0].size, MARKS[0].hash)
    told = chain([], (), PRACTICE)._replace(start=at, head=at)

    done = run([*written(tmp_path, [told], MARKS), "--piece"])

    assert "nothing proves the piece" in done.stdout
    assert done.returncode == 1
