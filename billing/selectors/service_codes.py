"""Services as they are charged: which are offered on a day, and at which list fee."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

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
    found = _in_force(on).filter(service_code=OuterRef("pk"))
    rows = (
        ServiceCode.objects.annotate(list_fee=Subquery(found.values("fee")[:1]))
        .exclude(list_fee=None)
        .order_by("code")
    )
    return [Service(row.pk, row.code, row.label, row.list_fee) for row in rows]


def by_code(code: str) -> ServiceCode | None:
    """Return the practice's service with this code, if it has one."""
    return ServiceCode.objects.filter(code=code).first()


def list_fee(service_code: ServiceCode, *, on: date) -> Money | None:
    """Return what a service costs on a business date, in cents; None without a list fee then."""
    row = _in_force(on).filter(service_code=service_code).first()
    return row.fee if row else None


def _in_force(on: date) -> QuerySet[ServiceFee]:
    """Return the fees that have started by a day, the one that counts first."""
    return ServiceFee.objects.filter(starts_on__lte=on).order_by("-starts_on", "-set_at", "-id")


def all_codes() -> list[ServiceCode]:
    """Return every service of the practice, those without a list fee too, by code."""
    return list(ServiceCode.objects.order_by("code"))


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A list fee as a page shows it; ``fee`` is None where the service was no longer offered.

    ``state`` is a word of the badges: in force, not yet, over, or replaced before its day.
    """

    fee: Money | None
    starts_on: date
    set_at: datetime
    set_by: str
    state: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A service with its fees, those that start last first."""

    id: UUID
    code: str
    label: str
    fees: list[FeeRow]

    @property
    def now(self) -> FeeRow | None:
        return next((row for row in self.fees if row.state == "active"), None)

    @property
    def fee(self) -> Money | None:
        return self.now.fee if self.now else None

    @property
    def coming(self) -> FeeRow | None:
        """The next fee to start, if one is set."""
        ahead = [row for row in self.fees if row.state == "ahead"]
        return ahead[-1] if ahead else None


def listed(*, on: date, only: UUID | None = None) -> list[Listed]:
    """Return every service of the practice with all of its fees, by code, in two queries."""
    codes = ServiceCode.objects.filter(pk=only) if only else ServiceCode.objects.all()
    rows = ServiceFee.objects.filter(service_code__in=codes).select_related("set_by")
    fees: defaultdict[UUID, list[ServiceFee]] = defaultdict(list)
    for row in rows.order_by("-starts_on", "-set_at", "-id"):
        fees[row.service_code_id].append(row)
    return [
        Listed(row.pk, row.code, row.label, _fee_rows(fees[row.pk], on))
        for row in codes.order_by("code")
    ]


def _fee_rows(newest_first: list[ServiceFee], on: date) -> list[FeeRow]:
    made, days, is_found = [], set(), False
    for row in newest_first:
        if row.starts_on in days:
            state = "replaced"
        elif row.starts_on > on:
            state = "ahead"
        else:
            state, is_found = ("ended" if is_found else "active"), True
        days.add(row.starts_on)
        made.append(FeeRow(row.fee, row.starts_on, row.set_at, row.set_by.display_name, state))
    return made
