"""Which insurances a client has, and what a claim would miss of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from clients.models import Client, Coverage, Payer
from clients.names import fold
from clients.selectors import families, payers

SHOWN_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Covered:
    """An insurance as pages show it: of the member number only the end.

    ``missing`` is what a claim would want of it, in words; ``is_over`` and ``is_ahead`` are about
    the day that was asked for; ``withdrawal`` says why it does not stand any more, or "".
    """

    pk: UUID
    payer: str = field(repr=False)
    plan: str = field(repr=False)
    group_number: str = field(repr=False)
    member_id: str = field(repr=False)
    rank: str
    relation: str
    subscriber: str = field(repr=False)
    subscriber_birth_date: date | None = field(repr=False)
    starts_on: date | None
    ends_on: date | None
    is_over: bool
    is_ahead: bool
    withdrawal: str
    missing: list[str]


def of(client: Client, *, on: date | None = None) -> list[Covered]:
    """Return a client's insurances that stand, by rank, as on a day."""
    return _shown(_standing(client), on)


def lasting(client: Client, *, on: date) -> list[Covered]:
    """Return the insurances that stand and are not over on a day."""
    return [covered for covered in of(client, on=on) if not covered.is_over]


def first_payer(client: Client, *, on: date) -> Payer | None:
    """Return the payer who pays first for a client on a day, if the practice's list knows it."""
    covered = next((row for row in lasting(client, on=on) if not row.is_ahead), None)
    return payers.by_name().get(fold(covered.payer)) if covered is not None else None


def withdrawn(client: Client) -> list[Covered]:
    """Return what was corrected or entered in error, newest first."""
    records = families.records_of(client)
    gone = Coverage.objects.filter(client__in=records, withdrawn_at__isnull=False)
    return _shown(gone.order_by("-withdrawn_at", "-id"), None)


def overlapping(
    client: Client, *, rank: int, starts_on: date | None, ends_on: date | None
) -> QuerySet[Coverage]:
    """Return the coverages that stand with a rank on one of these days."""
    found = _standing(client).filter(rank=rank)
    if starts_on is not None:
        found = found.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    if ends_on is not None:
        found = found.filter(Q(starts_on=None) | Q(starts_on__lte=ends_on))
    return found


def masked(member_id: str) -> str:
    """Return a member number with all but its end hidden; short ones are hidden whole."""
    if not member_id:
        return ""
    end = member_id[-SHOWN_CHARACTERS:] if len(member_id) > 2 * SHOWN_CHARACTERS else ""
    return f"••••{end}"


def insured(client_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the clients for whom an insurance is known."""
    records = families.ids_of(client_ids)
    found = Coverage.objects.filter(client__in=records, withdrawn_at=None)
    return {records[pk] for pk in found.values_list("client_id", flat=True)}


def _standing(client: Client) -> QuerySet[Coverage]:
    found = Coverage.objects.filter(client__in=families.records_of(client), withdrawn_at=None)
    return found.order_by(F("rank").asc(nulls_last=True), "id")


def _shown(found: QuerySet[Coverage], on: date | None) -> list[Covered]:
    known = payers.by_name()
    return [_covered(coverage, known, on) for coverage in found]


def _covered(coverage: Coverage, known: payers.Known, on: date | None) -> Covered:
    given, family = coverage.subscriber_given_names, coverage.subscriber_family_name
    return Covered(
        pk=coverage.pk,
        payer=coverage.payer_name,
        plan=coverage.plan_name or "",
        group_number=coverage.group_number or "",
        member_id=masked(coverage.member_id),
        rank=coverage.get_rank_display() if coverage.rank else "",
        relation=coverage.get_relation_display() if coverage.relation else "",
        subscriber=" ".join(part for part in (given, family) if part),
        subscriber_birth_date=coverage.subscriber_birth_date,
        starts_on=coverage.starts_on,
        ends_on=coverage.ends_on,
        is_over=bool(on and coverage.ends_on and coverage.ends_on < on),
        is_ahead=bool(on and coverage.starts_on and coverage.starts_on > on),
        withdrawal=coverage.get_withdrawal_display() if coverage.withdrawal else "",
        missing=_missing(coverage, known),
    )


def _form_of(payer: Payer) -> str:
    return payer.member_id_hint or f"such as {payer.member_id_form}"


def _missing(coverage: Coverage, known: payers.Known) -> list[str]:
    """Return what a claim wants (CMS-1500 boxes 1a, 4, 6, 11a) and nobody told, in words."""
    payer = known.get(fold(coverage.payer_name))
    is_dependent = coverage.relation not in {"", Coverage.Relation.SELF}
    has_name = coverage.subscriber_given_names or coverage.subscriber_family_name
    wanted = [
        (bool(payer and payer.claims_id), "the payer's id for claims"),
        (bool(coverage.member_id), "the member id"),
        (
            not coverage.member_id or payer is None or payers.fits(payer, coverage.member_id),
            f"a member id as this insurer has them ({_form_of(payer)})" if payer else "",
        ),
        (coverage.rank is not None, "who pays first"),
        (bool(coverage.relation), "whose insurance it is"),
        (not is_dependent or bool(has_name), "the subscriber's name"),
        (
            not is_dependent or coverage.subscriber_birth_date is not None,
            "the subscriber's birth date",
        ),
        (coverage.starts_on is not None, "the first day"),
    ]
    return [words for is_there, words in wanted if not is_there]
