"""What could stand on a superbill, session by session, and what is missing for it.

Everything that is missing is found at once, each with the page that mends it. No gap names a
diagnosis: who sees none may read them all.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.selectors import particulars
from billing.models import Session, Superbill
from billing.models.superbill import POINTERS_MAX
from billing.selectors import (
    add_ons,
    days,
    hour_codes,
    not_billed,
    superbill_checks,
    superbill_figures,
    superbills,
)
from billing.selectors.hour_codes import HourCodes
from billing.selectors.superbill_checks import Gap
from billing.selectors.superbill_figures import Figures
from clients.models import Client, Restriction
from clients.selectors import clients, diagnoses, families, releases, restrictions
from clients.selectors.restrictions import Purpose


@dataclass(frozen=True, slots=True)
class Missing:
    """A gap as a page shows it, with the days it keeps off; no ``url`` for who cannot mend it."""

    words: str
    mend: str
    url: str
    who: str
    on: list[date]


@dataclass(frozen=True, slots=True, repr=False)
class Hour:
    """A session that a superbill of these days may hold. ``codes`` are diagnoses of its day.

    ``beside`` is the session that it is an add-on of, or None.
    """

    session: Session
    on: date
    figures: Figures | None
    coding: HourCodes
    codes: list[str]
    gaps: list[Gap]
    stands_on: str = ""
    beside: UUID | None = None

    @property
    def pk(self) -> UUID:
        return self.session.pk


@dataclass(frozen=True, slots=True, repr=False)
class Look:
    """The sessions of some days, and what is missing whichever of them is chosen."""

    client: Client
    hours: list[Hour]
    gaps: list[Gap]
    needs_paid: bool
    standing: list[Superbill] = field(default_factory=list)

    def chosen(self, ids: Collection[UUID]) -> list[Hour]:
        return [hour for hour in self.hours if hour.pk in ids]

    def missing(
        self, hours: Iterable[Hour], permissions: clients.Permissions = frozenset()
    ) -> list[Missing]:
        """Return everything that is missing for these sessions, each thing once."""
        found: dict[Gap, list[date]] = {gap: [] for gap in self.gaps}
        chosen = {hour.pk: hour for hour in hours}
        for hour in chosen.values():
            is_alone = hour.beside is not None and hour.beside not in chosen
            for gap in [*hour.gaps, *[superbill_checks.ALONE] * is_alone]:
                found.setdefault(gap, []).append(hour.on)
        return [
            Missing(
                gap.words,
                gap.mend,
                gap.url if gap.right in permissions else "",
                gap.who,
                sorted(set(on)),
            )
            for gap, on in found.items()
        ]


def look(client: Client, *, since: date, until: date, today: date) -> Look:
    """Return the sessions of a client from ``since`` to ``until``, with what is missing of each."""
    zone, records = days.zone(), families.records_of(client)
    held = _held(records, since, until, zone)
    on = {each.pk: days.day_of(each.started_at, zone) for each in held}
    ids = [each.pk for each in held]
    figures = superbill_figures.of_sessions(ids)
    codings = hour_codes.of_sessions(ids)
    diagnosed = diagnoses.billable_by_day(records, set(on.values()))
    known = particulars.of_therapists({each.therapist_id for each in held})
    refused = superbill_checks.refusals({(each.service_code.code, on[each.pk]) for each in held})
    kept = _kept_back(client, today)
    needs_paid, standing = superbills.needs_paid(), superbills.standing_with(ids)
    stands_on, beside = superbills.numbers_of(ids), add_ons.primaries_of(ids)
    hours = [
        Hour(
            session=each,
            on=on[each.pk],
            figures=figures.get(each.pk),
            coding=codings.get(each.pk, HourCodes("", (), ())),
            codes=diagnosed[on[each.pk]][:POINTERS_MAX],
            gaps=[
                *superbill_checks.of_therapist(each, known.get(each.therapist_id)),
                *superbill_checks.of_money(client, figures.get(each.pk), needs_paid),
                *superbill_checks.of_record(
                    client,
                    diagnosed[on[each.pk]],
                    [row for row in kept if row.covers(on[each.pk])],
                ),
                *superbill_checks.of_codes(
                    each,
                    codings.get(each.pk),
                    refused.get((each.service_code.code, on[each.pk]), ""),
                ),
            ],
            stands_on=stands_on.get(each.pk, ""),
            beside=beside.get(each.pk),
        )
        for each in held
    ]
    return Look(client, hours, superbill_checks.of_all(client, today), needs_paid, standing)


def _held(records: Collection[UUID], since: date, until: date, zone: ZoneInfo) -> list[Session]:
    begin, _ = days.bounds(since, zone)
    _, end = days.bounds(until, zone)
    rows = Session.objects.filter(client__in=records, started_at__gte=begin, started_at__lt=end)
    # What is to stay unbilled is no gap that anybody mends.
    rows = rows.filter(~not_billed.KEPT_SESSION)
    return list(rows.select_related("service_code", "therapist").order_by("started_at", "id"))


def _kept_back(client: Client, today: date) -> list[Restriction]:
    """Return what keeps days from a plan: a superbill is for one to read, whoever sends it."""
    consent = releases.standing_consent(client, on=today)
    return restrictions.blocks(client, purpose=Purpose.PAYER, is_consented=consent is not None)
