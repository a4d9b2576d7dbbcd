"""What `manage.py test` adds to the arguments of its caller, and says of a missing browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.dev import testing
from config.dev.state import BASE_DIR, Refused
from config.dev.testing import with_defaults

FAST = "not isolation and not brute and not storm and not long and not phi and not fuzz"
WHOLE = ["-n", "2", "--dist", "loadgroup"]


def test_the_whole_suite_runs_without_its_slow_marks_in_two_processes() -> None:
    assert with_defaults([]) == ["-m", FAST, *WHOLE]


@pytest.mark.parametrize("chosen", [["-m", "storm"], ["-mstorm"], ["-m=storm"]])
def test_marks_of_the_caller_replace_the_deselection(chosen: list[str]) -> None:
    assert with_defaults(chosen) == [*chosen, *WHOLE]


@pytest.mark.parametrize("chosen", [["-n0"], ["-n", "1"], ["-p", "no:xdist"], ["--pdb"]])
def test_the_callers_processes_are_left_alone(chosen: list[str]) -> None:
    assert with_defaults(chosen) == [*chosen, "-m", FAST]


def test_a_long_option_is_not_taken_for_a_short_one() -> None:
    assert with_defaults(["--no-header", "--maxfail=1"])[-4:] == WHOLE


def test_a_few_named_tests_run_in_one_process_and_keep_their_database() -> None:
    named = "tests/config/dev/test_testing.py::test_nothing"
    assert with_defaults([named]) == [named, "-m", FAST, "--reuse-db"]
    assert "--reuse-db" not in with_defaults([named, "--create-db"])


def test_a_required_browser_that_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv(testing.REQUIRED, "1")

    with pytest.raises(Refused, match="NO BROWSER TEST RUNS"):
        testing.main([])


@pytest.mark.parametrize(("mark", "verdict"), [("browser", 1), ("long", 0)])
def test_a_skipped_browser_test_fails_where_a_browser_is_required(
    tmp_path: Path, mark: str, verdict: int
) -> None:
    (tmp_path / "test_one.py").write_text(
        "import pytest\n"
        f"@pytest.mark.{mark}\n"
        "@pytest.mark.skip(reason='no browser here')\n"
        "def test_a_page() -> None: ...\n"
        "def test_other() -> None: ...\n"
    )

    plug_ins = ("-p", testing.PLUG_IN, "-p", "no:django", "-c", os.devnull)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plug_ins, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 passed, 1 skipped" in done.stdout
    assert done.returncode == verdict
