"""What is read of a record, path by path: nothing else can reach the database."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as product
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from clients import fhir
from clients.fhir.needed import pruned
from tests.clients.bundles import benefit, bundle, claim, encounter, patient, whole

SHARED = product.BASE_DIR.parent / "shared" / "data" / "fhir"
FILES = sorted(SHARED.rglob("*.json"))
MASKED = "eobReadCarrier"
"""Its publishers wrote IGNORED_FIELD over its times, so that it is no valid FHIR."""

needs_shared = pytest.mark.skipif(not FILES, reason="the shared FHIR files are not beside us")

READ = {
    "ChargeItem": 15,
    "Claim": 20,
    "Condition": 12,
    "Coverage": 12,
    "Encounter": 17,
    "ExplanationOfBenefit": 7,
    "Patient": 21,
    "Practitioner": 8,
    "RelatedPerson": 23,
}
"""How many paths of each kind are read: a new one is added here on purpose."""


def paths(value: Any, here: str = "") -> Iterator[str]:
    """Yield the generic path of every value that is no object and no list."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from paths(member, f"{here}.{name}".lstrip("."))
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, f"{here}[]")
    else:
        yield here


def test_how_many_paths_are_read() -> None:
    assert {kind: len(found) for kind, found in fhir.PATHS.items()} == READ


def test_no_path_leads_to_what_a_billing_office_does_not_need() -> None:
    every = " ".join(path for found in fhir.PATHS.values() for path in found)

    for word in ("note", "reason", "observation", "photo", "gender", "marital", "narrative"):
        assert word not in every.lower()


@needs_shared
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_of_real_records_nothing_else_is_kept(file: Any) -> None:
    document = fhir.load(file.read_bytes())
    entries = document.get("entry", [{"resource": document}])  # type: ignore[attr-defined]  # JSON
    for entry in entries:
        resource = entry["resource"]
        allowed = {*fhir.PATHS.get(resource["resourceType"], ()), "resourceType"}
        assert set(paths(pruned(resource))) <= allowed


@needs_shared
def test_no_social_security_number_is_kept_of_a_real_record() -> None:
    text = json.dumps(
        [
            pruned(entry["resource"])
            for file in (SHARED / "synthea").glob("*.json")
            for entry in json.loads(file.read_text())["entry"]
        ]
    )

    assert not re.search(r"\b999-\d\d-\d{4}\b", text)


def test_pruning_twice_is_pruning_once() -> None:
    for entry in whole()["entry"]:
        once = pruned(entry["resource"])
        assert pruned(once) == once


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "family", "secret", "value"]), inner)
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(sorted(fhir.PATHS)),
    st.dictionaries(
        st.sampled_from(
            ["name", "identifier", "birthDate", "period", "item", "total", "secret", "telecom"]
        ),
        JSON,
    ),
)
@settings(max_examples=200, deadline=None)
def test_whatever_a_record_holds_only_listed_paths_are_kept(kind: str, members: Any) -> None:
    kept = pruned({"resourceType": kind, **members})

    assert set(paths(kept)) <= {*fhir.PATHS[kind], "resourceType"} | _without_ends(kind)


def _without_ends(kind: str) -> set[str]:
    """Return the paths at which a null may stand in the place of an object or a list."""
    found = set()
    for path in fhir.PATHS[kind]:
        while path:
            path = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
            found.add(path)
    return found


@pytest.mark.parametrize("document", [patient(), whole(), bundle(patient(), encounter(), claim())])
def test_pruning_changes_no_reading(document: Any) -> None:
    content = fhir.load(json.dumps(document).encode())
    entries = [
        {**entry, "resource": pruned(entry["resource"])} for entry in document.get("entry", [])
    ]
    again = {**document, "entry": entries} if entries else pruned(document)

    before, after = fhir.read(content), fhir.read(fhir.load(json.dumps(again).encode()))

    assert (before.patients, before.encounters, before.coverages) == (
        after.patients,
        after.encounters,
        after.coverages,
    )


@pytest.mark.parametrize(
    "resource",
    [patient(), encounter() | {"class": {"code": "AMB"}}],
    ids=["patient", "encounter"],
)
def test_our_own_records_are_fhir_r4(resource: Any) -> None:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@needs_shared
@pytest.mark.parametrize(
    "file", [file for file in FILES if file.stem != MASKED], ids=lambda file: file.stem
)
def test_the_shared_records_that_we_read_are_fhir_r4(file: Any) -> None:
    """What a server would serve of them passes the models of FHIR R4B, or is no fault of ours."""
    document = json.loads(file.read_text())
    entries = document.get("entry", [{"resource": document}])
    read = [e["resource"] for e in entries if e["resource"]["resourceType"] in fhir.PATHS]
    for resource in read[:5]:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_a_benefit_keeps_its_coverage_alone() -> None:
    kept = pruned(benefit("Keystone"))

    assert set(paths(kept)) <= {*fhir.PATHS["ExplanationOfBenefit"], "resourceType"}


@pytest.mark.parametrize(
    ("kind", "is_kept"),
    [
        (None, True),
        ({"coding": None}, True),
        ({"coding": "SS"}, False),
        ({"coding": [None, {"code": "MR"}]}, True),
        ({"coding": [{"code": "SS"}]}, False),
        ({"coding": {"code": "SS"}}, False),
        ({"coding": [{"code": ["SS"]}]}, False),
    ],
)
def test_a_damaged_kind_of_number_is_read_as_far_as_it_says_something(
    kind: Any, is_kept: bool
) -> None:
    number = {"system": "urn:x", "value": "1", "type": kind}
    kept = pruned({"resourceType": "Patient", "identifier": [number]})

    assert ("identifier" in json.dumps(kept) and '"1"' in json.dumps(kept)) is is_kept
