"""Whatever happens to a document on its way, reading it does not raise."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clients import fhir
from tests.clients.bundles import whole

Place = tuple[str | int, ...]

STRAY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**20, max_value=10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(["", "\0", "\ud800", "x" * 300, "2020-01-01", "-1", "Bundle", "Patient"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(), st.text(), max_size=2),
)


def places(value: Any, here: Place = ()) -> list[Place]:
    """Return where every value of a document stands."""
    members: Any = value.items() if isinstance(value, dict) else enumerate(value)
    found = [here] if here else []
    for name, member in members:
        inner = (*here, name)
        found += places(member, inner) if isinstance(member, dict | list) else [inner]
    return found


PLACES = places(whole())
DAMAGE = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["drop", "set", "double"]), STRAY),
    min_size=1,
    max_size=4,
)


def damaged(damage: list[tuple[Place, str, object]]) -> Any:
    document: Any = copy.deepcopy(whole())
    for place, how, stray in damage:
        holder = document
        try:
            for step in place[:-1]:
                holder = holder[step]
            if how == "drop":
                del holder[place[-1]]
            elif how == "set":
                holder[place[-1]] = stray
            elif isinstance(holder, list):
                holder.append(copy.deepcopy(holder[int(place[-1])]))
        except (KeyError, IndexError, TypeError, ValueError):
            continue
    return document


@given(DAMAGE)
@settings(max_examples=400, deadline=None)
def test_a_damaged_bundle_is_read_or_listed(damage: list[tuple[Place, str, object]]) -> None:
    document = damaged(damage)

    reading = fhir.read(fhir.load(json.dumps(document).encode()))

    sources = {person.source for person in reading.patients}
    assert {session.patient for session in reading.encounters} <= sources
    assert all(s.minutes > 0 <= (s.fee_cents or 0) for s in reading.encounters)
    told = f"{reading.unusable} {reading.adjusted}"
    for word in ("Ana", "vila", "1973-08-01", "555-", "999-59", "4711", "Keystone"):
        assert word not in told


@given(
    STRAY | st.recursive(STRAY, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
@settings(max_examples=200, deadline=None)
def test_any_json_is_read_or_listed(document: object) -> None:
    fhir.read(fhir.load(json.dumps(document).encode()))


@given(st.binary(), st.integers(0, 10_000))
@settings(max_examples=200, deadline=None)
def test_torn_and_stained_files_are_read_or_malformed(stain: bytes, place: int) -> None:
    content = json.dumps(whole()).encode()
    cut = place % len(content)
    for file in (content[:cut], content[:cut] + stain + content[cut + len(stain) :]):
        assert "Ana" not in outcome_of(file)


def outcome_of(file: bytes) -> str:
    """Return what a person would be told of a file; anything but Malformed fails the test."""
    try:
        reading = fhir.read(fhir.load(file))
    except fhir.Malformed as fault:
        return str(fault)
    return f"{reading.unusable} {reading.adjusted}"
