"""What payers want of sessions by telehealth, and where what is said differs from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import QuerySet

from billing.models import KnownDetail, PayerRule
from billing.selectors import known_details
from clients.selectors import coverages

Remote = PayerRule.Remote


@dataclass(frozen=True, slots=True)
class Suggested:
    """The place and the modifiers with which a form begins."""

    place: str
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the list shows it, with its state on a day."""

    payer: str
    means: str
    wants: str
    starts_on: date
    ends_on: date | None
    state: str
    set_by: str


def in_force(payer: models.Model, remote: str, *, on: date) -> PayerRule | None:
    """Return the rule of a payer that counts on a day, or None."""
    started = PayerRule.objects.filter(payer=payer.pk, remote=remote, starts_on__lte=on)
    last = started.order_by("-starts_on", "-set_at", "-id").first()
    return last if last is not None and _lasts(last, on) else None


def suggested(client: Any, planned: str, *, on: date) -> Suggested:
    """Return what to begin with for an hour that was planned at a place.

    ``client`` is None for those who may not know how a client is insured.
    """
    if client is None or not known_details.is_remote(planned, on):
        return Suggested(planned)
    payer = coverages.first_payer(client, on=on)
    rule = in_force(payer, Remote.VIDEO, on=on) if payer is not None else None
    if rule is None:
        return Suggested(planned)
    return Suggested(rule.place_of_service or planned, tuple(rule.modifiers.split()))


def problem(client: Any, place: str, modifiers: Sequence[str], *, on: date) -> str:
    """Say in words what is wrong with a place and modifiers, or "" where nothing is.

    What the client's payer wants of telehealth counts before what usually goes together.
    """
    usual = known_details.contradiction(place, modifiers, on)
    remote = known_details.remote_among(modifiers, on)
    if client is None or not (remote or known_details.is_remote(place, on)):
        return usual
    payer = coverages.first_payer(client, on=on)
    if payer is None:
        return usual
    is_audio = KnownDetail.Remote.AUDIO in remote.values()
    rule = in_force(payer, Remote.AUDIO if is_audio else Remote.VIDEO, on=on)
    if rule is None:
        return usual
    return _against(rule, str(payer), place, modifiers, remote)


def all_rules() -> QuerySet[PayerRule]:
    """Return every rule, by payer and means, the latest first."""
    rows = PayerRule.objects.select_related("payer", "set_by")
    return rows.order_by("payer__name", "payer_id", "-remote", "-starts_on", "-set_at", "-id")


def rows(rules: Sequence[PayerRule], *, on: date) -> list[RuleRow]:
    """Return rules as the list shows them, in their order, in a constant number of queries."""
    counts = {}
    wanted = PayerRule.objects.filter(payer__in={rule.payer_id for rule in rules})
    for rule in wanted.filter(starts_on__lte=on).order_by("starts_on", "set_at", "id"):
        counts[rule.payer_id, rule.remote] = rule.pk
    return [
        _row(rule, is_last=counts.get((rule.payer_id, rule.remote)) == rule.pk, on=on)
        for rule in rules
    ]


def wants(rule: PayerRule) -> str:
    """Return in words what a rule wants."""
    place = known_details.label_of_place(rule.place_of_service) if rule.place_of_service else ""
    where = f"place {place}" if place else "the place where the client was"
    said = f"{rule.modifiers} and {where}" if rule.modifiers else f"no modifier, {where}"
    return said[0].upper() + said[1:]


def _row(rule: PayerRule, *, is_last: bool, on: date) -> RuleRow:
    state = "ahead" if rule.starts_on > on else "ended"
    if is_last and _lasts(rule, on):
        state = "active"
    return RuleRow(
        payer=rule.payer.name,
        means=rule.get_remote_display(),
        wants=wants(rule),
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
        state=state,
        set_by=rule.set_by.display_name,
    )


def _against(
    rule: PayerRule, payer: str, place: str, modifiers: Sequence[str], remote: dict[str, str]
) -> str:
    wanted = rule.modifiers.split()
    first = f"From {rule.starts_on:%b} {rule.starts_on.day}, {rule.starts_on.year} on, {payer}"
    missing = [code for code in wanted if code not in modifiers]
    if missing:
        return f"{first} wants {' and '.join(missing)}, which is not among the modifiers."
    extra = [code for code in modifiers if code in remote and code not in wanted]
    if extra:
        return f"{first} does not want {extra[0]}."
    if rule.place_of_service and rule.place_of_service != place:
        label = known_details.label_of_place(rule.place_of_service)
        return f"{first} wants place {label}."
    return ""


def _lasts(rule: PayerRule, on: date) -> bool:
    return rule.ends_on is None or rule.ends_on >= on
