"""Whom the practice buys from."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Vendor
from billing.selectors import vendors
from billing.services import numbers, recurring


class NameTaken(Exception):
    """Another vendor has this name."""


@transaction.atomic
def add(*, name: str, now: datetime, by: Membership) -> Vendor:
    """Add a vendor, who gets the next code.

    Raises:
        NameTaken: there is one of this name.
    """
    counter = numbers.lock(numbers.VENDORS)
    _require_free(name)
    vendor = Vendor.objects.create(
        code=f"V-{numbers.take(counter):04}", name=name, added_at=now, added_by=by
    )
    events.record(Action.VENDOR_ADDED, target=vendor)
    return vendor


@transaction.atomic
def rename(*, vendor: Vendor, name: str, by: Membership) -> None:
    """Give a vendor another name; bills keep the code.

    Raises:
        NameTaken: another vendor has it.
    """
    numbers.lock(numbers.VENDORS)
    _require_free(name, but=vendor)
    vendor.name = name
    vendor.save(update_fields=["name"])
    events.record(Action.VENDOR_RENAMED, target=vendor, renamed_by=str(by.pk))


@transaction.atomic
def retire(*, vendor: Vendor, now: datetime, by: Membership) -> None:
    """Offer a vendor no more where something new is entered; what they have stays."""
    unused = Vendor.objects.filter(pk=vendor.pk, retired_at=None)
    if unused.update(retired_at=now, retired_by=by):
        events.record(Action.VENDOR_RETIRED, target=vendor)


@transaction.atomic
def bring_back(*, vendor: Vendor, today: date, by: Membership) -> None:
    """Offer a vendor again. What would have come meanwhile is left out, as in a pause."""
    gone = Vendor.objects.filter(pk=vendor.pk, retired_at__isnull=False)
    if gone.update(retired_at=None, retired_by=None):
        recurring.leave_out(vendor=vendor, today=today)
        events.record(Action.VENDOR_BROUGHT_BACK, target=vendor, brought_back_by=str(by.pk))


def _require_free(name: str, *, but: Vendor | None = None) -> None:
    known = vendors.called(name)
    if known is not None and (but is None or known.pk != but.pk):
        raise NameTaken(f"{known.code} has this name already.")
