"""FHIR R4 as other systems write it, read into plain records. Pure: no Django, no database.

What is not needed here is not read: no other identifiers than the one that recognizes a record
again, no diagnoses, no observations.
"""

from clients.fhir.bundle import read
from clients.fhir.nodes import Malformed, load
from clients.fhir.records import Adjusted, CoverageSeen, Encounter, Patient, Reading, Unusable

__all__ = [
    "Adjusted",
    "CoverageSeen",
    "Encounter",
    "Malformed",
    "Patient",
    "Reading",
    "Unusable",
    "load",
    "read",
]
