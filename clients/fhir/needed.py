"""Every JSON path that is read, by kind of record. What stands elsewhere is dropped before a
record is looked at, so that it can reach neither the database nor a list of what went wrong."""

from typing import Any

VERSION = "id meta.versionId meta.lastUpdated"
IDENTIFIERS = "identifier[].system identifier[].value identifier[].type.coding[].code"
NAMES = "name[].use name[].family name[].given[] name[].text"
CONTACTS = (
    "telecom[].system telecom[].use telecom[].value"
    " address[].use address[].line[] address[].city address[].state address[].postalCode"
    " address[].country address[].text"
)
INSURANCE = "payor[].display subscriberId period.start period.end"


def _concept(name: str) -> str:
    return f"{name}.coding[].system {name}.coding[].code {name}.coding[].display {name}.text"


PATHS: dict[str, tuple[str, ...]] = {
    kind: tuple(" ".join(paths).split())
    for kind, paths in {
        "Patient": (VERSION, IDENTIFIERS, NAMES, CONTACTS, "birthDate"),
        "Practitioner": ("id", IDENTIFIERS, NAMES),
        "RelatedPerson": (
            VERSION,
            IDENTIFIERS,
            NAMES,
            CONTACTS,
            "active patient.reference relationship[].coding[].code",
        ),
        "Coverage": (VERSION, IDENTIFIERS, INSURANCE, "status beneficiary.reference"),
        "ExplanationOfBenefit": (
            "id patient.reference contained[].resourceType",
            *(f"contained[].{path}" for path in INSURANCE.split()),
        ),
        "Condition": (
            VERSION,
            IDENTIFIERS,
            "subject.reference code.coding[].system code.coding[].code",
            "verificationStatus.coding[].code onsetDateTime recordedDate",
        ),
        "Claim": (
            VERSION,
            IDENTIFIERS,
            "status use prescription type.coding[].code patient.reference",
            "total.value total.currency item[].net.value item[].net.currency",
            "item[].encounter[].reference",
            _concept("item[].productOrService"),
        ),
        "ChargeItem": (
            VERSION,
            IDENTIFIERS,
            "status subject.reference context.reference",
            "priceOverride.value priceOverride.currency",
            _concept("code"),
        ),
        "Encounter": (
            VERSION,
            IDENTIFIERS,
            "status subject.reference period.start period.end",
            "participant[].type[].coding[].code",
            "participant[].individual.reference participant[].individual.display",
            _concept("type[]"),
        ),
    }.items()
}
"""Kind → the paths of its values; ``[]`` stands for each item of a list."""

NOT_TAKEN = frozenset({"SS", "SB", "DL", "PPN", "TAX", "MC", "CZ"})
"""Kinds of identifiers that are dropped unread (HL7 table 0203)."""

LONGEST_KEPT = 2_000
"""Characters of a text that are kept: longer than any field, so that it is still found too long."""

Tree = dict[str, Any]


def _tree(paths: tuple[str, ...]) -> Tree:
    tree: Tree = {}
    for path in paths:
        here = tree
        for step in path.replace("[]", ".[]").split("."):
            here = here.setdefault(step, {})
    return tree


TREES = {kind: _tree(paths) for kind, paths in PATHS.items()}


def pruned(resource: object) -> object:
    """Return a copy of a resource with nothing in it but what is read; other kinds are emptied."""
    if not isinstance(resource, dict):
        return _of_its_kind(resource)
    kind = resource.get("resourceType")
    tree = TREES.get(kind, {}) if isinstance(kind, str) else {}
    kept = _kept(resource, tree)
    kept["resourceType"] = _leaf(kind)
    for place, identifier in enumerate(kept.get("identifier") or ()):
        if not _may_identify(identifier):
            kept["identifier"][place] = {}
    return kept


def _kept(value: object, tree: Tree) -> Any:
    if not tree:
        return _leaf(value)
    if isinstance(value, dict) and "[]" not in tree:
        return {name: _kept(value[name], inner) for name, inner in tree.items() if name in value}
    if isinstance(value, list) and "[]" in tree:
        return [_kept(item, tree["[]"]) for item in value]
    return _of_its_kind(value)


def _leaf(value: object) -> object:
    if isinstance(value, str):
        return value[: LONGEST_KEPT + 1]
    return _of_its_kind(value) if isinstance(value, dict | list) else value


def _of_its_kind(value: object) -> object:
    """Return what stands for a value of the wrong shape: it is not absent, and tells nothing."""
    if value is None:
        return None
    return [] if isinstance(value, list) else {}


def _may_identify(identifier: object) -> bool:
    if not isinstance(identifier, dict):
        return True
    said = identifier.get("type")
    codings = said.get("coding") if isinstance(said, dict) else None
    if codings is not None and not isinstance(codings, list):
        return False  # Which number it is cannot be read, so it is not taken.
    kinds = [coding.get("code") for coding in codings or () if isinstance(coding, dict)]
    if any(kind is not None and not isinstance(kind, str) for kind in kinds):
        return False
    return not any(kind in NOT_TAKEN for kind in kinds) and (
        "ssn" not in str(identifier.get("system")).lower()
    )
