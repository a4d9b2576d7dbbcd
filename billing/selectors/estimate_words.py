"""What an estimate says in words, and what of it is not known yet (45 CFR 149.610(c)(1))."""

from collections.abc import Collection
from datetime import date
from typing import Any

from accounts.models import Membership
from accounts.selectors import particulars
from billing.models import ServiceCode
from billing.selectors import paper_words
from clients.models import Client
from clients.selectors import diagnoses, diagnosis_codes


class Missing(Exception):
    """Something that an estimate has to say is not known; the message names all of it."""


def missing(therapists: Collection[Membership]) -> list[str]:
    """Return what has to be known before an estimate can be issued, in words; [] if all is."""
    known = particulars.of_therapists([each.pk for each in therapists])
    nameless = [each.display_name for each in therapists if each.pk not in known]
    wanted = [f"the NPI and license of {name}" for name in dict.fromkeys(nameless)]
    if particulars.of_practice() is None:
        wanted.insert(0, "the practice's address and tax number")
    return wanted


def of(
    *,
    client: Client,
    therapists: Collection[Membership],
    services: Collection[ServiceCode],
    primary: str,
    separate: str,
    names_diagnoses: bool,
    on: date,
) -> dict[str, Any]:
    """Return what stands on an estimate beside its days and amounts, as of today.

    It is kept as it is, so that a later name or address changes no estimate.

    Raises:
        Missing: the practice's or a therapist's particulars are not known.
    """
    if wanted := missing(therapists):
        raise Missing(
            f"An estimate has to name {_listed(wanted)}. Somebody who may set it does so under"
            " Address and numbers."
        )
    practice = particulars.of_practice()
    assert practice is not None  # missing() told of it
    known = particulars.of_therapists([each.pk for each in therapists])
    return {
        "practice": paper_words.of_practice(practice),
        "providers": {
            str(pk): {"name": row.legal_name, "credentials": row.credentials, "npi": row.npi}
            for pk, row in known.items()
        },
        "services": {str(each.pk): [each.code, each.label] for each in services},
        "client": client.full_name,
        "birth_date": client.birth_date.isoformat(),
        "primary": primary,
        "separate": separate,
        "diagnoses": [diagnosis_codes.dotted(code) for code in diagnoses.billable(client, on=on)]
        if names_diagnoses
        else [],
    }


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
