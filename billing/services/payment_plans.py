"""Payment plans: looked at, agreed once, and taken back. They move no money and post nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import (
    PaymentPlan,
    PaymentPlanTakenBack,
    PaymentPlanText,
    PlanBackReason,
    PlanInstallment,
    PlanInvoice,
)
from billing.models.payment_plan import INSTALLMENTS_MAX, INVOICES_MAX, START_DAYS_MAX
from billing.selectors import installments, own_items, payment_plan_words, payment_plans
from billing.selectors.installments import Installment
from billing.selectors.invoices import END_OF_TIME, OpenInvoice
from billing.services import numbers
from clients.models import Client
from clients.selectors import families
from ledger.chart import Role
from ledger.money import ZERO, Money


class NothingChosen(Exception):
    """No invoice is chosen that owes something and is in no plan, or too many are."""


class OfSeveral(Exception):
    """The invoices are to several who pay, or of several records."""


class WrongAmount(Exception):
    """The installment pays all of it at once, or nothing, or takes too many."""


class WrongDay(Exception):
    """The first day is over, or too far ahead."""


class Changed(Exception):
    """What would be agreed is not what was shown, but ``draft``."""

    def __init__(self, draft: "Draft") -> None:
        super().__init__(
            "This is not what was shown. Look at the installments below, then agree them."
        )
        self.draft = draft


class KeyReused(Exception):
    """Another plan was agreed under this key."""


class Ended(Exception):
    """The plan is paid: it has ended by itself."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan would be: its invoices with what they owe, and its installments. ``credit`` of
    whoever would pay, in cents, pays nothing yet.
    """

    chosen: list[OpenInvoice]
    total: Money
    parts: list[Installment]
    credit: Money

    @property
    def sign(self) -> str:
        """What tells this plan from any other: a hash of its invoices and installments in cents."""
        told = [f"{each.invoice.pk}={each.balance.cents}" for each in self.chosen]
        told += [f"{part.due_on}={part.amount.cents}" for part in self.parts]
        return sha256(" ".join(told).encode()).hexdigest()


def draft(
    *,
    client: Client,
    invoices: Collection[UUID],
    installment: Money,
    every: str,
    starts_on: date,
    today: date,
) -> Draft:
    """Return the plan that this would be. Nothing is written.

    Raises:
        NothingChosen, OfSeveral, WrongAmount, WrongDay: as ``agree``.
    """
    wanted = set(invoices)
    chosen = [each for each in payment_plans.choosable(client) if each.invoice.pk in wanted]
    if not chosen:
        raise NothingChosen("Choose at least one invoice. One that is paid, or in a plan, is not.")
    if len(chosen) < len(wanted):
        raise NothingChosen(
            "One of these invoices was paid, voided or put in a plan meanwhile. Look at what is"
            " left, and choose again."
        )
    if len(chosen) > INVOICES_MAX:
        raise NothingChosen(f"Choose {INVOICES_MAX} invoices at most.")
    if len({each.invoice.client_id for each in chosen}) > 1:
        raise OfSeveral(
            "These invoices are of two records of one client, and a merge can be undone. Agree one"
            " plan for each."
        )
    if len({each.invoice.party_id for each in chosen}) > 1:
        raise OfSeveral(
            "These invoices are to several who pay. A plan is with one of them: choose theirs only."
        )
    total = sum((each.balance for each in chosen), ZERO)
    _require_parts(total, installment)
    if starts_on < today:
        raise WrongDay("This day is over. Choose today or a later day.")
    if starts_on > today + timedelta(days=START_DAYS_MAX):
        raise WrongDay("Choose a day within a year from now.")
    parts = installments.of(total, amount=installment, every=every, starts_on=starts_on)
    first = chosen[0].invoice
    kept = own_items.of_one(
        Role.CLIENT_CREDITS, [first.client_id], first.party_id, as_of=END_OF_TIME
    )
    return Draft(chosen, total, parts, sum((item.balance for item in kept), ZERO))


def _require_parts(total: Money, installment: Money) -> None:
    if installment <= ZERO:
        raise WrongAmount("Enter an amount above zero.")
    if installment >= total:
        raise WrongAmount(f"This pays all of {total.dollars} at once. Enter less.")
    if (times := installments.number_of(total, installment)) > INSTALLMENTS_MAX:
        least = Money(-(-total.cents // INSTALLMENTS_MAX))
        raise WrongAmount(
            f"This takes {times} installments, and {INSTALLMENTS_MAX} are the most. Enter"
            f" {least.dollars} or more."
        )


@transaction.atomic
def agree(
    *,
    client: Client,
    invoices: Collection[UUID],
    installment: Money,
    every: str,
    starts_on: date,
    shown: str,
    key: UUID,
    today: date,
    now: datetime,
    by: Membership,
) -> PaymentPlan:
    """Agree that what is open of some invoices is paid in installments, and number the plan.

    ``shown`` is the ``sign`` of the draft that was looked at. The same ``key`` again, of the same
    invoices and installments, returns the plan that it has.

    Raises:
        Changed: it would be another plan than was shown.
        NothingChosen: no invoice of the client's is chosen that is open and in no plan, or one of
            the chosen is not.
        OfSeveral: they are to several who pay, or of two records that were merged.
        WrongAmount: the installment is nothing, is not less than all of it, or takes too many.
        WrongDay: the first day is before ``today``, or more than a year ahead.
        KeyReused: the key belongs to another plan.
    """
    # No money moves and no reminder goes meanwhile, so what is read below is what stands.
    numbers.lock(numbers.RECEIPTS)
    numbers.lock(numbers.LETTERS)
    counter = numbers.lock(numbers.payment_plans_of(today.year))
    if (known := PaymentPlan.objects.filter(key=key).first()) is not None:
        if known.client_id not in families.records_of(client):
            raise KeyReused("This form was sent before, for another client. Start a new one.")
        if _contents(known) != (set(invoices), installment, every, starts_on):
            raise KeyReused(
                f"This form was sent before, and {known.reference} was agreed with it. To agree"
                " another plan, start a new one."
            )
        return known
    found = draft(
        client=client,
        invoices=invoices,
        installment=installment,
        every=every,
        starts_on=starts_on,
        today=today,
    )
    if found.sign != shown:
        raise Changed(found)
    billed = found.chosen[0].invoice
    party = billed.party
    said = payment_plan_words.of(client=billed.client, party=party, on=today)
    plan = PaymentPlan.objects.create(
        id=uuid7(),
        reference=f"{counter.series}-{numbers.take(counter):04}",
        client=billed.client,
        party=party,
        total=found.total,
        invoice_count=len(found.chosen),
        every=every,
        starts_on=starts_on,
        installment=installment,
        installment_count=len(found.parts),
        said_commitment=payment_plan_words.commitment(said),
        key=key,
        agreed_on=today,
        agreed_at=now,
        agreed_by=by,
    )
    PaymentPlanText.objects.create(plan=plan, said=said)
    PlanInvoice.objects.bulk_create(
        PlanInvoice(plan=plan, invoice=each.invoice, open=each.balance) for each in found.chosen
    )
    PlanInstallment.objects.bulk_create(
        PlanInstallment(plan=plan, position=position, due_on=part.due_on, amount=part.amount)
        for position, part in enumerate(found.parts, start=1)
    )
    events.record(
        Action.PAYMENT_PLAN_AGREED,
        target=plan,
        touched=[plan.client_id],
        total_cents=plan.total.cents,
        installments=plan.installment_count,
    )
    return plan


def _contents(plan: PaymentPlan) -> tuple[set[UUID], Money, str, date]:
    held = PlanInvoice.objects.filter(plan=plan).values_list("invoice", flat=True)
    return set(held), plan.installment, plan.every, plan.starts_on


@transaction.atomic
def take_back(
    *, plan: PaymentPlan, reason: str, today: date, now: datetime, by: Membership
) -> PaymentPlanTakenBack:
    """Take a plan back: its invoices are owed as each is due by itself. Twice makes one.

    Raises:
        Ended: nothing of it is owed any more.
    """
    numbers.lock(numbers.RECEIPTS)
    [state] = payment_plans.shown([plan], today=today)
    if state.back is not None:
        return state.back
    if state.state == "done":
        raise Ended(f"Nothing of {plan.reference} is owed: it has ended by itself.")
    row = PaymentPlanTakenBack.objects.create(
        plan=plan, reason=reason, taken_back_at=now, taken_back_by=by
    )
    events.record(
        Action.PAYMENT_PLAN_TAKEN_BACK,
        target=plan,
        touched=[plan.client_id],
        reason=str(PlanBackReason(reason).label).lower(),
    )
    return row
