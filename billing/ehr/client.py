"""Asking a FHIR server what changed, and for what that refers to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing.ehr import guard
from billing.ehr.errors import TooLarge
from billing.ehr.talk import KINDS, Connection, Talk

MOST_RECORDS = 50_000
MOST_FETCHED = 2_000
OVERLAP = timedelta(minutes=5)
"""How much of the time before is asked for again: clocks differ, and nothing comes in twice."""

PLAIN_ID = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})")


@dataclass(slots=True)
class Changes:
    """What changed at the server, as entries of a bundle, and the time to ask from next."""

    entries: list[dict[str, object]]
    cursor_at: datetime


def changed_since(to: Connection, since: datetime | None, *, now: datetime) -> Changes:
    """Return everything that changed at a server, and what it refers to. Raises PullFailed."""
    guard.check_url(to.base_url, allow_private=to.allow_private)
    with guard.session(allow_private=to.allow_private) as session:
        talk = Talk(to, session, now)
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
        talk = Talk(to, session, now)
        talk.sign_in()
        next(talk.search("Patient", None), None)


def _missing(talk: Talk, entries: list[dict[str, object]]) -> list[dict[str, object]]:
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
