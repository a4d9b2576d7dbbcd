"""Recording the hours that took place."""

from datetime import datetime

from django.db import models, transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import ServiceCode, Session
from billing.selectors import days
from ledger.money import Money


class NotYetHeld(Exception):
    """The session lies in the future: only what took place can be billed."""


@transaction.atomic
def record(
    *,
    client: models.Model,
    therapist: Membership,
    service_code: ServiceCode,
    started_at: datetime,
    minutes: int,
    fee: Money,
    now: datetime,
    by: Membership,
    source_fingerprint: bytes | None = None,
) -> Session:
    """Record a session at its fee in cents, on its day at the earliest.

    ``source_fingerprint`` names the foreign record of an import: recording it again returns the
    session that it already has.

    Raises:
        NotYetHeld: the session is on a later day than ``now``, as the practice counts days.
    """
    zone = days.zone()
    if days.day_of(started_at, zone) > days.day_of(now, zone):
        raise NotYetHeld("A session can be recorded on its day at the earliest.")
    if source_fingerprint is not None:
        known = Session.objects.filter(source_fingerprint=source_fingerprint).first()
        if known is not None:
            return known
    session = Session.objects.create(
        client_id=client.pk,
        therapist=therapist,
        service_code=service_code,
        started_at=started_at,
        minutes=minutes,
        fee=fee,
        source_fingerprint=source_fingerprint,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(
        Action.SESSION_RECORDED,
        target=session,
        label=str(client),
        touched=[client.pk],
        fee_cents=fee.cents,
    )
    return session
