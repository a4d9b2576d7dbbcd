"""Turning sessions, and hours that were missed, into invoices."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts import keys
from accounts.ids import uuid7
from accounts.models import Membership
from billing import posting
from billing.models import (
    DiscountKind,
    Invoice,
    InvoiceLine,
    InvoiceLineText,
    MissedFee,
    Session,
    SplitBilling,
)
from billing.selectors import add_ons, days, estimate_meters, not_billed, standing
from billing.selectors.estimate_meters import Meter
from billing.selectors.packages import Part
from billing.services import estimate_overruns, numbers, parts, redemptions
from billing.services.drafts import Draft, write
from ledger.money import ZERO, Money


class AlreadyInvoiced(Exception):
    """A session, or a fee of a missed hour, stands on an invoice already."""


class OneClientPerInvoice(Exception):
    """What is to be billed belongs to several clients."""


class NothingToBill(Exception):
    """There is nothing to bill, or it costs nothing together."""


class KeptBack(Exception):
    """Something was marked not to be billed, or a session and its add-on were parted."""


class OverEstimate(KeptBack):
    """The invoice would bring what is billed far above a good faith estimate, and nobody said why.

    It is kept back until a new estimate is given, or somebody says why it is issued all the same.
    ``above`` says which provider's part of which estimate.
    """

    def __init__(self, above: Sequence[Meter]) -> None:
        super().__init__(told(above))
        self.above = above


@dataclass(frozen=True, slots=True)
class Item:
    """What one line is to bill, in cents: a session, a fee for an hour that was missed, or the
    ``part`` of either that one of those who pay owes.
    """

    hour: Session | MissedFee
    served_on: date
    minutes: int
    amount: Money
    discount: Money
    kind: str
    words: str
    package: Part | None = None
    part: int = 1

    @property
    def session(self) -> Session | None:
        return self.hour if isinstance(self.hour, Session) else None

    @property
    def missed_fee(self) -> MissedFee | None:
        return self.hour if isinstance(self.hour, MissedFee) else None


@transaction.atomic
def bill(
    *,
    sessions: Collection[Session],
    missed_fees: Collection[MissedFee] = (),
    issued_on: date,
    terms_from: date | None = None,
    instead_of: Collection[Invoice] = (),
    over_estimate: str = "",
    use_packages: bool = True,
    now: datetime,
    by: Membership,
) -> list[Invoice]:
    """Bill sessions and missed hours of one client: one invoice for each of those who pay, by the
    rules of each day of service; without rules, one to the client. Each is numbered without a gap
    and posted: list fees, discounts and what is owed each stand in an account of their own.

    ``terms_from`` is the day from which its terms count, where that is not ``issued_on``.
    ``instead_of`` are the invoices that are voided with it, and bill their sessions no more; then
    no more is billed than before. ``over_estimate`` says why it goes far above an estimate. With
    ``use_packages``, a session that a package of the client covers is billed at its part of the
    package's price, and the package pays it at once.

    Raises:
        NothingToBill: there are none, or they cost nothing together.
        OneClientPerInvoice: they belong to several clients.
        AlreadyInvoiced: one of them is on an invoice, perhaps since a moment ago.
        KeptBack: one of them was marked not to be billed, or is billed with another one only.
        OverEstimate: it goes far above an estimate, and nothing says why.
        journal.PeriodClosed: ``issued_on`` lies in a closed month.
    """
    # The locks come first: what others billed or kept back under them is then seen by the checks.
    picked: list[Session | MissedFee] = [*sessions, *missed_fees]
    if use_packages:
        redemptions.begin({hour.client_id for hour in picked})
    numbers.lock(numbers.HOURS)
    series = numbers.lock(numbers.invoices_of(issued_on.year))
    hours = _billable(picked, instead_of)
    zone = days.zone()
    held = [hour for hour in hours if isinstance(hour, Session)]
    paid = redemptions.planned(held) if use_packages else {}
    above = [] if instead_of else estimate_meters.above_with(held, paid=paid, zone=zone)
    if above and not over_estimate:
        raise OverEstimate(above)
    items = [_item(hour, zone, paid.get(hour.pk)) for hour in hours]
    if not any(item.amount for item in items):
        raise NothingToBill("These sessions cost nothing: there is nothing to bill.")
    groups = parts.of(hours[0].client_id, items)
    draft = Draft(
        id=uuid7(),
        series=series,
        client_id=hours[0].client_id,
        issued_on=issued_on,
        total=sum((group.total for group in groups), ZERO),
        line_count=len(items),
        terms_from=terms_from,
        split=_split(groups, hours[0].client_id, now, by) if len(groups) > 1 else None,
    )
    turns = _turns(items)
    issued = [_issue(group, draft, turns, now, by) for group in groups]
    estimate_overruns.note(invoice=issued[0], above=above, reason=over_estimate, now=now, by=by)
    return issued


def _split(
    groups: Sequence[parts.Group], client_id: UUID, now: datetime, by: Membership
) -> SplitBilling:
    return SplitBilling.objects.create(
        client_id=client_id,
        total=sum((group.total for group in groups), ZERO),
        part_count=len(groups),
        billed_at=now,
        billed_by=by,
    )


def _issue(
    group: parts.Group, draft: Draft, turns: Mapping[UUID, int], now: datetime, by: Membership
) -> Invoice:
    """Write and post the invoice of one of those who pay, with what packages pay of it."""
    draft = replace(
        draft,
        id=uuid7(),
        party_id=group.party_id,
        total=group.total,
        line_count=len(group.items),
    )
    items = group.items
    posted = posting.invoice_issued(
        client=draft.client_id,
        invoice=draft.id,
        total=draft.total,
        sliding=_discounts(items, DiscountKind.SLIDING),
        courtesy=_discounts(items, DiscountKind.COURTESY),
        missed=sum((item.amount for item in items if item.missed_fee), ZERO),
    )
    invoice = write(draft, posted, now=now, by=by)
    for line, item in zip(_write_lines(invoice, items, turns), items, strict=True):
        if item.package is not None:
            redemptions.write(invoice, line, item.package, now=now, by=by)
    return invoice


def told(above: Iterable[Meter]) -> str:
    """Return in words how far above which estimates something would go."""
    return " ".join(
        f"This brings {meter.therapist} {meter.over.dollars} above {meter.estimate.number}."
        for meter in above
    )


def _billable(
    hours: Collection[Session | MissedFee], instead_of: Collection[Invoice]
) -> list[Session | MissedFee]:
    """Return what is to be billed in the order in which it took place, or should have.

    Raises:
        NothingToBill, OneClientPerInvoice, AlreadyInvoiced, KeptBack: as ``bill`` does.
    """
    if not hours:
        raise NothingToBill("Pick at least one session.")
    if len({hour.client_id for hour in hours}) > 1:
        raise OneClientPerInvoice("An invoice holds the sessions of one client.")
    ids = {hour.pk for hour in hours}
    stands = Q(session__in=ids) | Q(missed_fee__in=ids)
    lines = standing.lines().filter(stands).select_related("invoice")
    lines = lines.exclude(invoice__in=instead_of)
    if (line := lines.order_by("invoice__number").first()) is not None:
        raise AlreadyInvoiced(f"A session stands on {line.invoice.number} already.")
    if not_billed.standing().filter(stands).exists():
        raise KeptBack("One of these was marked not to be billed meanwhile. Pick again.")
    if parted := add_ons.parted(ids):
        raise KeptBack(parted)
    unique = {hour.pk: hour for hour in hours}
    return sorted(unique.values(), key=moment_of)


def moment_of(hour: Session | MissedFee) -> tuple[datetime, UUID]:
    """Return when an hour took place, or should have, and its id: the order of an invoice."""
    if isinstance(hour, Session):
        return hour.started_at, hour.pk
    return hour.outcome.appointment.starts_at, hour.pk


def _discounts(items: Iterable[Item], kind: DiscountKind) -> Money:
    return sum((item.discount for item in items if item.kind == kind), ZERO)


def _item(hour: Session | MissedFee, zone: ZoneInfo, paid: Part | None) -> Item:
    words = _words(hour, hour.service_code.label)
    if isinstance(hour, MissedFee):
        return Item(hour, hour.missed_on, 0, hour.amount, ZERO, "", words)
    served_on = days.day_of(hour.started_at, zone)
    if paid is None:
        fee, discount, kind = hour.fee, hour.discount, hour.discount_kind
        return Item(hour, served_on, hour.minutes, fee, discount, kind, words)
    # What the package takes off the list fee is its discount, whatever else was agreed.
    discount = max(hour.list_fee - paid.amount, ZERO)
    kind = DiscountKind.COURTESY if discount else ""
    words = f"{words} (package {paid.package.reference})"
    return Item(hour, served_on, hour.minutes, paid.amount, discount, kind, words, paid)


def _turns(items: Iterable[Item]) -> dict[UUID, int]:
    """Return hour → how many times it is billed with this."""
    ids = [item.hour.pk for item in items]
    billed = InvoiceLine.objects.filter(Q(session__in=ids) | Q(missed_fee__in=ids), part=1)
    before = Counter(
        session or missed_fee
        for session, missed_fee in billed.values_list("session_id", "missed_fee_id")
    )
    return {pk: before[pk] + 1 for pk in ids}


def _write_lines(
    invoice: Invoice, items: Sequence[Item], turns: Mapping[UUID, int]
) -> list[InvoiceLine]:
    lines, texts = [], []
    for position, item in enumerate(items, start=1):
        line = InvoiceLine(
            invoice=invoice,
            session=item.session,
            missed_fee=item.missed_fee,
            service_code_id=item.hour.service_code_id,
            position=position,
            turn=turns[item.hour.pk],
            part=item.part,
            served_on=item.served_on,
            minutes=item.minutes,
            amount=item.amount,
            discount=item.discount,
            description_commitment=commitment(item.words),
        )
        lines.append(line)
        texts.append(InvoiceLineText(line=line, description=item.words))
    InvoiceLine.objects.bulk_create(lines)
    InvoiceLineText.objects.bulk_create(texts)
    return lines


def _words(hour: Session | MissedFee, what: str) -> str:
    """Return what an invoice says of an hour; nobody knows who held an imported one."""
    who = hour.therapist
    return what if who.person_id is None else f"{what}, with {who.display_name}"


def commitment(words: str) -> bytes:
    """Return the keyed hash by which an invoice line vouches for its sealed words."""
    return keys.fingerprint(words, purpose="billing.invoice_line")
