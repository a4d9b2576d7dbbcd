"""Payment plans, and whether they are kept: never stored, but what their invoices owe today.

An invoice that is voided leaves its plan. What was settled of it falls away from the first
installments, and the rest of what was agreed of it from the last, so that nothing is due earlier
than it was. Whatever settles an invoice counts, a write-off too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from billing.models import (
    InvoiceVoided,
    PaymentPlan,
    PaymentPlanTakenBack,
    PlanInstallment,
    PlanInvoice,
)
from billing.selectors import invoices, voided
from billing.selectors.invoices import OpenInvoice
from clients.models import Client
from clients.selectors import families
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger

STANDS = ~Exists(PaymentPlanTakenBack.objects.filter(plan=OuterRef("pk")))
STANDS_OF = ~Exists(PaymentPlanTakenBack.objects.filter(plan=OuterRef("plan")))


@dataclass(frozen=True, slots=True)
class Part:
    """An installment as it stands today, in cents: what voided invoices left of it, and what has
    come of it. ``state`` is a word of the badges.
    """

    position: int
    due_on: date
    agreed: Money
    amount: Money
    settled: Money
    is_past: bool

    @property
    def left(self) -> Money:
        return self.amount - self.settled

    @property
    def state(self) -> str:
        if not self.amount:
            return "gone"
        if not self.left:
            return "paid"
        if self.is_past:
            return "late"
        return "part_paid" if self.settled else "open"


@dataclass(frozen=True, slots=True)
class Held:
    """An invoice of a plan: what was agreed of it, and what it owes today, in cents."""

    invoice_id: UUID
    number: str
    agreed: Money
    left: Money
    is_void: bool
    gone: Money = ZERO
    """What the plan had settled of it when it was voided."""

    @property
    def state(self) -> str:
        if self.is_void:
            return "void"
        if self.left <= ZERO:
            return "paid"
        return "part_paid" if self.left < self.agreed else "open"


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it stands today. ``agreed`` and ``left`` are of its invoices that are not void;
    ``behind`` is what is owed and should not be any more: what should have come by yesterday, and
    ``beyond``, which is owed more than was agreed since a payment from before was taken back.
    """

    row: PaymentPlan
    held: list[Held]
    parts: list[Part]
    agreed: Money
    left: Money
    behind: Money
    back: PaymentPlanTakenBack | None

    @property
    def settled(self) -> Money:
        return max(self.agreed - self.left, ZERO)

    @property
    def beyond(self) -> Money:
        return max(self.left - self.agreed, ZERO)

    @property
    def missed(self) -> Money:
        """What should have come by yesterday and has not."""
        return self.behind - self.beyond

    @property
    def state(self) -> str:
        if self.back is not None:
            return "revoked"
        if self.left <= ZERO:
            return "done"
        return "late" if self.behind else "kept"

    @property
    def next(self) -> Part | None:
        """The oldest installment of which something is to come, if any is."""
        return next((part for part in self.parts if part.left), None)

    @property
    def due(self) -> Money:
        """What is to come next: what it is behind, or else what is left of the next installment."""
        return self.behind or (self.next.left if self.next else ZERO)

    @property
    def late_since(self) -> date | None:
        """When the oldest installment was due that is late, if one is."""
        return next((part.due_on for part in self.parts if part.state == "late"), None)

    @property
    def late_of(self) -> dict[UUID, Money]:
        """Invoice → what is late of it, of those of which something is, in cents: ``behind``, the
        oldest invoice first, as installments pay them.
        """
        found, rest = {}, self.behind
        for each in self.held:
            if (share := min(each.left, rest)) > ZERO:
                found[each.invoice_id], rest = share, rest - share
        return found

    @property
    def is_running(self) -> bool:
        return self.state in ("late", "kept")


def of_clients(records: Collection[UUID]) -> QuerySet[PaymentPlan]:
    """Return every plan of some records, also those that ended, the newest first."""
    return _newest(PaymentPlan.objects.filter(client__in=records))


def running(*, today: date) -> QuerySet[PaymentPlan]:
    """Return the plans that were not taken back and of which something is owed: those that ended
    are many, and are not read.
    """
    party, item = OuterRef("invoice__client_id"), OuterRef("invoice_id")
    open_of_it = subledger.owing(Role.CLIENT_RECEIVABLE, party=party, item=item, as_of=today)
    owing = PlanInvoice.objects.filter(Exists(open_of_it), plan=OuterRef("pk"))
    return PaymentPlan.objects.filter(STANDS, Exists(owing))


def of_people(records: Collection[UUID], *, today: date) -> list[Plan]:
    """Return the plans of some records that are neither paid nor taken back, the newest first."""
    found = shown(_newest(running(today=today).filter(client__in=records)), today=today)
    return [plan for plan in found if plan.is_running]


def own_of_people(records: Collection[UUID], *, today: date) -> list[Plan]:
    """Return those of them that the client pays themself: what a pay link may tell."""
    return [plan for plan in of_people(records, today=today) if plan.row.party_id is None]


