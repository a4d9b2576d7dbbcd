"""What void invoices were before they were void."""

from collections.abc import Collection
from itertools import chain
from uuid import UUID

from billing.models import (
    ApplicationTakenBack,
    Invoice,
    PackageRedemption,
    UnapplyReason,
    WriteOffReason,
    WriteOffTakenBack,
)
from ledger.money import Money


def owed_when_void(ids: Collection[UUID]) -> dict[UUID, Money]:
    """Return void invoice → what it owed when it was voided, in cents: it, less what was taken off
    it with the void.
    """
    if not ids:
        return {}
    found = dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "total"))
    applied = ApplicationTakenBack.objects.filter(
        reason=UnapplyReason.VOIDED, application__invoice__in=ids
    ).values_list("application__invoice", "application__amount")
    written = WriteOffTakenBack.objects.filter(
        reason=WriteOffReason.VOIDED, write_off__invoice__in=ids
    ).values_list("write_off__invoice", "write_off__amount")
    redeemed = PackageRedemption.objects.filter(line__invoice__in=ids).values_list(
        "line__invoice", "amount"
    )
    for pk, amount in chain(applied, written, redeemed):
        found[pk] -= amount
    return found
