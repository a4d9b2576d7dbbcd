"""An ear at everything a browser complains about while somebody works in it."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Request, Response, WebError

LISTEN = """
addEventListener("securitypolicyviolation", (event) => console.error(
  `CSP: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sourceFile ?? ""}`
));
"""
SLOW_ANSWER_SECONDS = 60

SAID_TWICE = "Failed to load resource"
"""How the console repeats what a response has told already."""

LEFT = "net::ERR_ABORTED"
"""A request whose page was left before its answer."""


@dataclass
class Watch:
    """The complaints of one browser context, and the statuses that are wanted just now."""

    complaints: list[str] = field(default_factory=list)
    _context: BrowserContext = field(init=False)
    _expected: list[int] = field(default_factory=list)
    _forgotten: list[int] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        self._context = context
        context.add_init_script(LISTEN)
        context.on("console", self._heard)
        context.on("weberror", self._failed)
        context.on("response", self._answered)
        context.on("requestfailed", self._unanswered)

    @contextlib.contextmanager
    def expecting(self, status: int) -> Iterator[None]:
        """Let one kind of refusal pass while the block lasts, and demand that it came."""
        before = len(self.complaints)
        self._expected.append(status)
        yield
        self._expected.pop()
        until = time.monotonic() + SLOW_ANSWER_SECONDS
        while not (wanted := self._since(before, status)) and time.monotonic() < until:
            self._context.pages[-1].wait_for_timeout(50)
        assert wanted, f"No answer was a {status}."
        self.complaints[before:] = [line for line in self.complaints[before:] if line not in wanted]

    def forget(self, status: int) -> None:
        """Let one refusal pass that was answered as it should be, also if it is heard of later."""
        found = self._since(0, status)
        if found:
            self.complaints.remove(found[-1])
        else:
            self._forgotten.append(status)

    def _since(self, before: int, status: int) -> list[str]:
        return [line for line in self.complaints[before:] if line.startswith(f"{status} ")]

    def take(self) -> list[str]:
        """Return the complaints since the last time, and forget them."""
        taken, self.complaints = self.complaints, []
        return taken

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(SAID_TWICE):
            self.complaints.append(f"console: {message.text}")

    def _failed(self, error: WebError) -> None:
        told: Error = error.error
        self.complaints.append(f"script: {told}")

    def _answered(self, response: Response) -> None:
        if response.status in self._forgotten:
            self._forgotten.remove(response.status)
        elif response.status >= 400:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def _unanswered(self, request: Request) -> None:
        if request.failure != LEFT:
            self.complaints.append(f"unanswered ({request.failure}): {request.url}")
