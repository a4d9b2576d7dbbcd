"""Cases that the log raises, and how far it was read for them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.alert_rules import RULES, AlertRule, Why
from accounts.fields import EncryptedText
from accounts.models.practice import Membership
from accounts.tenancy import PracticeKey, PracticeModel

OWN_WORDS_MAX_CHARS = 500


def in_bounds() -> Q:
    """Return the check that the limits of each rule are numbers that it may have."""
    found = Q()
    for each in RULES.values():
        holds = Q(rule=each.rule.value)
        for name, limit in zip(("first", "second"), (*each.limits, None, None), strict=False):
            # A comparison with nothing is neither true nor false, and would pass the check.
            holds &= (
                Q(**{f"{name}__isnull": False, f"{name}__range": (limit.low, limit.high)})
                if limit
                else Q(**{name: None})
            )
        found |= holds
    return found


class AlertCursor(PracticeModel):
    """Up to which event a practice's log was read. It moves forward only, and is the lock under
    which cases are raised, joined, assigned and closed.
    """

    seq = models.BigIntegerField(db_comment="0 for none yet.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id seq"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id"], name="accounts_alertcursor_one_per_practice"
            ),
            models.CheckConstraint(name="accounts_alertcursor_counts_up", condition=Q(seq__gte=0)),
        ]

    def __str__(self) -> str:
        return str(self.seq)


class AlertAddress(PracticeModel):
    """A network from which the log has seen a person act: an IPv4 address, or a /64 of IPv6."""

    member = PracticeKey(Membership)
    network = models.CharField(max_length=43)
    first_seq = models.BigIntegerField(db_comment="The event that showed it first.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id member network first_seq"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "member", "network"], name="accounts_alertaddress_once"
            ),
        ]

    def __str__(self) -> str:
        return self.network


class AlertSetting(PracticeModel):
    """What a practice set for a rule. The newest version of each counts; without one, the limits
    that the rule begins with. Why a rule was switched off stands in its own words.
    """

    rule = models.CharField(max_length=12, choices=AlertRule)
    version = models.IntegerField()
    is_on = models.BooleanField()
    first = models.IntegerField(null=True)
    second = models.IntegerField(null=True)
    own_words = EncryptedText(max_chars=OWN_WORDS_MAX_CHARS, null=True)
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey(Membership)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "own_words",
        "PUBLIC": "id practice_id rule version is_on first second set_at set_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "rule", "version"], name="accounts_alertsetting_version_once"
            ),
            models.CheckConstraint(name="accounts_alertsetting_in_bounds", condition=in_bounds()),
            models.CheckConstraint(
                name="accounts_alertsetting_off_for_a_reason",
                condition=Q(is_on=True) | Q(own_words__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.version}"

    @property
    def audit_label(self) -> str:
        return RULES[AlertRule(self.rule)].name


class AlertCase(PracticeModel):
    """That a rule saw something of a person on a day. It is open until a step closes it; of each
    rule, person and day one is open at a time. ``first`` and ``second`` are the limits of then.
    """

    rule = models.CharField(max_length=12, choices=AlertRule)
    about = PracticeKey(Membership)
    seen_on = models.DateField(db_comment="In the practice's own zone.")
    turn = models.IntegerField(db_comment="1, or more where one of that day was closed before.")
    first = models.IntegerField(null=True)
    second = models.IntegerField(null=True)
    raised_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id rule about seen_on turn first second raised_at"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "rule", "about", "seen_on", "turn"],
                name="accounts_alertcase_once",
            ),
            models.CheckConstraint(name="accounts_alertcase_turns", condition=Q(turn__gte=1)),
            models.CheckConstraint(
                name="accounts_alertcase_rule_known",
                condition=Q(rule__in=[each.value for each in AlertRule]),
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "raised_at"], name="accounts_alertcase_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of {self.about_id}"

    @property
    def audit_label(self) -> str:
        return RULES[AlertRule(self.rule)].name


class AlertHit(PracticeModel):
    """An event of the log that belongs to a case. Of one rule, an event is in one case only."""

    case = PracticeKey(AlertCase, related_name="hits")
    seq = models.BigIntegerField(db_comment="The event's number.")
    seen_at = models.DateTimeField(db_comment="UTC: the event's time.")
    why = models.CharField(max_length=6, choices=Why, blank=True)
    joined_at = models.DateTimeField(db_comment="UTC: when the log was read.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id case seq seen_at why joined_at"
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "case", "seq"], name="accounts_alerthit_once"
            ),
            models.CheckConstraint(
                name="accounts_alerthit_why_known",
                condition=Q(why__in=[each.value for each in Why]),
            ),
        ]
        indexes = [models.Index(fields=["practice_id", "seq"], name="accounts_alerthit_by_event")]

    def __str__(self) -> str:
        return f"{self.seq} in {self.case_id}"


class AlertStep(PracticeModel):
    """What somebody did about a case: they gave it to a colleague or took it, or closed it."""

    class Kind(models.TextChoices):
        """Who works the case from now on, or that nobody has to."""

        ASSIGNED = "ASSIGNED", "Assigned"
        CLOSED = "CLOSED", "Closed"

    class Outcome(models.TextChoices):
        """What came of it."""

        NOTHING = "NOTHING", "Nothing wrong"
        TALKED = "TALKED", "Talked to the person"
        INCIDENT = "INCIDENT", "An incident"

    case = PracticeKey(AlertCase, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind)
    assignee = PracticeKey(Membership, null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    own_words = EncryptedText(
        max_chars=OWN_WORDS_MAX_CHARS, null=True, db_comment="Why it was closed so."
    )
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    done_at = models.DateTimeField(db_comment="UTC.")
    done_by = PracticeKey(Membership)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "own_words",
        "PUBLIC": "id practice_id case kind assignee outcome key done_at done_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="accounts_alertstep_key_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "case"],
                condition=Q(kind="CLOSED"),
                name="accounts_alertstep_closed_once",
            ),
            models.CheckConstraint(
                name="accounts_alertstep_is_of_its_kind",
                condition=Q(kind="ASSIGNED", assignee__isnull=False, outcome="")
                & Q(own_words__isnull=True)
                | Q(kind="CLOSED", assignee=None, own_words__isnull=False)
                & Q(outcome__in=["NOTHING", "TALKED", "INCIDENT"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"
