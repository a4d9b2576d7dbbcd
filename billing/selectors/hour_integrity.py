"""What must hold of appointments, missed ones, what is not billed, and the income of invoices."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, F, Q, Sum

from billing.models import (
    Appointment,
    AppointmentOutcome,
    DiscountKind,
    Invoice,
    InvoiceLine,
    MissedFee,
)
from billing.selectors import missed, not_billed, standing
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors.integrity import Finding

INCOME = (
    Role.SESSION_FEES,
    Role.CANCELLATION_FEES,
    Role.SLIDING_SCALE_DISCOUNTS,
    Role.COURTESY_DISCOUNTS,
)
ROLE_OF = {
    DiscountKind.SLIDING.value: Role.SLIDING_SCALE_DISCOUNTS,
    DiscountKind.COURTESY.value: Role.COURTESY_DISCOUNTS,
}


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the hours of the practice in scope: nothing, in sound rows."""
    yield from _income_posted_otherwise()
    yield from _outcomes_beside_each_other()
    yield from _billed_though_kept_back()
    yield from _fees_of_no_missed_hour()
    yield from _places_beside_their_hour()


def _income_posted_otherwise() -> Iterator[Finding]:
    """I-3: list fees, discounts and fees for missed hours stand where they belong."""
    expected: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    sums = InvoiceLine.objects.filter(package=None).values(
        "invoice_id", "session__discount_kind", "missed_fee", "redemptions"
    )
    for line in sums.annotate(net=Sum("amount"), less=Sum("discount")).order_by("invoice_id"):
        pk, less = line["invoice_id"], line["less"]
        if line["missed_fee"]:
            expected[pk, Role.CANCELLATION_FEES] += line["net"].cents
            continue
        expected[pk, Role.SESSION_FEES] += (line["net"] + less).cents
        # What a package pays is billed at its part of the price; the rest is its discount.
        kind = DiscountKind.COURTESY if line["redemptions"] else line["session__discount_kind"]
        if role := ROLE_OF.get(kind):
            expected[pk, role] -= less.cents
    posted: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    rows = Invoice.objects.filter(entry__postings__account__role__in=INCOME).values_list(
        "pk", "entry__postings__account__role"
    )
    credit, debit = Sum("entry__postings__credit"), Sum("entry__postings__debit")
    for pk, role, plus, minus in rows.annotate(plus=credit, minus=debit).order_by("pk"):
        posted[pk, role] += _cents(plus) - _cents(minus)
    wrong = {key[0] for key in expected.keys() | posted.keys() if expected[key] != posted[key]}
    for pk, number in (
        Invoice.objects.filter(pk__in=wrong).order_by("number").values_list("pk", "number")
    ):
        yield Finding("I-3", f"The income of {number} is not posted as its lines say.", (pk,))


def _outcomes_beside_each_other() -> Iterator[Finding]:
    """One outcome of an appointment stands."""
    rows = Appointment.objects.filter(
        pk__in=missed.standing()
        .values("appointment")
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
        .values("appointment")
    )
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        yield Finding("I-5", f"Two outcomes of appointment {pk} stand.", (pk,))


def _billed_though_kept_back() -> Iterator[Finding]:
    """What is not to be billed stands on no invoice."""
    kept = not_billed.standing()
    lines = standing.lines().filter(
        Q(session__in=kept.exclude(session=None).values("session"))
        | Q(missed_fee__in=kept.exclude(missed_fee=None).values("missed_fee"))
    )
    for pk, number in lines.order_by("pk").values_list("pk", "invoice__number"):
        yield Finding("I-4", f"{number} holds what is not to be billed.", (pk,))


def _fees_of_no_missed_hour() -> Iterator[Finding]:
    """A fee is of an appointment that its own therapist's client missed."""
    sound = Q(outcome__kind__in=missed.MISSED, outcome__is_free=False)
    sound &= Q(therapist=F("outcome__appointment__therapist"))
    for pk in MissedFee.objects.exclude(sound).order_by("pk").values_list("pk", flat=True):
        yield Finding("I-4", f"The fee {pk} is of no appointment that was missed.", (pk,))
    held = AppointmentOutcome.objects.filter(kind=AppointmentOutcome.Kind.HELD, session=None)
    for pk in held.order_by("pk").values_list("pk", flat=True):
        yield Finding("I-4", f"The outcome {pk} has no session.", (pk,))


def _places_beside_their_hour() -> Iterator[Finding]:
    """The place of a client in an hour of a group is of its time and its therapist."""
    places = Appointment.objects.exclude(group_hour=None)
    sound = Q(starts_at=F("group_hour__starts_at"), minutes=F("group_hour__minutes"))
    sound &= Q(therapist=F("group_hour__group__therapist"))
    for pk in places.exclude(sound).order_by("pk").values_list("pk", flat=True):
        yield Finding("I-4", f"The appointment {pk} is not of its group's hour.", (pk,))


def _cents(amount: Money | int | None) -> int:
    return amount.cents if isinstance(amount, Money) else int(amount or 0)
