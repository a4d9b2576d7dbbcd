"""Diagnoses by their ICD-10-CM codes. Other codings, and all text, are left where they are."""

import re
from datetime import date

from clients.fhir.nodes import Node, Remedy, Unfit
from clients.fhir.people import version_of
from clients.fhir.records import DiagnosisSeen

ICD_10_CM = frozenset({"http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"})
CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
NOT_SO = frozenset({"refuted", "entered-in-error"})


def diagnosis(resource: Node, source: str, patient: str) -> DiagnosisSeen:
    """Return a condition by its ICD-10-CM code.

    Raises:
        Unfit: it has none, or turned out not to be so.
    """
    verified = resource["verificationStatus"]
    if NOT_SO & {coding["code"].word() for coding in verified["coding"].each()}:
        raise verified.unfit("The diagnosis was found not to be so.", Remedy.NONE)
    codings = [c for c in resource["code"]["coding"].each() if c["system"].word() in ICD_10_CM]
    if not codings:
        raise resource["code"].unfit("Has no ICD-10-CM code.", Remedy.NONE)
    code = codings[0]["code"].word()
    if not CODE.fullmatch(code):
        raise codings[0]["code"].unfit("Is no ICD-10-CM code.")
    return DiagnosisSeen(
        source=source,
        patient=patient,
        path=resource.path,
        code=code,
        diagnosed_on=_day(resource["onsetDateTime"]) or _day(resource["recordedDate"]),
        version=version_of(resource),
    )


def _day(node: Node) -> date | None:
    """Return a day; one told by its year or month alone is none."""
    try:
        return node.day()
    except Unfit:
        return None
