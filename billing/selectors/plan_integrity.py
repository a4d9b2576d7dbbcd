"""Payment plans on live rows: each is its invoices and installments, and none shares an invoice."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from billing.models import PaymentPlan, PlanInvoice
from billing.selectors import installments
from billing.selectors.payment_plans import STANDS_OF
from ledger.money import ZERO
from ledger.selectors.integrity import Finding


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the payment plans of the practice in scope."""
    yield from _plans_that_do_not_add_up()
    yield from _invoices_of_somebody_else()
    yield from _invoices_in_two_plans()


def _plans_that_do_not_add_up() -> Iterator[Finding]:
    plans = PaymentPlan.objects.prefetch_related("invoices", "installments")
    for plan in plans.order_by("reference"):
        held = list(plan.invoices.all())
        parts = sorted(plan.installments.all(), key=lambda part: part.position)
        agreed = sum((each.open for each in held), ZERO)
        if len(held) != plan.invoice_count or agreed != plan.total:
            yield Finding(
                "payment plans", f"{plan.reference} is not the sum of its invoices.", (plan.pk,)
            )
        if [(part.due_on, part.amount) for part in parts] != _wanted(plan):
            yield Finding(
                "payment plans", f"{plan.reference} has other installments than agreed.", (plan.pk,)
            )


def _wanted(plan: PaymentPlan) -> list[tuple[object, object]]:
    wanted = installments.of(
        plan.total, amount=plan.installment, every=plan.every, starts_on=plan.starts_on
    )
    return [(part.due_on, part.amount) for part in wanted]


def _invoices_of_somebody_else() -> Iterator[Finding]:
    """The record of an invoice and of its plan are one, and so is who is to pay."""
    same_payer = Q(invoice__party=F("plan__party")) | Q(invoice__party=None, plan__party=None)
    strange = PlanInvoice.objects.exclude(same_payer, invoice__client=F("plan__client"))
    for row in strange.select_related("plan", "invoice").order_by("pk"):
        told = f"{row.plan.reference} has {row.invoice.number}, which is to somebody else."
        yield Finding("payment plans", told, (row.pk,))


def _invoices_in_two_plans() -> Iterator[Finding]:
    rows = PlanInvoice.objects.filter(STANDS_OF).values("invoice__number")
    twice = rows.annotate(times=Count("pk")).filter(times__gt=1).order_by("invoice__number")
    for row in twice:
        told = f"{row['invoice__number']} is in {row['times']} payment plans."
        yield Finding("payment plans", told, ())
