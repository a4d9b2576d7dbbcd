"""Encounters and claims: what was held, and what it costs."""

import json
from datetime import UTC, datetime

import pytest

from clients import fhir
from clients.fhir.charges import external_name
from clients.fhir.nodes import Node
from clients.fhir.records import ExternalName
from tests.clients.bundles import (
    ENCOUNTERS,
    Json,
    bundle,
    claim,
    encounter,
    patient,
    read,
    told,
)


def visit(*, of: Json | None = None, charged: Json | None = None) -> fhir.Reading:
    """Read a bundle of one patient, one encounter and its claim."""
    return read(bundle(patient(), of or encounter(), charged or claim()))


def test_when_an_encounter_was_and_what_it_costs() -> None:
    [session] = visit().encounters

    assert session.started_at == datetime(2020, 1, 10, 14, 0, tzinfo=UTC)
    assert (session.minutes, session.fee_cents) == (45, 13500)
    assert session.source == "https://records.example/|4711|Encounter/e-0"


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"status": "planned"}, "status", "The encounter is not finished."),
        ({"period": None}, "period", "The encounter has no period."),
        ({"period": {}}, "period.start", "Is missing."),
        (
            {"period": {"start": "2020-01-10", "end": "2020-01-11"}},
            "period.start",
            "Says no time, or no offset from UTC.",
        ),
        (
            {"period": {"start": "2020-01-10T09:00:00Z", "end": "2020-01-10T09:00:00Z"}},
            "period",
            "Does not end after it starts.",
        ),
        (
            {"period": {"start": "0001-01-01T00:00:00+14:00", "end": "2020-01-10T09:00:00Z"}},
            "period.start",
            "Is in an impossible year.",
        ),
        ({"period": {"start": "noon", "end": "one"}}, "period.start", "Is not a date and time."),
        ({"subject": None}, "subject", "The client is not in this file."),
        ({"subject": {"reference": "Patient/x"}}, "subject", "The client is not in this file."),
    ],
)
def test_encounters_that_cannot_be_used(changes: Json, path: str, reason: str) -> None:
    assert told(visit(of=encounter(**changes))) == [(f"entry[1].resource.{path}", reason)]


def test_an_encounter_without_a_claim_has_no_price() -> None:
    reading = read(bundle(patient(), encounter()))

    assert told(reading) == [("entry[1].resource", "No claim says what the encounter costs.")]


def test_an_encounter_of_more_than_a_day_counts_as_a_day() -> None:
    period = {"start": "2019-11-24T08:57:20+00:00", "end": "2019-12-07T08:57:20+00:00"}

    reading = visit(of=encounter(period=period))

    assert reading.encounters[0].minutes == 24 * 60
    assert [changed.path for changed in reading.adjusted] == ["entry[1].resource.period"]


@pytest.mark.parametrize(
    ("written", "cents", "is_told"),
    [
        ("135", 13500, False),
        ("135.5", 13550, False),
        ("851.3599999999999", 85136, True),
        ("410.20000000000005", 41020, True),
        ("0.005", 1, True),
        ("0.00499", 0, True),
        ("1.35e2", 13500, False),
        ("0", 0, False),
    ],
)
def test_amounts_are_rounded_half_up_to_cents(written: str, cents: int, is_told: bool) -> None:
    document = json.dumps(bundle(patient(), encounter(), claim(value=999))).replace("999", written)

    reading = fhir.read(fhir.load(document.encode()))

    assert [session.fee_cents for session in reading.encounters] == [cents]
    assert [changed.path for changed in reading.adjusted] == (
        ["entry[2].resource.total.value"] if is_told else []
    )


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"status": "cancelled"}, "status", "The claim is not active."),
        (
            {"use": "predetermination"},
            "use",
            "Is an estimate or a request, not a bill.",
        ),
        (
            {"type": {"coding": [{"code": "pharmacy"}]}},
            "type",
            "A claim for medication: only sessions are billed.",
        ),
        (
            {"prescription": {"reference": "urn:x"}},
            "type",
            "A claim for medication: only sessions are billed.",
        ),
        ({"item": []}, "item", "Names no encounter."),
        (
            {"item": [{"encounter": [{"reference": url} for url in ENCOUNTERS]}]},
            "item",
            "Covers several encounters.",
        ),
        (
            {"item": [{"encounter": [{"reference": "urn:x"}]}]},
            "item",
            "The encounter is not in this file.",
        ),
        ({"patient": None}, "patient", "The client is not in this file."),
        ({"total": None}, "total", "The claim has no total."),
        ({"total": {"value": "135"}}, "total.value", "Is not a number."),
        ({"total": {"value": True}}, "total.value", "Is not a number."),
        (
            {"total": {"value": -1}},
            "total.value",
            "Is below zero or too large for one session.",
        ),
        (
            {"total": {"value": 10**30}},
            "total.value",
            "Is below zero or too large for one session.",
        ),
        (
            {"total": {"value": 40, "currency": "EUR"}},
            "total.currency",
            "Is not in US dollars.",
        ),
    ],
)
def test_claims_that_cannot_be_used(changes: Json, path: str, reason: str) -> None:
    reading = visit(charged=claim(**changes))

    assert (f"entry[2].resource.{path}", reason) in told(reading)
    assert reading.encounters == []


def test_a_claim_without_a_total_asks_for_the_sum_of_its_items() -> None:
    items = [
        {"encounter": [{"reference": ENCOUNTERS[0]}], "net": {"value": value, "currency": "USD"}}
        for value in (100.25, 35.5)
    ]

    reading = visit(charged=claim(total=None, item=items))

    assert reading.encounters[0].fee_cents == 13575
    assert [changed.path for changed in reading.adjusted] == ["entry[2].resource.item"]


def test_a_second_claim_for_an_encounter_changes_nothing() -> None:
    reading = read(bundle(patient(), encounter(), claim(value=100), claim(value=999)))

    assert reading.encounters[0].fee_cents == 10000
    assert [path for path, _ in told(reading)] == ["entry[3].resource"]


def test_a_claim_for_somebody_elses_encounter_is_refused() -> None:
    other = patient(id="p-2", identifier=[])
    charged = claim(patient={"reference": "Patient/p-2"})
    document = bundle(patient(), encounter(), charged, other)
    document["entry"][3]["fullUrl"] = "urn:other"

    reading = read(document)

    assert reading.encounters == []
    assert ("entry[1].resource", "The claim for the encounter names another client.") in told(
        reading
    )


def test_words_beside_a_code_hold_no_card_number() -> None:
    coding = {"system": "own", "code": "90834", "display": "paid by 4242 4242 4242 4242"}

    assert external_name(Node({"coding": [coding]})) == ExternalName("own|90834", "90834")
    assert external_name(Node({"text": "4242 4242 4242 4242"})) is None
