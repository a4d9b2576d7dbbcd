"""One conversation with a FHIR server: a token, questions as patient as they must be, and pages."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from billing.ehr import guard, keys
from billing.ehr.errors import Busy, Forbidden, NotFhir, Refused, TooLarge, Unreachable
from clients import fhir

KINDS = (
    "Practitioner",
    "Patient",
    "RelatedPerson",
    "Coverage",
    "Condition",
    "Encounter",
    "Claim",
    "ChargeItem",
)
SCOPE = " ".join(f"system/{kind}.read" for kind in KINDS)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

CONNECT_SECONDS, READ_SECONDS, ANSWER_SECONDS = 5.0, 20.0, 60.0
LARGEST_ANSWER = 16 * 1024 * 1024
MOST_PAGES = 1_000
TRIES = 4
LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A server, and how we prove who we are. ``wait`` sleeps; tests do not."""

    base_url: str
    client_id: str
    algorithm: str
    key_id: str
    private_key: str = field(repr=False)
    allow_private: bool = False
    wait: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Talk:
    """One conversation with a server."""

    to: Connection
    session: requests.Session
    now: datetime
    headers: dict[str, str] = field(default_factory=dict)
    server_time: datetime | None = None
    began: float = field(default_factory=time.monotonic)
    has_token_served: bool = False

    def sign_in(self) -> None:
        """Get a token. Raises PullFailed."""
        self.headers.clear()
        self.has_token_served = False
        about = self.json_of(self.ask(f"{self.to.base_url}/.well-known/smart-configuration"))
        token_url = about.get("token_endpoint")
        if not isinstance(token_url, str):
            raise NotFhir("The server does not say where tokens are.")
        guard.check_url(token_url, allow_private=self.to.allow_private)
        signed = keys.assertion(
            client_id=self.to.client_id,
            token_url=token_url,
            algorithm=self.to.algorithm,
            key_id=self.to.key_id,
            private_key=self.to.private_key,
            now=self.now + timedelta(seconds=time.monotonic() - self.began),
        )
        asked = {
            "grant_type": "client_credentials",
            "scope": SCOPE,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed,
        }
        token = self.json_of(self.ask(token_url, data=asked)).get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise NotFhir("The server gave no token.")
        self.headers["Authorization"] = f"Bearer {token}"

    def read(self, url: str) -> tuple[int, bytes]:
        """Return status and body of an answer to whoever shows our token.

        One that served before and is refused now has expired: a new one is asked for, and the
        question once more.

        Raises:
            Refused: a token that never served is refused.
        """
        answer = self.ask(url)
        if answer[0] == HTTPStatus.UNAUTHORIZED and self.has_token_served:
            self.sign_in()
            answer = self.ask(url)
        if answer[0] == HTTPStatus.UNAUTHORIZED:
            raise Refused("The server refused us.")
        self.has_token_served = True
        return answer

    def ask(self, url: str, *, data: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Return status and body of an answer, after waiting as often as the server asks to."""
        guard.check_url(url.partition("?")[0], allow_private=self.to.allow_private)
        pause = 1.0
        for attempt in range(TRIES):
            if attempt:
                self.to.wait(pause)
            try:
                status, body, told = self._once(url, data)
            except Unreachable:
                if attempt == TRIES - 1:
                    raise
                pause = min(pause * 2, LONGEST_WAIT)
                continue
            if status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in {
                HTTPStatus.TOO_MANY_REQUESTS,
                HTTPStatus.REQUEST_TIMEOUT,
            }:
                return status, body
            pause = min(told or pause * 2, LONGEST_WAIT)
        raise Busy("The server asked us to come later.")

    def _once(self, url: str, data: Mapping[str, str] | None) -> tuple[int, bytes, float | None]:
        headers = {"Accept": "application/fhir+json, application/json"}
        if data is None:
            headers |= self.headers
        try:
            with self.session.request(
                "GET" if data is None else "POST",
                url,
                data=data,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                self._note_time(answer.headers.get("Date", ""))
                told = answer.headers.get("Retry-After", "")
                body = _limited(answer)
                return answer.status_code, body, float(told) if told.isdigit() else None
        except (requests.RequestException, OSError):
            raise Unreachable("Nobody answered in time.") from None

    def json_of(self, answer: tuple[int, bytes]) -> dict[str, Any]:
        status, body = answer
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise Refused("The server refused us.")
        if status != HTTPStatus.OK:
            raise NotFhir("The server gave another answer than was asked for.")
        try:
            found = fhir.load(body)
        except fhir.Malformed:
            raise NotFhir("The answer is no JSON.") from None
        if not isinstance(found, dict):
            raise NotFhir("The answer is no object.")
        return found

    def search(self, kind: str, since: datetime | None) -> Iterator[dict[str, object]]:
        """Yield what changed of one kind, page by page."""
        asked = "?_count=100" + (f"&_lastUpdated=ge{since:%Y-%m-%dT%H:%M:%SZ}" if since else "")
        url, seen = f"{self.to.base_url}/{kind}{asked}", set[str]()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise NotFhir("The pages do not end.")
            seen.add(url)
            status, body = self.read(url)
            if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
                return
            page = self.json_of((status, body))
            if page.get("resourceType") != "Bundle":
                raise NotFhir("The answer is no bundle.")
            entries = page.get("entry", [])
            for entry in entries if isinstance(entries, list) else []:
                kept = entry_of(entry, kind)
                if kept is not None:
                    yield kept
            url = self._next(page, url)

    def _next(self, page: Mapping[str, Any], here: str) -> str:
        links = page.get("link", [])
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("relation") == "next":
                following = link.get("url")
                if not isinstance(following, str):
                    raise NotFhir("A page leads nowhere.")
                whole = urljoin(here, following)
                if _origin(whole) != _origin(self.to.base_url):
                    raise Forbidden("A page leads to another server.")
                return whole
        return ""

    def fetch(self, reference: str) -> dict[str, object] | None:
        """Return a record by its relative reference, or None if the server does not give it."""
        kind, own_id = reference.split("/")
        status, body = self.read(f"{self.to.base_url}/{kind}/{own_id}")
        if status != HTTPStatus.OK:
            return None
        resource = self.json_of((status, body))
        entry = {"fullUrl": f"{self.to.base_url}/{reference}", "resource": resource}
        return entry_of(entry, kind) if resource.get("id") == own_id else None

    def _note_time(self, told: str) -> None:
        if self.server_time is None and told:
            try:
                self.server_time = parsedate_to_datetime(told)
            except (ValueError, TypeError):
                return


def entry_of(entry: object, kind: str) -> dict[str, object] | None:
    """Return an entry with nothing in it but what is read, if it is of the kind asked for."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        return None
    full_url = entry.get("fullUrl") if isinstance(entry, dict) else ""
    return {
        "fullUrl": full_url if isinstance(full_url, str) else "",
        "resource": fhir.pruned(resource),
    }


def _limited(answer: requests.Response) -> bytes:
    """Return the body of an answer that is neither too large nor too slow."""
    until = time.monotonic() + ANSWER_SECONDS
    body = bytearray()
    for part in answer.iter_content(65_536):
        body += part
        if len(body) > LARGEST_ANSWER:
            raise TooLarge("The answer is too large.")
        if time.monotonic() > until:
            raise Unreachable("The answer took too long.")
    return bytes(body)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
