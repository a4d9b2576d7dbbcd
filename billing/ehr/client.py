"""Asking a FHIR server what changed: a token, pages of results, and what they refer to."""

import re
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
MOST_RECORDS = 50_000
MOST_PAGES = 1_000
MOST_FETCHED = 2_000
TRIES = 4
LONGEST_WAIT = 30.0
OVERLAP = timedelta(minutes=5)
"""How much of the time before is asked for again: clocks differ, and nothing comes in twice."""

PLAIN_ID = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})")


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
class Changes:
    """What changed at the server, as entries of a bundle, and the time to ask from next."""

    entries: list[dict[str, object]]
    cursor_at: datetime


@dataclass(slots=True)
class _Talk:
    """One conversation with a server."""

    to: Connection
    session: requests.Session
    now: datetime
    headers: dict[str, str] = field(default_factory=dict)
    server_time: datetime | None = None

    def sign_in(self) -> None:
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
            now=self.now,
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
            status, body = self.ask(url)
            if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
                return
            page = self.json_of((status, body))
            if page.get("resourceType") != "Bundle":
                raise NotFhir("The answer is no bundle.")
            entries = page.get("entry", [])
            for entry in entries if isinstance(entries, list) else []:
                kept = _entry(entry, kind)
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
        status, body = self.ask(f"{self.to.base_url}/{kind}/{own_id}")
        if status != HTTPStatus.OK:
            return None
        resource = self.json_of((status, body))
        entry = {"fullUrl": f"{self.to.base_url}/{reference}", "resource": resource}
        return _entry(entry, kind) if resource.get("id") == own_id else None

    def _note_time(self, told: str) -> None:
        if self.server_time is None and told:
            try:
                self.server_time = parsedate_to_datetime(told)
            except (ValueError, TypeError):
                return


def changed_since(to: Connection, since: datetime | None, *, now: datetime) -> Changes:
    """Return everything that changed at a server, and what it refers to. Raises PullFailed."""
    guard.check_url(to.base_url, allow_private=to.allow_private)
    with guard.session(allow_private=to.allow_private) as session:
        talk = _Talk(to, session, now)
        talk.sign_in()
        entries: list[dict[str, object]] = []
        for kind in KINDS:
            for entry in talk.search(kind, since):
                entries.append(entry)
                if len(entries) > MOST_RECORDS:
                    raise TooLarge("More changed than can be taken in at once.")
        entries += _missing(talk, entries)
    told = talk.server_time
    started = min(now, told) if told is not None and told.tzinfo is not None else now
    return Changes(entries, started - OVERLAP)


def by_person(changes: Changes, together: int) -> list[list[dict[str, Any]]]:
    """Return the entries in groups of so many people, each with all that belongs to them.

    Who holds the sessions stands in every group; what belongs to nobody stands in the last.
    """
    everywhere = [e for e in changes.entries if _kind(e) == "Practitioner"]
    people = [e for e in changes.entries if _kind(e) == "Patient"]
    group_of = {
        address: number // together
        for number, entry in enumerate(people)
        for address in _addresses(entry)
    }
    groups: dict[int, list[dict[str, Any]]] = {}
    last = len(people) // together
    for entry in changes.entries:
        if _kind(entry) != "Practitioner":
            named = (*_addresses(entry), *_all_references(entry["resource"]))
            number = next((group_of[each] for each in named if each in group_of), last)
            groups.setdefault(number, []).append(entry)
    return [everywhere + groups[number] for number in sorted(groups)] or [everywhere]


def _kind(entry: Mapping[str, Any]) -> object:
    return entry["resource"].get("resourceType")


def _all_references(value: object) -> Iterator[str]:
    """Yield the last two parts of every reference, such as Patient/1."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "reference" and isinstance(member, str):
                yield "/".join(member.partition("/_history/")[0].split("/")[-2:])
            else:
                yield from _all_references(member)
    elif isinstance(value, list):
        for item in value:
            yield from _all_references(item)


def try_out(to: Connection, *, now: datetime) -> None:
    """Ask for a token and for one page of people. Raises PullFailed."""
    guard.check_url(to.base_url, allow_private=to.allow_private)
    with guard.session(allow_private=to.allow_private) as session:
        talk = _Talk(to, session, now)
        talk.sign_in()
        next(talk.search("Patient", None), None)


def _missing(talk: _Talk, entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the records that others refer to and that did not change themselves."""
    fetched: list[dict[str, object]] = []
    asked: set[str] = set()
    waiting = entries
    while waiting:
        here = {address for entry in (*entries, *fetched) for address in _addresses(entry)}
        wanted = sorted(
            {
                reference
                for entry in waiting
                for reference in _references(entry["resource"], talk.to.base_url)
            }
            - here
            - asked
        )
        asked |= set(wanted)
        if len(asked) > MOST_FETCHED:
            raise TooLarge("More is referred to than can be fetched at once.")
        waiting = [entry for entry in map(talk.fetch, wanted) if entry is not None]
        fetched += waiting
    return fetched


def _entry(entry: object, kind: str) -> dict[str, object] | None:
    """Return an entry with nothing in it but what is read, if it is of the kind asked for."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        return None
    full_url = entry.get("fullUrl") if isinstance(entry, dict) else ""
    return {
        "fullUrl": full_url if isinstance(full_url, str) else "",
        "resource": fhir.pruned(resource),
    }


def _addresses(entry: Mapping[str, Any]) -> Iterator[str]:
    resource = entry["resource"]
    yield f"{resource['resourceType']}/{resource.get('id')}"


def _references(value: object, base_url: str) -> Iterator[str]:
    """Yield the relative references to records of the kinds that are read."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "reference" and isinstance(member, str):
                relative = member.removeprefix(f"{base_url}/").partition("/_history/")[0]
                match = PLAIN_ID.fullmatch(relative)
                if match and match[1] in KINDS:
                    yield relative
            else:
                yield from _references(member, base_url)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item, base_url)


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