def listed(clients: QuerySet[Client], *, state: str, today: date) -> list[Plan]:
    """Return the plans of some clients that are late or kept, those behind the most first."""
    found = shown(_newest(running(today=today).filter(client__in=clients)), today=today)
    rows = [plan for plan in found if plan.state == state]
    return sorted(rows, key=lambda plan: (-plan.behind.cents, plan.row.reference))


def shown(rows: Iterable[PaymentPlan], *, today: date) -> list[Plan]:
    """Return plans as they stand at the close of a day, in their order and five queries at most, or
    nine where one had an invoice that is void.
    """
    plans = list(rows)
    if not plans:
        return []
    held = _held(plans, today)
    parts: defaultdict[UUID, list[PlanInstallment]] = defaultdict(list)
    for part in PlanInstallment.objects.filter(plan__in=plans).order_by("plan", "position"):
        parts[part.plan_id].append(part)
    taken = PaymentPlanTakenBack.objects.filter(plan__in=plans).select_related("taken_back_by")
    backs = {each.plan_id: each for each in taken}
    return [_plan(plan, held[plan.pk], parts[plan.pk], backs.get(plan.pk), today) for plan in plans]


def running_of(*, today: date) -> dict[UUID, Plan]:
    """Return invoice → its plan that is kept or late, of every one that is in one."""
    found = shown(running(today=today), today=today)
    return {each.invoice_id: plan for plan in found for each in plan.held}


def kept_invoices(*, today: date) -> set[UUID]:
    """Return the invoices of which nobody is reminded: those in plans that are kept."""
    found = running_of(today=today)
    return {pk for pk, plan in found.items() if plan.state == "kept"}


def plan_of(ids: Collection[UUID]) -> Mapping[UUID, PaymentPlan]:
    """Return invoice → the plan that stands and has it, of some invoices, in one query."""
    rows = PlanInvoice.objects.filter(STANDS_OF, invoice__in=ids).select_related("plan")
    return {row.invoice_id: row.plan for row in rows}


def choosable(client: Client) -> list[OpenInvoice]:
    """Return the open invoices of a person that are in no plan, by due date, whoever is to pay."""
    opened = invoices.open_of_all(families.records_of(client))
    planned = plan_of([each.invoice.pk for each in opened])
    return [each for each in opened if each.invoice.pk not in planned]


def _newest(rows: QuerySet[PaymentPlan]) -> QuerySet[PaymentPlan]:
    related = ("agreed_by", "party", "client__merged_into")
    return rows.select_related(*related).order_by("-agreed_at", "-id")


def _held(plans: list[PaymentPlan], today: date) -> dict[UUID, list[Held]]:
    rows = list(
        PlanInvoice.objects.filter(plan__in=plans)
        .select_related("invoice")
        .annotate(is_void=Exists(InvoiceVoided.objects.filter(invoice=OuterRef("invoice"))))
        .order_by("plan", "invoice__due_on", "invoice__number")
    )
    parties = {row.invoice.client_id for row in rows}
    items = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=today, parties=parties)
    left = {item.item: item.balance for item in items}
    then = voided.owed_when_void({row.invoice_id for row in rows if row.is_void})
    found: dict[UUID, list[Held]] = {plan.pk: [] for plan in plans}
    for row in rows:
        pk = row.invoice_id
        owes = ZERO if row.is_void else left.get(pk, ZERO)
        gone = max(row.open - max(then[pk], ZERO), ZERO) if row.is_void else ZERO
        found[row.plan_id].append(Held(pk, row.invoice.number, row.open, owes, row.is_void, gone))
    return found


def _plan(
    row: PaymentPlan,
    held: list[Held],
    installments: list[PlanInstallment],
    back: PaymentPlanTakenBack | None,
    today: date,
) -> Plan:
    agreed = sum((each.agreed for each in held if not each.is_void), ZERO)
    left = sum((each.left for each in held), ZERO)
    gone = sum((each.gone for each in held), ZERO)
    past = sum((each.amount for each in installments if each.due_on < today), ZERO)
    may_owe = max(agreed - max(past - gone, ZERO), ZERO)
    return Plan(
        row=row,
        held=held,
        parts=_parts(installments, gone, agreed, max(agreed - left, ZERO), today),
        agreed=agreed,
        left=left,
        behind=max(left - may_owe, ZERO),
        back=back,
    )


def _parts(
    installments: list[PlanInstallment], gone: Money, agreed: Money, settled: Money, today: date
) -> list[Part]:
    parts = []
    for each in installments:
        fell = min(each.amount, gone)
        gone -= fell
        amount = min(each.amount - fell, agreed)
        came = min(amount, settled)
        parts.append(
            Part(each.position, each.due_on, each.amount, amount, came, each.due_on < today)
        )
        agreed, settled = agreed - amount, settled - came
    return parts
