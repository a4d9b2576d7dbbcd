"""A simulator of its own for every test; whatever it kept is held against Stripe's OpenAPI."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from tests.config.dev.stripe_simulator import making, spec
from tests.config.dev.stripe_simulator.running import (
    Receiver,
    Running,
    checked_client,
    receiving,
    running,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "simulator.sqlite3"


@pytest.fixture
def simulator(state: Path) -> Iterator[Running]:
    with running(state) as simulator:
        yield simulator
    problems = [problem for body in making.kept(state) for problem in spec.object_problems(body)]
    assert not problems, "\n".join(problems)


@pytest.fixture
def client(simulator: Running) -> Iterator[stripe.StripeClient]:
    with checked_client(simulator.origin) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
