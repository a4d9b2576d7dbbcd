"""Setting what documents say of the practice and of its therapists. Nothing is overwritten."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership, PracticeParticulars, TherapistParticulars
from accounts.selectors import particulars
from audit.actions import Action
from audit.services import events


class NotAnNpi(Exception):
    """The digits are not an NPI: its last one does not check the others."""


@transaction.atomic
def set_of_practice(
    *,
    legal_name: str,
    street: str,
    city: str,
    region: str,
    postal_code: str,
    phone: str,
    tax_id: str,
    npi: str,
    now: datetime,
    by: Membership,
) -> PracticeParticulars:
    """Say what documents from now on say of the practice; those that were made stay as they are.

    Raises:
        NotAnNpi: ``npi`` is neither empty nor an NPI.
    """
    if npi:
        _require_npi(npi)
    said = {
        "legal_name": legal_name,
        "street": street,
        "city": city,
        "region": region,
        "postal_code": postal_code,
        "phone": phone,
        "tax_id": tax_id,
        "npi": npi,
    }
    row = particulars.of_practice()
    if row is not None and all(getattr(row, name) == value for name, value in said.items()):
        return row
    row = PracticeParticulars.objects.create(**said, set_at=now, set_by=by)
    events.record(Action.PRACTICE_PARTICULARS_SET, target=row)
    return row


@transaction.atomic
def set_of_therapist(
    *,
    member: Membership,
    legal_name: str,
    credentials: str,
    license_number: str,
    license_region: str,
    npi: str,
    now: datetime,
    by: Membership,
) -> TherapistParticulars:
    """Say what documents from now on say of a therapist; those that were made stay as they are.

    Raises:
        NotAnNpi: ``npi`` is no NPI.
    """
    _require_npi(npi)
    said = {
        "legal_name": legal_name,
        "credentials": credentials,
        "license_number": license_number,
        "license_region": license_region,
        "npi": npi,
    }
    row = particulars.of_therapist(member)
    if row is not None and all(getattr(row, name) == value for name, value in said.items()):
        return row
    row = TherapistParticulars.objects.create(member=member, **said, set_at=now, set_by=by)
    events.record(Action.THERAPIST_PARTICULARS_SET, target=row, member=member.pk.hex)
    return row


def _require_npi(npi: str) -> None:
    if not particulars.is_npi(npi):
        raise NotAnNpi("This is no NPI: its last digit does not fit the others. Look at it again.")
