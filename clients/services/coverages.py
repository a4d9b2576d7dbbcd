"""Which insurance a client has."""

from collections.abc import Iterable
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


@transaction.atomic
def add_many(
    *, insured: Iterable[tuple[Client, str, str]], now: datetime, by: Membership
) -> list[Coverage]:
    """Add an insurance of unknown dates to each of many clients: (client, payer, member id)."""
    added = [
        Coverage(client=client, payer_name=payer, member_id=member_id, added_at=now, added_by=by)
        for client, payer, member_id in insured
    ]
    for coverage in Coverage.objects.bulk_create(added):
        events.record(Action.COVERAGE_ADDED, target=coverage.client, touched=[coverage.client_id])
    return added
