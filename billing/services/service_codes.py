"""What a practice charges for."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import ServiceCode, ServiceFee
from billing.selectors import known_codes, service_codes
from billing.services import numbers
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


class CodeNotValid(Exception):
    """The code cannot be billed on the day from which it would be offered."""


class FeeOfThePast(Exception):
    """A fee would start on a day that is over."""


class NothingChanges(Exception):
    """From that day on the fee is this one already."""


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
        CodeNotValid: the code is known, and cannot be billed on ``starts_on``.
    """
    numbers.lock(numbers.SERVICES)  # A second click waits, and then finds what the first made.
    if ServiceCode.objects.filter(code=code).exists():
        raise CodeExists(f"{code} is already on the list. Open it to change its fee.")
    if refused := known_codes.refusal(code, starts_on):
        raise CodeNotValid(refused)
    service_code = ServiceCode.objects.create(code=code, label=label, added_at=now, added_by=by)
    ServiceFee.objects.create(
        service_code=service_code, fee=fee, starts_on=starts_on, set_at=now, set_by=by
    )
    events.record(Action.SERVICE_CODE_ADDED, target=service_code, fee_cents=fee.cents)
    return service_code


@transaction.atomic
def set_fee(
    *,
    service_code: ServiceCode,
    fee: Money | None,
    starts_on: date,
    today: date,
    now: datetime,
    by: Membership,
) -> ServiceFee:
    """Charge ``fee``, in cents, from ``starts_on``; None offers the service no more from then on.

    What was set before for the same day is replaced. Sessions that were recorded keep their fees.

    Raises:
        FeeOfThePast: ``starts_on`` is before ``today``, the practice's own day.
        NothingChanges: from that day on the fee is this one already.
        CodeNotValid: the code is known, and cannot be billed on ``starts_on``.
    """
    numbers.lock(numbers.SERVICES)
    if starts_on < today:
        raise FeeOfThePast("A fee of the past does not change. Choose today or a later day.")
    if service_codes.list_fee(service_code, on=starts_on) == fee:
        raise NothingChanges("From that day on this is the fee already.")
    if fee is not None and (refused := known_codes.refusal(service_code.code, starts_on)):
        raise CodeNotValid(refused)
    row = ServiceFee.objects.create(  # type: ignore[misc]  # a fee of null
        service_code=service_code, fee=fee, starts_on=starts_on, set_at=now, set_by=by
    )
    if fee is None:
        events.record(Action.SERVICE_ENDED, target=service_code, starts_on=str(starts_on))
    else:
        events.record(
            Action.SERVICE_FEE_SET,
            target=service_code,
            fee_cents=fee.cents,
            starts_on=str(starts_on),
        )
    return row


@transaction.atomic
def rename(*, service_code: ServiceCode, label: str, by: Membership) -> None:
    """Give a service other words of the practice's own. Invoices keep those of their day."""
    numbers.lock(numbers.SERVICES)
    renamed = ServiceCode.objects.filter(pk=service_code.pk).exclude(label=label)
    if renamed.update(label=label):
        events.record(Action.SERVICE_RENAMED, target=service_code, renamed_by=str(by.pk))
