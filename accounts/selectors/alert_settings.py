"""What the practice in scope set for the rules by which the log raises cases."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts.alert_rules import RULES, AlertRule, Declared
from accounts.models import AlertSetting


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it stands: ``version`` is 0 where the practice set nothing yet.

    ``own_words`` say why it was switched off, by whoever last set it.
    """

    declared: Declared
    version: int
    is_on: bool
    limits: tuple[int, ...]
    set_at: datetime | None = None
    set_by: str = ""
    own_words: str = field(default="", repr=False)

    @property
    def words(self) -> str:
        return self.declared.in_words(self.limits)


def standing(*, at: datetime | None = None) -> dict[AlertRule, Standing]:
    """Return every rule as it stands now, or as it stood at a moment, in one query."""
    rows = AlertSetting.objects.order_by("practice_id", "rule", "-version")
    if at is not None:
        rows = rows.filter(set_at__lte=at)
    newest = {
        row.rule: row for row in rows.distinct("practice_id", "rule").select_related("set_by")
    }
    return {rule: _standing(declared, newest.get(rule)) for rule, declared in RULES.items()}


def set_next(*, after: datetime) -> datetime | None:
    """Return when a rule was set first after a moment, or None. One query."""
    later = AlertSetting.objects.filter(set_at__gt=after).order_by("set_at")
    return later.values_list("set_at", flat=True).first()


def _standing(declared: Declared, row: AlertSetting | None) -> Standing:
    if row is None:
        return Standing(declared, 0, is_on=True, limits=defaults(declared))
    return Standing(
        declared,
        row.version,
        row.is_on,
        tuple(limit for limit in (row.first, row.second) if limit is not None),
        row.set_at,
        row.set_by.display_name,
        row.own_words or "",
    )


def defaults(declared: Declared) -> tuple[int, ...]:
    """Return the limits that a rule begins with."""
    return tuple(limit.default for limit in declared.limits)
