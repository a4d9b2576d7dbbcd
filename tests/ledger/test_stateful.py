"""The ledger and a plain model of it say the same after every step, however they come."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.figures import Tell
from tests.ledger.stateful import Ledger

pytestmark = pytest.mark.commits
STEPS_OF_A_HISTORY = 200
LONG_RUN = 100_000


def run(histories: int, steps: int) -> int:
    """Run so many histories of so many steps; return how many scopes were opened in them."""
    before = Ledger.taken
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Ledger.taken - before


def test_some_short_histories(commits: None) -> None:
    assert run(histories=4, steps=20) > 0


@pytest.mark.long
def test_a_hundred_thousand_steps(commits: None, tell: Tell) -> None:
    scopes = run(histories=LONG_RUN // STEPS_OF_A_HISTORY, steps=STEPS_OF_A_HISTORY)

    tell(f"{LONG_RUN} steps of the ledger's model opened {scopes} scopes")
