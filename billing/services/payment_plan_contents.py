"""What stands on a payment plan, as data for its template."""

from collections.abc import Mapping

from billing.models import PaymentPlan, PlanInstallment, PlanInvoice
from billing.selectors import consumer_credit, payment_plan_words
from billing.services.contents import long_day, printable


def payment_plan(plan: PaymentPlan) -> Mapping[str, object]:
    """Return the contents of a payment plan, of what was agreed: nothing of what came later."""
    said = payment_plan_words.said(plan)
    held = PlanInvoice.objects.filter(plan=plan).select_related("invoice")
    parts = PlanInstallment.objects.filter(plan=plan).order_by("position")
    return {
        "practice": printable(said["practice"]),
        "legal_name": printable(said["legal_name"]),
        "practice_lines": [printable(line) for line in said["practice_lines"]],
        "to": [printable(line) for line in said["to"]],
        "part_of": printable(said["client"]) if plan.party_id else "",
        "code": said["code"],
        "number": plan.reference,
        "agreed_on": long_day(plan.agreed_on),
        "total": str(plan.total),
        "every": plan.get_every_display().lower(),
        "invoices": [
            {
                "number": each.invoice.number,
                "issued": long_day(each.invoice.issued_on),
                "open": str(each.open),
            }
            for each in held.order_by("invoice__due_on", "invoice__number")
        ],
        "parts": [
            {"number": str(part.position), "due": long_day(part.due_on), "amount": str(part.amount)}
            for part in parts
        ],
        # 12 CFR 1026.18, as far as it applies where nothing is charged.
        "is_credit": consumer_credit.is_credit(plan.installment_count),
        "schedule": _schedule(plan, list(parts)),
    }


def _schedule(plan: PaymentPlan, parts: list[PlanInstallment]) -> str:
    """Return the number, amounts and days of all installments in one sentence."""
    *alike, last = parts
    every, first, end = (
        plan.get_every_display().lower(),
        long_day(parts[0].due_on),
        long_day(last.due_on),
    )
    if last.amount == plan.installment:
        return f"{len(parts)} payments of {last.amount.dollars}, {every} from {first} to {end}."
    payments = f"{len(alike)} payment{'s' if len(alike) > 1 else ''}"
    return (
        f"{payments} of {plan.installment.dollars}, {every} from {first}, and a last one of"
        f" {last.amount.dollars} by {end}."
    )
