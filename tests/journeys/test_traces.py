"""A short day with marked values leaves no trace of them outside of sealed cells."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config.dev import testing
from tests.canaries import places, whole_day
from tests.canaries.day import Day
from tests.canaries.ears import Heard
from tests.canaries.marks import Marks
from tests.canaries.whole_day import Searched
from tests.figures import Tell
from tests.journeys import JOURNEY
from tests.journeys.cast import Cast
from tests.journeys.house import House

pytestmark = JOURNEY

SEED = 7


@pytest.fixture
def day(house: House, cast: Cast, tmp_path: Path) -> Iterator[Day]:
    """A day in the house of the journeys; what is planted there is taken away after."""
    day = Day(house, Marks(SEED), Heard(tmp_path / "heard"), cast.apps)
    yield day
    places.forget_planted_rows(day)


def test_a_short_day_leaves_no_trace_of_anybody(
    day: Day, chromium: Browser, tmp_path: Path, tell: Tell
) -> None:
    searched = Searched(day, tmp_path / "search", tell, tmp_path / "profile")

    filled = searched.lived(whole_day.short(), chromium.browser_type, testing.browser() or "")
    searched.through(filled)

    assert sorted({str(find) for find in searched.found}) == []
    names, odd = whole_day.told_to_stripe(day)
    assert (names - whole_day.TOLD_TO_STRIPE, odd) == (set(), set())
    commands = b"\n".join(day.heard.words["Valkey, commands"])
    assert whole_day.keys_of_valkey(commands) == set()
    assert whole_day.pickles(commands) == []
