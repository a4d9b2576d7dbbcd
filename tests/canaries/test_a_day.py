"""A full day of work with marked values, and nowhere a trace of one: ``-m phi``."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from config.dev import testing
from tests.canaries import whole_day
from tests.canaries.day import Day
from tests.canaries.ears import Heard
from tests.canaries.marks import Marks
from tests.canaries.running import whole
from tests.canaries.whole_day import Searched
from tests.figures import Tell
from tests.journeys.house import House

pytestmark = [pytest.mark.phi, pytest.mark.browser]

SEED = 2026
FEWEST = 200


def test_a_full_day_leaves_no_trace_of_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    program = testing.browser()
    if program is None:
        pytest.skip("Chromium was not found (apt-get install chromium).")
    given = tmp_path / "given"
    given.mkdir()
    with (
        sync_playwright() as playwright,
        whole(tmp_path / "running", monkeypatch) as (stack, origin),
    ):
        heard = Heard(tmp_path / "heard")
        day = Day(House.of(stack), Marks(SEED), heard, {}, origin)
        temporary = tmp_path / "running" / "tmp"
        searched = Searched(day, tmp_path / "search", tell, tmp_path / "profile", temporary)
        steps = whole_day.full(given)
        filled = searched.lived(steps, playwright.chromium, program)
        searched.through(filled)
        names, odd = whole_day.told_to_stripe(day)

    assert sorted({str(find) for find in searched.found}) == []
    assert len(day.marks.made) >= FEWEST
    assert (names - whole_day.TOLD_TO_STRIPE, odd) == (set(), set())
    commands = b"\n".join(heard.words["Valkey, commands"])
    assert whole_day.keys_of_valkey(commands) == set()
    assert whole_day.pickles(commands) == []
    tell(
        f"Stripe was told {len(names)} fields, all of a list; Valkey holds queue and progress alone"
    )
