"""Which insurance a client has."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, Coverage


@transaction.atomic
def add(
    *,
    client: Client,
    payer_name: str,
    member_id: str,
    starts_on: date | None,
    ends_on: date | None,
    now: datetime,
    by: Membership,
) -> Coverage:
    """Add an insurance to a client; a date that is not known is None."""
    coverage = Coverage.objects.create(
        client=client,
        payer_name=payer_name,
        member_id=member_id,
        starts_on=starts_on,
        ends_on=ends_on,
        added_at=now,
        added_by=by,
    )
    events.record(Action.COVERAGE_ADDED, target=client, touched=[client.pk])
    return coverage
