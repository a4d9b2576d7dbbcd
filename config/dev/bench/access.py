"""What scope, session, second factor and permission add to a request, beside a bare view.

Requests go through the WSGI application that a web server calls, with every middleware of
``settings.MIDDLEWARE`` and the signals round a request, at which connections are checked.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db.models import F
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import SignInSession
from accounts.services import totp
from accounts.sessions import digest
from config.dev.bench.access_urls import ANSWER
from config.dev.bench.timing import Effort, Figure, Goal, rounds
from config.dev.seed import practices
from config.dev.seed.practices import Person
from config.dev.seed.story import PRACTICES
from config.routes import Application

URLS = "config.dev.bench.access_urls"
GUARDED, OPEN, BARE = "/bench/guarded/", "/bench/open/", "/bench/bare/"
WALL = Goal("added", 3_000)
CPU = Goal("added", 4_000)
PAUSE = timedelta(seconds=2)

Ask = Callable[[], tuple[int, bytes]]


class NotMeasured(Exception):
    """An answer was not the one whose cost is asked for."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody who asks one application for pages, with the cookies they hold."""

    application: WSGIHandler
    cookie: str = ""

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of a page."""
        return self.asking(path)()

    def asking(self, path: str) -> Ask:
        """Return a function that asks for a page, with everything prepared that is not ours."""
        environ = RequestFactory(HTTP_HOST=host()).get(path, secure=True).environ
        environ["HTTP_COOKIE"] = self.cookie
        statuses: list[str] = []

        def start(status: str, headers: object, error: object = None, /) -> Callable[..., object]:
            statuses.append(status)
            return statuses.append

        def ask() -> tuple[int, bytes]:
            response = self.application(dict(environ), start)
            try:
                return int(statuses.pop().split()[0]), b"".join(response)
            finally:
                response.close()

        return ask


def figures(effort: Effort) -> Iterator[Figure]:
    """Found a practice, sign its front desk in, and measure what they ask for."""
    founded = practices.found(PRACTICES[0], now=timezone.now())
    with override_settings(ROOT_URLCONF=URLS):
        key = signed_in_key(founded.people[0])
        yield from _figures(key, effort, size=len(founded.people))


def _figures(key: str, effort: Effort, *, size: int) -> Iterator[Figure]:
    stack = application(settings.MIDDLEWARE, Application)
    guarded = served(Browser(stack, cookie(key)).asking(GUARDED))
    nobody = served(Browser(stack).asking(OPEN))
    bare = served(Browser(application([])).asking(BARE))

    def pause() -> None:
        """Let two seconds go by since the person's last request, as between two clicks."""
        row = SignInSession.objects.filter(session_key=digest(key))
        row.update(last_seen_at=F("last_seen_at") - PAUSE)

    clicks = rounds(guarded, bare, effort=effort, before=pause)
    yield Figure("access.click", size, "us", clicks, WALL)
    at_once = rounds(guarded, bare, effort=effort)
    yield Figure("access.same_second", size, "us", at_once, WALL)
    cpu = rounds(guarded, bare, effort=effort, before=pause, clock=time.thread_time_ns)
    yield Figure("access.click_cpu", size, "us", cpu, CPU)
    outside = rounds(nobody, bare, effort=effort)
    yield Figure("access.nobody", size, "us", outside)


def application(middleware: Sequence[str], kind: type[WSGIHandler] = WSGIHandler) -> WSGIHandler:
    """Return a server's application with this middleware: Django's own, or ours."""
    with override_settings(MIDDLEWARE=middleware):
        return kind()


def served(ask: Ask) -> Callable[[], None]:
    """Return the same asking, which raises NotMeasured unless the view itself answers."""

    def measured() -> None:
        status, body = ask()
        if (status, body) != (HTTPStatus.OK, ANSWER):
            raise NotMeasured(f"The answer was {status} and not the view's own.")

    return measured


def signed_in_key(person: Person) -> str:
    """Sign a person in by the pages, with password and code, and return their session's key."""
    browser = Client(HTTP_HOST=host())
    proofs = {"email": person.email, "password": person.password}
    step = browser.post(reverse("accounts:sign_in"), proofs, secure=True)["Location"]
    code = totp.code_at(person.totp_secret, timezone.now())
    browser.post(step, {"code": code}, secure=True)
    if settings.SESSION_COOKIE_NAME not in browser.cookies:
        raise NotMeasured("Signing in gave no session.")
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def cookie(key: str) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={key}"


def host() -> str:
    return urlsplit(settings.BASE_URL).netloc
