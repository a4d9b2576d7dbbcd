"""The running product, its people at their browsers, and the story that the journeys share."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from config.dev import demo, testing
from tests.journeys.house import HARBOR_LANE, House
from tests.journeys.person import RESULTS, App, Person

MISSING = "Chromium was not found, so NO JOURNEY RUNS (apt-get install chromium)."


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser that everybody uses; missing, it is told loudly."""
    program = testing.browser()
    if program is None:
        if os.environ.get(testing.REQUIRED):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def house(chromium: Browser) -> Iterator[House]:
    """Two demo practices on a stack of their own; its logs are kept beside the pictures."""
    folder = Path(tempfile.mkdtemp(prefix="ql-"))
    with demo.stack(state=folder, port=0) as stack:
        try:
            yield House.of(stack)
        finally:
            shutil.copytree(stack.state.logs, RESULTS / "logs", dirs_exist_ok=True)
    folder.rmdir() if folder.exists() else None


class Cast:
    """Who sits at a browser now; everybody signs in once, when they are first asked for."""

    def __init__(self, chromium: Browser, house: House) -> None:
        self._chromium, self._house = chromium, house
        self._apps: dict[str, App] = {}
        self._signed_in: dict[str, Person] = {}
        self._everybody: list[Person] = []

    def __call__(self, role: str, slug: str = HARBOR_LANE) -> Person:
        """Return who has this role, signed in."""
        email = self._house.person(role, slug)["email"]
        if email not in self._signed_in:
            self._signed_in[email] = self.newcomer(role, slug).sign_in()
        return self._signed_in[email]

    def newcomer(self, role: str, slug: str = HARBOR_LANE) -> Person:
        """Return who has this role, at a browser in which nobody is signed in yet."""
        account = self._house.person(role, slug)
        app = self._apps.setdefault(account["email"], App(account["totp_secret"]))
        person = Person.at(self._chromium, account, app, self._house.base_url)
        self._everybody.append(person)
        return person

    def complaints(self) -> list[str]:
        """Return what all browsers complained about since the last time."""
        return [
            f"{person.name}: {line}" for person in self._everybody for line in person.watch.take()
        ]


@pytest.fixture(scope="package")
def cast(chromium: Browser, house: House) -> Cast:
    return Cast(chromium, house)
