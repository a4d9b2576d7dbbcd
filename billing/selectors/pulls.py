"""Reads of the connection to a medical-record system."""

from billing import ehr
from billing.models import FhirSource


def source() -> FhirSource | None:
    """Return the practice's medical-record system, if it is connected to one."""
    return FhirSource.objects.first()


def key_set(row: FhirSource) -> str:
    """Return our public key, as JSON, to be registered at the other system."""
    return ehr.public_key_set(
        algorithm=row.algorithm, key_id=row.key_id, private_key=row.private_key
    )
