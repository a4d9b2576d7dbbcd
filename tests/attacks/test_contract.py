"""Thousands of requests made from our own description: each is answered as the description says.

By the token of every built-in role that can hold one: no failure, and no status, type or body that
is not described (G31). What the description forbids is refused.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from tests.figures import Tell
from tests.programs import CAN_HOLD
from tests.test_programs import Land, land

__all__ = ["land"]

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
SMALL, FULL = 3, 5_000


@pytest.fixture(autouse=True)
def _without_limit(settings: Settings) -> None:
    settings.API_COST_PER_MINUTE = 10**9


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Let the end of a request not close the connection that holds the test's transaction."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


def ask_all(land: Land, role: str, of_each: int) -> Counter[str]:
    """Ask every route ``of_each`` times in each way, and count what was answered."""
    headers = {"Authorization": str(land.programs[role].defaults["HTTP_AUTHORIZATION"])}
    described: Any = schemathesis.openapi.from_wsgi("/api/schema/", WSGIHandler())
    answered: Counter[str] = Counter()
    for operation in (found.ok() for found in described.get_all_operations()):
        for strategy in ways(land, operation):
            ask(strategy, of_each, headers, answered)
    return answered


def ways(land: Land, operation: Any) -> Iterator[Any]:
    """Yield how to ask a route: as is described, as is not, and for a row that is there."""
    yield from (operation.as_strategy(generation_mode=mode) for mode in MODES)
    known = {name: str(value) for ids in land.ids.values() for name, value in ids.items()}
    names = [parameter.name for parameter in operation.path_parameters]
    if names:
        ids = {name: known[name] for name in names}
        yield operation.as_strategy(path_parameters=ids)


def ask(strategy: Any, count: int, headers: dict[str, str], answered: Counter[str]) -> None:
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def once(case: Any) -> None:
        # Given to the case and not to the call: a case that lacked its token lacks nothing now.
        case.headers.update(headers)
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        answered[str(answer.status_code)] += 1

    # A route without a parameter cannot be asked for in a way that is not described.
    with suppress(Unsatisfiable):
        once()


@pytest.mark.parametrize("role", CAN_HOLD)
def test_every_answer_is_as_it_is_described(land: Land, role: str) -> None:
    answered = ask_all(land, role, SMALL)

    assert answered["200"] > 0
    assert {status[0] for status in answered} <= {"2", "3", "4"}


@pytest.mark.long
@pytest.mark.parametrize("role", CAN_HOLD)
def test_five_thousand_answers_are_as_they_are_described(land: Land, role: str, tell: Tell) -> None:
    routes = 24
    # A tenth more than it takes: not every route can be asked so often in a way of its own.
    answered = ask_all(land, role, -(-FULL * 11 // (2 * 10 * routes)))

    counts = ", ".join(f"{count} of {status}" for status, count in sorted(answered.items()))
    tell(f"G31 {role}: {answered.total()} cases, each as described: {counts}")
    assert answered.total() >= FULL
