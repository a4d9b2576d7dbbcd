"""Good faith estimates that were issued, and for which days each counts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Min, QuerySet

from accounts import keys
from billing.models import Estimate, EstimateItem, EstimateNote, EstimateText
from clients.models import Client
from clients.selectors import families
from ledger.money import Money


class Altered(Exception):
    """The sealed words of an estimate are not those that it was issued with."""


@dataclass(frozen=True, slots=True)
class Item:
    """A service that is expected, in cents."""

    therapist_id: UUID
    therapist: str
    service_code_id: UUID
    code: str
    label: str
    times: int
    charge: Money

    @property
    def sum(self) -> Money:
        return Money(self.times * self.charge.cents)


@dataclass(frozen=True, slots=True)
class Counting:
    """An estimate of a person with the days on which it counts: from its first day to its last, or
    to the day before another one that was issued later begins.
    """

    estimate: Estimate
    person_id: UUID
    since: date
    until: date
    items: list[Item] = field(default_factory=list)

    def counts_on(self, day: date) -> bool:
        return self.since <= day <= self.until

    def names(self, therapist_id: UUID, service_code_id: UUID) -> bool:
        """Say whether a service by somebody is one of its items."""
        wanted = (therapist_id, service_code_id)
        return any((item.therapist_id, item.service_code_id) == wanted for item in self.items)


def of_people(
    client_ids: Collection[UUID], *, until_given: bool = False
) -> dict[UUID, list[Counting]]:
    """Return person → the estimates that count on some day, the latest issued first.

    A person is known by their kept record; what was issued for a merged one is theirs. With
    ``until_given``, another estimate takes the place of one from the day on which it was given to
    the client: what nobody told them, or told them afterwards, does not change what they expect.
    """
    kept = families.ids_of(client_ids)
    rows = Estimate.objects.filter(client__in=kept).order_by("-issued_at", "-id")
    given_on = _given_on(rows) if until_given else {}
    found: dict[UUID, list[Counting]] = {}
    for row in rows:
        person = kept[row.client_id]
        later = found.setdefault(person, [])
        until = row.until
        for other in later:
            if until_given:
                until = min(until, _still(row, other, given_on))
            elif other.since <= row.since <= other.until:
                until = date.min
            elif row.since < other.since:
                until = min(until, other.since - timedelta(days=1))
        if until >= row.since:
            later.append(Counting(row, person, row.since, until))
    items = items_of([each.estimate for group in found.values() for each in group])
    return {
        person: [replace(each, items=items.get(each.estimate.pk, [])) for each in group]
        for person, group in found.items()
    }


def _still(row: Estimate, other: Counting, given_on: Mapping[UUID, date]) -> date:
    """Return the last day on which an estimate counts beside one that was issued later."""
    given = given_on.get(other.estimate.pk)
    if given is None or other.until < row.since:
        return row.until
    return max(other.since, given) - timedelta(days=1)


def _given_on(rows: QuerySet[Estimate]) -> dict[UUID, date]:
    """Return estimate → the day on which it was first given to its client."""
    notes = EstimateNote.objects.filter(estimate__in=rows.order_by(), kind=EstimateNote.Kind.GIVEN)
    firsts = notes.values_list("estimate_id").annotate(first=Min("happened_on"))
    return dict(firsts.order_by("estimate_id"))


def of_person(client: Client) -> list[Counting]:
    """Return the estimates of a client that count on some day, the latest issued first."""
    found = of_people([client.pk])
    return next(iter(found.values()), [])


def items_of(estimates: Collection[Estimate]) -> dict[UUID, list[Item]]:
    """Return estimate → its items in the order printed, in one query."""
    rows = EstimateItem.objects.filter(estimate__in=estimates)
    found: dict[UUID, list[Item]] = {}
    for row in rows.select_related("therapist", "service_code").order_by("position"):
        found.setdefault(row.estimate_id, []).append(_item(row))
    return found


def _item(row: EstimateItem) -> Item:
    return Item(
        therapist_id=row.therapist_id,
        therapist=row.therapist.display_name,
        service_code_id=row.service_code_id,
        code=row.service_code.code,
        label=row.service_code.label,
        times=row.times,
        charge=row.charge,
    )


def of_clients(records: Collection[UUID]) -> QuerySet[Estimate]:
    """Return every estimate of some records, replaced ones too, the newest first."""
    rows = Estimate.objects.filter(client__in=records).select_related("issued_by", "replaces")
    return rows.prefetch_related("notes", "replaced_by").order_by("-issued_at", "-id")


def notes_of(estimate: Estimate) -> list[EstimateNote]:
    """Return what was noted of an estimate, in the order in which it happened."""
    rows = EstimateNote.objects.filter(estimate=estimate).select_related("noted_by")
    return list(rows.order_by("happened_on", "id"))


def replacement_of(estimate: Estimate) -> Estimate | None:
    """Return the estimate that replaces one, if any does."""
    return Estimate.objects.filter(replaces=estimate).first()


def said(estimate: Estimate) -> dict[str, object]:
    """Return the words of an estimate as it was issued.

    Raises:
        Altered: they are not those that it was issued with.
    """
    words: dict[str, object] = EstimateText.objects.get(estimate=estimate).said
    if commitment(words) != bytes(estimate.said_commitment):
        raise Altered(f"What {estimate.number} says is not what was issued.")
    return words


def commitment(words: dict[str, object]) -> bytes:
    """Return the keyed hash by which an estimate vouches for its sealed words."""
    text = EstimateText._meta.get_field("said").to_text(words)
    return keys.fingerprint(text, purpose="billing.estimate")


def given(estimates: Iterable[Estimate]) -> set[UUID]:
    """Return those that were given to their client, in one query."""
    rows = EstimateNote.objects.filter(
        estimate__in=[row.pk for row in estimates], kind=EstimateNote.Kind.GIVEN
    )
    return set(rows.values_list("estimate_id", flat=True))
