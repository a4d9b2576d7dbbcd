"""Somebody of a practice at their browser."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyotp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
)

from config.dev import people
from config.dev.state import BASE_DIR
from tests.journeys.watch import Watch

RESULTS = BASE_DIR / "test-results" / "journeys"
STEP_SECONDS = 30
QUIET_SECONDS = 400
"""After so long without a page, somebody's session may be over on a slow machine."""

PATIENCE = 60_000
"""Milliseconds for a step: a second factor asked for on the way may wait 30 s for its code."""

WIDTHS = (1024, 768, 390, 320)
DESK: ViewportSize = {"width": 1440, "height": 900}
expect.set_options(timeout=PATIENCE)
AXE = Axe().axe_script
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    # It would write style sheets into the page, which the page's policy rightly refuses.
    "preload": False,
}
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass
class App:
    """An authenticator app. A code works once, so the next one is waited for where need be."""

    secret: str
    last_step: int = 0

    def code(self) -> str:
        """Return digits that were not used yet; the server takes those of the next step too."""
        step = max(self.last_step + 1, int(time.time()) // STEP_SECONDS)
        while step > int(time.time()) // STEP_SECONDS + 1:
            time.sleep(0.2)
        self.last_step = step
        return pyotp.TOTP(self.secret).at(step * STEP_SECONDS)


@dataclass
class Person:
    """One member of a practice, their authenticator app, and one browser of theirs."""

    account: people.Person
    app: App
    context: BrowserContext
    base_url: str
    watch: Watch = field(default_factory=Watch)
    went_at: float = 0.0
    """When a page was last asked for, by the clock that only runs on."""

    def __post_init__(self) -> None:
        self.watch.attach(self.context)
        self.context.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.is_navigation_request():
            self.went_at = time.monotonic()

    @classmethod
    def at(cls, browser: Browser, account: people.Person, app: App, base_url: str) -> "Person":
        """Sit somebody down at a browser of their own, not signed in."""
        context = browser.new_context(base_url=base_url, viewport=DESK, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        return cls(account, app, context, base_url)

    @cached_property
    def page(self) -> Page:
        page = self.context.new_page()
        page.add_locator_handler(page.locator("#step-up-title"), self._step_up)
        return page

    @contextlib.contextmanager
    def by_hand(self) -> Iterator[None]:
        """Let a journey look at the second step itself while the block lasts."""
        title = self.page.locator("#step-up-title")
        self.page.remove_locator_handler(title)
        yield
        self.page.add_locator_handler(title, self._step_up)

    def _step_up(self) -> None:
        """Show the second factor again wherever it is asked for: the last time was too long ago."""
        self.watch.forget(422)
        self.fill("Six-digit code", self.app.code())
        self.press("Go on")

    @property
    def may_be_signed_out(self) -> bool:
        """Whether the page has led to signing in by itself, or will soon on a slow machine."""
        is_quiet = time.monotonic() - self.went_at > QUIET_SECONDS
        return is_quiet or "/sign-in/" in self.page.url

    @property
    def name(self) -> str:
        return self.account["name"]

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path)

    def press(self, name: str) -> None:
        """Press the one button of this name on the page itself."""
        self.main.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the one link of this name on the page itself."""
        self.main.get_by_role("link", name=name, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        self.main.get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, option: str) -> None:
        self.main.get_by_label(label, exact=True).select_option(option)

    def rail(self, name: str) -> None:
        """Go to another part of the product, and wait until all of it is there."""
        link = self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name)
        with self.page.expect_navigation():
            link.click()

    def give_password(self) -> None:
        self.fill("Work e-mail", self.account["email"])
        self.fill("Password", self.account["password"])
        self.press("Continue")

    def sign_in(self) -> "Person":
        self.go("/")
        self.give_password()
        self.fill("Six-digit code", self.app.code())
        self.press("Sign in")
        expect(self.page.get_by_role("navigation", name="Main")).to_be_visible()
        return self

    def come_back(self) -> None:
        """Open the first page, and sign in where that is asked for by now."""
        self.go("/")
        if "/sign-in/" in self.page.url:
            self.sign_in()

    def shows(self, *words: str) -> None:
        """Demand that each of these is to be read in the page."""
        for each in words:
            expect(self.main).to_contain_text(each)

    def hides(self, *words: str) -> None:
        """Demand that none of these is in the page, not even where nobody reads."""
        html = self._html()
        assert [each for each in words if each in html] == []

    def _html(self) -> str:
        """Return the page's markup; of a page that is on its way to another, the other's."""
        while True:
            try:
                return self.page.content()
            except Error as error:
                if "navigating" not in str(error):
                    raise
                self.page.wait_for_load_state()

    def look(self, name: str) -> None:
        """Keep a picture of the page, and demand that it is sound for everybody, at any width.

        A page that turns out to be on its way to another is left: the other is looked at.
        """
        while True:
            try:
                self.picture(name)
                barriers, too_wide = self._barriers(), self._too_wide()
            except Error as error:
                if "because of a navigation" not in str(error):
                    raise
                self.page.wait_for_load_state()
            else:
                assert (barriers, too_wide) == ([], [])
                return

    def picture(self, name: str, page: Page | None = None) -> None:
        """Keep a picture of the page, or of another tab."""
        shown = page or self.page
        shown.wait_for_load_state()
        RESULTS.mkdir(parents=True, exist_ok=True)
        shown.screenshot(path=RESULTS / f"{name}.png", full_page=True)

    @contextlib.contextmanager
    def in_the_dark(self) -> Iterator[None]:
        """Let the person's system ask for dark pages."""
        self.page.emulate_media(color_scheme="dark")
        yield
        self.page.emulate_media(color_scheme="light")

    def fetch(self, path: str) -> "Answer":
        """Ask for an address from within the page, with the cookies of its session."""
        told: dict[str, Any] = self.page.evaluate(FETCH, path)
        return Answer(told["status"], told["headers"], bytes.fromhex(told["hex"]))

    def _barriers(self) -> list[str]:
        self.page.evaluate(AXE)
        found = self.page.evaluate("(rules) => axe.run(rules).then((r) => r.violations)", RULES)
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found
            for node in violation["nodes"]
        ]

    def _too_wide(self) -> list[int]:
        wide = []
        for width in (DESK["width"], *WIDTHS):
            self.page.set_viewport_size({"width": width, "height": DESK["height"]})
            if self.page.evaluate(WIDER):
                wide.append(width)
        self.page.set_viewport_size(DESK)
        return wide


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered to a request from within a page."""

    status: int
    headers: dict[str, str]
    body: bytes


FETCH = """async (path) => {
  const answer = await fetch(path);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    hex: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}"""
