"""FHIR R4 as other systems write it, read into plain records. Pure: no Django, no database.

What is not needed here is not read (``needed.PATHS`` is all of it): no other identifiers than
those that recognize a record again, no observations, no text of diagnoses.
"""

from clients.fhir.bundle import read
from clients.fhir.needed import PATHS, pruned
from clients.fhir.nodes import Malformed, Remedy, load
from clients.fhir.records import (
    Adjusted,
    CoverageSeen,
    DiagnosisSeen,
    Encounter,
    Entry,
    ExternalName,
    Patient,
    Reading,
    RelatedPersonSeen,
    Unusable,
    Version,
)

__all__ = [
    "PATHS",
    "Adjusted",
    "CoverageSeen",
    "DiagnosisSeen",
    "Encounter",
    "Entry",
    "ExternalName",
    "Malformed",
    "Patient",
    "Reading",
    "RelatedPersonSeen",
    "Remedy",
    "Unusable",
    "Version",
    "load",
    "pruned",
    "read",
]
