"""What a superbill says in words, kept as it is so that nothing later changes it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from accounts.selectors import particulars
from billing.selectors import paper_words
from billing.selectors.superbill_gaps import Hour
from clients.models import Client
from clients.selectors import coverages, diagnosis_codes

LETTERS = "ABCDEFGHIJKL"
"""By which lines point to diagnoses: a claim takes twelve."""


class TooMany(Exception):
    """There are more diagnoses than a claim takes."""


def of(*, client: Client, hours: Sequence[Hour], names_insurer: bool, on: date) -> dict[str, Any]:
    """Return what stands on a superbill beside its money, as of a day.

    Everything that it needs is there: ``superbill_gaps`` found nothing missing.

    Raises:
        TooMany: the sessions point to more than twelve diagnoses.
    """
    practice = particulars.of_practice()
    assert practice is not None  # a gap otherwise
    known = particulars.of_therapists({hour.session.therapist_id for hour in hours})
    codes = list(dict.fromkeys(code for hour in hours for code in hour.codes))
    if len(codes) > len(LETTERS):
        raise TooMany("These sessions have more than twelve diagnoses. Choose fewer days.")
    return {
        "practice": paper_words.of_practice(practice),
        "providers": [
            {
                "id": str(pk),
                "name": row.legal_name,
                "credentials": row.credentials,
                "license": f"{row.license_region} {row.license_number}",
                "npi": row.npi,
            }
            for pk, row in sorted(known.items(), key=lambda pair: pair[1].legal_name)
        ],
        "client": client.full_name,
        "birth_date": client.birth_date.isoformat(),
        "address": paper_words.address_of(client, on=on),
        "insurer": _insurer(client, on) if names_insurer else None,
        "diagnoses": [diagnosis_codes.dotted(code) for code in codes],
        "lines": [
            {
                "code": hour.session.service_code.code,
                "label": hour.session.service_code.label,
                "modifiers": list(hour.coding.modifiers),
                "place": hour.coding.place_of_service,
                "units": 1,
                "pointers": [LETTERS[codes.index(code)] for code in hour.codes],
                "provider": str(hour.session.therapist_id),
            }
            for hour in hours
        ],
    }


def _insurer(client: Client, on: date) -> dict[str, str] | None:
    """Return the first insurance of a day: its name, and of the member id the end alone."""
    found = [each for each in coverages.lasting(client, on=on) if not each.is_ahead]
    return {"payer": found[0].payer, "member_id": found[0].member_id} if found else None
