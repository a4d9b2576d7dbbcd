"""What another system's records are called at the desk."""

from django import template

register = template.Library()

DESK_WORDS = {
    "ChargeItem": "Charge",
    "Claim": "Charges of a claim",
    "Condition": "Diagnosis",
    "Coverage": "Insurance",
    "Encounter": "Visit",
    "ExplanationOfBenefit": "Answer of an insurer",
    "Patient": "Client",
    "Practitioner": "Therapist",
    "RelatedPerson": "Person beside a client",
}
"""Type of a FHIR resource → what a person at the desk calls it."""


@register.filter
def desk_word(kind: str) -> str:
    """What a kind of record is called here; one that nobody named keeps its own name."""
    return DESK_WORDS.get(kind, kind)
