"""Setting from where on a rule raises a case, or that it raises none."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.alert_rules import Declared
from accounts.models import AlertSetting, Membership
from accounts.permissions import Permission
from accounts.selectors import alert_settings, reach
from accounts.services import mail
from accounts.services.alert_cases import lock, worded
from audit.actions import Action
from audit.services import events


class OutOfBounds(Exception):
    """A limit is not one that the rule may have; ``place`` says which."""

    def __init__(self, place: int, low: int, high: int) -> None:
        super().__init__(f"Enter a number from {low:,} to {high:,}.")
        self.place = place


class SetMeanwhile(Exception):
    """Somebody else set the rule since it was shown."""

    def __init__(self) -> None:
        super().__init__("A colleague has set this rule meanwhile. Look at it as it is now.")


@transaction.atomic
def change(
    *,
    rule: Declared,
    is_on: bool,
    limits: Sequence[int],
    own_words: str,
    seen: int,
    now: datetime,
    by: Membership,
) -> AlertSetting | None:
    """Let a rule stand so for what is done from now on: what was done before is looked at as the
    rule stood then. Nothing is written where nothing differs. ``seen`` is the version that was
    shown; a rule is switched off with a reason only. Of one that sees less from now on, the others
    who work cases are told by letter.

    Raises:
        SetMeanwhile, OutOfBounds
        alert_cases.NoReason: it is switched off without words.
    """
    lock()
    held = alert_settings.standing()[rule.rule]
    if held.version != seen:
        raise SetMeanwhile
    for place, (limit, wanted) in enumerate(zip(rule.limits, limits, strict=True)):
        if not limit.low <= wanted <= limit.high:
            raise OutOfBounds(place, limit.low, limit.high)
    if (is_on, tuple(limits)) == (held.is_on, held.limits):
        return None
    first, second = (*limits, None, None)[:2]
    row = AlertSetting.objects.create(
        rule=rule.rule,
        version=held.version + 1,
        is_on=is_on,
        first=first,
        second=second,
        own_words=None if is_on else worded(own_words),
        set_at=now,
        set_by=by,
    )
    if is_on != held.is_on:
        events.record(Action.ALERT_RULE_ON if is_on else Action.ALERT_RULE_OFF, target=row)
    if tuple(limits) != held.limits:
        events.record(
            Action.ALERT_RULE_CHANGED, target=row, before=_told(held.limits), after=_told(limits)
        )
    sees_less = any(new > old for new, old in zip(limits, held.limits, strict=True))
    if sees_less or (held.is_on and not is_on):
        _tell_others(rule, is_on, now, by)
    return row


def _tell_others(rule: Declared, is_on: bool, now: datetime, by: Membership) -> None:
    letter = {"rule": rule.name, "is_on": is_on}
    for address in reach.addresses_of_holders(Permission.ALERT_WORK, but=by):
        mail.queue(to=address, template="alert_rule", now=now, context=letter)


def _told(limits: Sequence[int]) -> str:
    return " and ".join(str(limit) for limit in limits)
