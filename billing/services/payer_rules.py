"""Keeping what payers want of sessions by telehealth."""

from datetime import date, datetime

from django.db import models, transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import PayerRule
from billing.selectors import payer_rules
from billing.services import codings, numbers
from billing.services.codings import Coding


class NothingChanges(Exception):
    """The payer wants this from that day on already."""


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""


@transaction.atomic
def set_rule(
    *,
    payer: models.Model,
    remote: str,
    coding: Coding,
    starts_on: date,
    ends_on: date | None,
    now: datetime,
    by: Membership,
) -> PayerRule:
    """Say which place and modifiers a payer wants for telehealth from a day to another.

    The place "" wants the one where the client was. A day may be over: payers change their mind
    for what was. Sessions that are recorded keep what was said of them.

    Raises:
        codings.PlaceNotUsed, codings.ModifierNotUsed: the codes cannot be used on ``starts_on``.
        EndsBeforeItStarts: ``ends_on`` lies before ``starts_on``.
        NothingChanges: it is set so from that day already.
    """
    numbers.lock(numbers.SERVICES)  # A second click waits, and then finds what the first made.
    if ends_on is not None and ends_on < starts_on:
        raise EndsBeforeItStarts("The last day lies before the first. Enter a later one.")
    codings.require_usable(coding, on=starts_on)
    modifiers = " ".join(coding.modifiers)
    last = payer_rules.in_force(payer, remote, on=starts_on)
    same = (coding.place, modifiers, starts_on, ends_on)
    if last is not None and same == (
        last.place_of_service,
        last.modifiers,
        last.starts_on,
        last.ends_on,
    ):
        raise NothingChanges("From that day on it is set so already.")
    rule = PayerRule.objects.create(
        payer_id=payer.pk,
        remote=remote,
        place_of_service=coding.place,
        modifiers=modifiers,
        starts_on=starts_on,
        ends_on=ends_on,
        set_at=now,
        set_by=by,
    )
    events.record(Action.PAYER_RULE_SET, target=rule, starts_on=starts_on.isoformat())
    return rule
