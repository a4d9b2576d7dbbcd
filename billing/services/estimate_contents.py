"""What stands on a good faith estimate, as data for its template."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.models import Estimate
from billing.selectors import estimates
from billing.services.contents import long_day, printable
from ledger.money import ZERO


def estimate(issued: Estimate) -> Mapping[str, object]:
    """Return the contents of an estimate, of what was known when it was issued."""
    said: dict[str, Any] = dict(estimates.said(issued))
    practice = said["practice"]
    replaced = issued.replaces
    return {
        "practice": printable(practice["discreet"]),
        "legal_name": printable(practice["name"]),
        "street": printable(practice["street"]),
        "place": printable(f"{practice['city']}, {practice['region']} {practice['postal_code']}"),
        "phone": printable(practice["phone"]),
        "tax_id": practice["tax_id"],
        "practice_npi": practice["npi"],
        "region": practice["region"],
        "client": printable(said["client"]),
        "code": issued.client.code,
        "birth_date": long_day(date.fromisoformat(said["birth_date"])),
        "number": issued.number,
        "issued_on": long_day(issued.issued_on),
        "since": long_day(issued.since),
        "until": long_day(issued.until),
        "replaced": f"{replaced.number} of {long_day(replaced.issued_on)}" if replaced else "",
        "primary": printable(said["primary"]),
        "separate": [printable(line) for line in said["separate"].splitlines() if line.strip()],
        "diagnoses": said["diagnoses"],
        "providers": _providers(issued, said),
        "total": str(issued.total),
    }


def _providers(issued: Estimate, said: Mapping[str, Any]) -> list[dict[str, object]]:
    items = estimates.items_of([issued])[issued.pk]
    found = []
    for therapist_id in dict.fromkeys(item.therapist_id for item in items):
        of_provider = [item for item in items if item.therapist_id == therapist_id]
        named = said["providers"][str(therapist_id)]
        found.append(
            {
                "name": printable(", ".join(filter(None, (named["name"], named["credentials"])))),
                "npi": named["npi"],
                "items": [
                    {
                        "code": printable(said["services"][str(item.service_code_id)][0]),
                        "words": printable(said["services"][str(item.service_code_id)][1]),
                        "times": str(item.times),
                        "charge": str(item.charge),
                        "sum": str(item.sum),
                    }
                    for item in of_provider
                ],
                "total": str(sum((item.sum for item in of_provider), ZERO)),
            }
        )
    return found
