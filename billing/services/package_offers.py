"""Offers of packages: the terms on which sessions are sold ahead, set once and ended by a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import PackageOffer, PackageOfferCode, PackageOfferEnded, ServiceCode
from billing.services import numbers
from ledger.money import Money

UsedCounts = PackageOffer.UsedCounts


class PriceTooLow(Exception):
    """A session would be worth less than a cent."""


class KeyReused(Exception):
    """Another offer was added under this key."""


class AlreadyEnded(Exception):
    """The offer was ended before."""


class EndsInThePast(Exception):
    """An offer would end before today, or before it begins."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is sold: how many sessions of which services, for how much, until when, and what becomes
    of those that are not used. ``forfeits`` is the practice's word that its terms and the law of
    its state let them expire.
    """

    name: str
    sessions: int
    price: Money
    valid_days: int
    forfeits: bool
    used_counts: PackageOffer.UsedCounts
    codes: Collection[ServiceCode]
    offered_from: date


@transaction.atomic
def add(*, terms: Terms, key: UUID, now: datetime, by: Membership) -> PackageOffer:
    """Offer a package from a day on. The same ``key`` again returns the offer that it has.

    Raises:
        PriceTooLow: there would be less than a cent for each session.
        KeyReused: the key belongs to an offer of another name or price.
    """
    numbers.lock(numbers.SERVICES)
    if (known := PackageOffer.objects.filter(key=key).first()) is not None:
        if (known.name, known.price) != (terms.name, terms.price):
            raise KeyReused("This form was sent before, with another offer. Open it anew.")
        return known
    if terms.price.cents < terms.sessions:
        raise PriceTooLow("Enter a price of at least a cent for each session.")
    offer = PackageOffer.objects.create(
        name=terms.name,
        sessions=terms.sessions,
        price=terms.price,
        valid_days=terms.valid_days,
        forfeits=terms.forfeits,
        used_counts=terms.used_counts,
        code_count=len(terms.codes),
        offered_from=terms.offered_from,
        key=key,
        added_at=now,
        added_by=by,
    )
    PackageOfferCode.objects.bulk_create(
        PackageOfferCode(offer=offer, service_code=code) for code in terms.codes
    )
    events.record(
        Action.PACKAGE_OFFER_ADDED,
        target=offer,
        count=terms.sessions,
        amount_cents=terms.price.cents,
    )
    return offer


@transaction.atomic
def end(
    *, offer: PackageOffer, ended_on: date, today: date, now: datetime, by: Membership
) -> PackageOfferEnded:
    """Sell an offer no more, from a day on that is not over. What was sold keeps its terms.

    Raises:
        AlreadyEnded: it was ended before.
        EndsInThePast: the day is before today, or packages were sold on it or later.
    """
    numbers.lock(numbers.SERVICES)
    if PackageOfferEnded.objects.filter(offer=offer).exists():
        raise AlreadyEnded(f"{offer.name} was ended already.")
    if ended_on < today or offer.packages.filter(sold_on__gte=ended_on).exists():
        raise EndsInThePast("Choose a day from today on, after the last sale of it.")
    ended = PackageOfferEnded.objects.create(
        offer=offer, ended_on=ended_on, ended_at=now, ended_by=by
    )
    events.record(Action.PACKAGE_OFFER_ENDED, target=offer, day=ended_on.isoformat())
    return ended
