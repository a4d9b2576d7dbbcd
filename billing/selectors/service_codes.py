from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Subquery

from billing.models import ServiceCode, ServiceFee
from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Service:
    """A service as it is charged on one day; ``fee`` is the list fee of one session."""

    id: UUID
    code: str
    label: str
    fee: Money


def offered(*, on: date) -> list[Service]:
    """Return the services that have a list fee on a business date, by code."""
    in_force = ServiceFee.objects.filter(service_code=OuterRef("pk"), starts_on__lte=on)
    newest_first = in_force.order_by("-starts_on")
    rows = (
        ServiceCode.objects.annotate(list_fee=Subquery(newest_first.values("fee")[:1]))
        .exclude(list_fee=None)
        .order_by("code")
    )
    return [Service(row.pk, row.code, row.label, row.list_fee) for row in rows]


def by_code(code: str) -> ServiceCode | None:
    """Return the practice's service with this code, if it has one."""
    return ServiceCode.objects.filter(code=code).first()


def list_fee(service_code: ServiceCode, *, on: date) -> Money | None:
    """Return what a service costs on a business date, in cents; None without a list fee then."""
    in_force = ServiceFee.objects.filter(service_code=service_code, starts_on__lte=on)
    row = in_force.order_by("-starts_on").first()
    return row.fee if row else None


def all_codes() -> list[ServiceCode]:
    """Return every service of the practice, those without a list fee too, by code."""
    return list(ServiceCode.objects.order_by("code"))
