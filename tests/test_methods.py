"""Every route by every other way of asking: no method, suffix or header goes round the table."""

from http import HTTPStatus

import pytest
from django.http import HttpResponseBase
from django.test import Client

from tests.test_permissions import COLUMNS, ROWS, World, put_back, world

__all__ = ["world"]

ROUTES = sorted({row[0] for row in ROWS})
READ_ROUTES = [row[0] for row in ROWS if row[1] == "GET"]
POST_ONLY = sorted(set(ROUTES) - set(READ_ROUTES))
UNKNOWN_METHODS = ["PUT", "PATCH", "DELETE", "TRACE"]
REFUSED = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
}
SIGN_IN = "/sign-in/"
DESCRIBED = {"accounts:api_schema", "billing:api_fhir_metadata"}
"""Open routes for programs, which refuse parameters that nobody offers there."""

each_column = pytest.mark.parametrize("column", COLUMNS)


def is_refused(answer: HttpResponseBase) -> bool:
    """Say whether nothing was done: refused, or led to signing in."""
    leads_to_sign_in = answer.status_code == 302 and answer["Location"].startswith(SIGN_IN)
    return answer.status_code in REFUSED or leads_to_sign_in


def expected(column: str) -> dict[str, str]:
    """Return what the table says of GET, by route."""
    return {row[0]: row[2 + COLUMNS.index(column)] for row in ROWS if row[1] == "GET"}


@each_column
def test_no_other_method_is_answered_on_any_route(world: World, column: str) -> None:
    browser, answered = world.browser(column), []
    for route in ROUTES:
        for method in UNKNOWN_METHODS:
            with put_back():
                answer = browser.generic(method, world.url(route))
                if not is_refused(answer):
                    answered.append((route, method, answer.status_code))

    assert answered == []


@each_column
def test_head_is_answered_as_get_and_without_a_body(world: World, column: str) -> None:
    answers = {}
    for route in READ_ROUTES:
        with put_back():
            answer = world.browser(column).head(world.url(route))
            answers[route] = str(answer.status_code)
            assert not answer.content

    assert answers == expected(column)


@each_column
def test_options_tell_methods_and_nothing_else(world: World, column: str) -> None:
    browser, opened = world.browser(column), []
    for route in ROUTES:
        with put_back():
            answer = browser.options(world.url(route))
            if answer.status_code == HTTPStatus.OK and answer.content:
                opened.append(route)

    assert opened == []


@each_column
def test_no_header_or_query_turns_reading_into_another_act(world: World, column: str) -> None:
    headers = {
        "X-HTTP-Method-Override": "DELETE",
        "X-HTTP-Method": "POST",
        "X-Method-Override": "PUT",
    }
    answers = {}
    for route in READ_ROUTES:
        with put_back():
            url = f"{world.url(route)}?_method=POST&format=json"
            answer = world.browser(column).get(
                url, headers={**headers, "Accept": "application/json"}
            )
            answers[route] = str(answer.status_code)
            is_page = not route.partition(":")[2].startswith("api_") and route != "api_nothing"
            assert not (is_page and "json" in answer.get("Content-Type", ""))

    assert answers == expected(column) | dict.fromkeys(DESCRIBED, "400")


@each_column
def test_a_form_cannot_name_a_method_for_itself(world: World, column: str) -> None:
    browser, answered = world.browser(column), []
    for route in set(READ_ROUTES) - {row[0] for row in ROWS if row[1] == "POST"}:
        with put_back():
            answer = browser.post(
                world.url(route), {"_method": "GET"}, headers={"X-HTTP-Method-Override": "GET"}
            )
            if not is_refused(answer):
                answered.append((route, answer.status_code))

    assert answered == []


@pytest.mark.parametrize("suffix", [".json", ".csv", "json/"])
def test_no_suffix_of_an_address_opens_another_form_of_it(world: World, suffix: str) -> None:
    browser, found = world.browser("front-desk"), []
    for route in ROUTES:
        for url in (world.url(route) + suffix, world.url(route).rstrip("/") + suffix):
            if _opens(browser, url):
                found.append(url)

    assert found == []


@each_column
def test_what_can_only_be_sent_is_not_there_to_be_read(world: World, column: str) -> None:
    browser = world.browser(column)

    answered = [route for route in POST_ONLY if not is_refused(browser.get(world.url(route)))]

    assert answered == []


def _opens(browser: Client, url: str) -> bool:
    with put_back():
        return browser.get(url).status_code == HTTPStatus.OK
