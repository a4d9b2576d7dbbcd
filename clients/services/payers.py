"""The insurers whom the practice bills: added and retired."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Payer
from clients.names import fold
from clients.selectors import payers


class PayerKnown(Exception):
    """An insurer of this name is on the list."""


@transaction.atomic
def add(
    *,
    name: str,
    claims_id: str = "",
    member_id_form: str = "",
    member_id_hint: str = "",
    now: datetime,
    by: Membership,
) -> Payer:
    """Add an insurer whom the practice bills.

    ``member_id_form`` says what member ids look like: A a letter, 9 a digit, * either.

    Raises:
        PayerKnown: one of this name, case and accents aside, is on the list.
    """
    if fold(name) in payers.by_name():
        raise PayerKnown("A payer of this name is on the list.")
    payer = Payer.objects.create(
        name=name,
        claims_id=claims_id,
        member_id_form=member_id_form.upper(),
        member_id_hint=member_id_hint,
        added_at=now,
        added_by=by,
    )
    events.record(Action.PAYER_ADDED, target=payer)
    return payer


@transaction.atomic
def retire(*, payer: Payer, now: datetime, by: Membership) -> None:
    """Offer a payer no more; what names it stays as it is. Done once, however often asked."""
    if Payer.objects.filter(pk=payer.pk, retired_at=None).update(retired_at=now, retired_by=by):
        events.record(Action.PAYER_RETIRED, target=payer)
