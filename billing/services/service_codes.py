"""What a practice charges for."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import ServiceCode, ServiceFee
from ledger.money import Money

DEFAULTS = (
    ("90791", "Intake evaluation", Money(220_00)),
    ("90832", "Psychotherapy, about 30 minutes", Money(105_00)),
    ("90834", "Psychotherapy, about 45 minutes", Money(150_00)),
    ("90837", "Psychotherapy, about 60 minutes", Money(180_00)),
    ("90847", "Family session with the client", Money(190_00)),
    ("90853", "Group session", Money(65_00)),
)
"""Code, the product's own words, list fee: what a new practice starts with and may change."""


class CodeExists(Exception):
    """The practice already has a service with this code."""


def open_defaults(*, on: date, now: datetime, by: Membership) -> list[ServiceCode]:
    """Give a new practice the usual services, at list fees from ``on``."""
    return [
        add(code=code, label=label, fee=fee, starts_on=on, now=now, by=by)
        for code, label, fee in DEFAULTS
    ]


@transaction.atomic
def add(
    *, code: str, label: str, fee: Money, starts_on: date, now: datetime, by: Membership
) -> ServiceCode:
    """Add a service with its list fee, in cents a session, from ``starts_on``.

    Raises:
        CodeExists: the practice has this code already.
    """
    if ServiceCode.objects.filter(code=code).exists():
        raise CodeExists(f"{code} is already on the list.")
    service_code = ServiceCode.objects.create(code=code, label=label, added_at=now, added_by=by)
    ServiceFee.objects.create(
        service_code=service_code, fee=fee, starts_on=starts_on, set_at=now, set_by=by
    )
    events.record(Action.SERVICE_CODE_ADDED, target=service_code, fee_cents=fee.cents)
    return service_code
