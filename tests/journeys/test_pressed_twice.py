"""A button that is pressed twice does its work once, and does not wait for ever."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.journeys import JOURNEY, desk
from tests.journeys.person import PATIENCE, Person

pytestmark = JOURNEY


Held = list[Route]


@contextmanager
def slow(person: Person, path: str) -> Iterator[Held]:
    """Let whoever sends a form to an address wait until the block ends."""
    pattern, held = re.compile(f"{re.escape(path)}$"), Held()

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    person.page.route(pattern, hold)
    try:
        yield held
    finally:
        for route in held:
            route.continue_()
        person.page.unroute(pattern)


def wait_for_one(person: Person, held: Held) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not held:
        assert time.monotonic() < deadline, "nothing was sent"
        person.page.wait_for_timeout(50)


@pytest.fixture
def button(front_desk: Person) -> Locator:
    """The button of a form that is filled in and not sent; what was typed is still to be kept."""
    front_desk.go("/clients/new/")
    desk.write_client(front_desk, "Marguerite", "Oyelaran", "marguerite@oyelaran.example", "")
    return front_desk.main.locator("form[method=post] button[type=submit]").last


def test_a_form_pressed_twice_is_sent_once(front_desk: Person, button: Locator) -> None:
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with slow(front_desk, "/clients/new/") as held:
        front_desk.page.mouse.dblclick(*middle)
        wait_for_one(front_desk, held)
        front_desk.page.mouse.click(*middle)
        front_desk.page.wait_for_timeout(300)
        assert len(held) == 1

    expect(front_desk.heading).to_contain_text("Oyelaran")
    front_desk.page.go_back()
    expect(button).to_have_text("Add client")
    expect(button).not_to_have_attribute("aria-busy", "true")
