"""The description of the interface for programs: whole, without a warning, and readable."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS

from accounts.api import description
from tests.test_permissions import EVERY_ROUTE, routes
from tests.test_programs import API_ROUTES

UNSEEN = {"api_nothing"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    description.schema.cache_clear()
    return description.schema()


def test_making_it_warns_of_nothing() -> None:
    GENERATOR_STATS.reset()
    description.schema.cache_clear()

    description.schema()

    assert not GENERATOR_STATS, [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]


def test_every_route_and_method_is_described(described: dict[str, Any]) -> None:
    wanted = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{route.pattern}"), method)
        for name, route in routes()
        if name in API_ROUTES.keys() - UNSEEN
        for method in ("get", "post")
        if hasattr(EVERY_ROUTE[name], method)
    }
    found = {(path, method) for path, told in described["paths"].items() for method in told}

    assert found == wanted


def test_every_operation_says_what_it_is_and_what_it_refuses(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for told in methods.values():
            statuses = set(told["responses"])
            assert told["description"], path
            assert statuses & {"200", "201"}, path
            is_open = "security" not in told
            assert is_open or {"401", "403", "429"} <= statuses, path


def test_no_field_of_the_description_is_without_a_type(described: dict[str, Any]) -> None:
    for name, shape in described["components"]["schemas"].items():
        for field, told in shape.get("properties", {}).items():
            assert told.keys() & {"type", "$ref", "allOf", "oneOf"}, f"{name}.{field}"


def test_anybody_may_read_it(db: None) -> None:
    answer = Client().get(reverse("accounts:api_schema"))

    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")


def test_the_page_shows_every_route_without_a_script_of_others(
    db: None, described: dict[str, Any]
) -> None:
    answer = Client().get(reverse("accounts:api_docs"))
    page = answer.content.decode()

    assert all(path in page for path in described["paths"])
    assert "'self'" in answer["Content-Security-Policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert all(name in page for name in described["components"]["schemas"])
    assert page.count("Too much was asked for in this minute.") == 1
