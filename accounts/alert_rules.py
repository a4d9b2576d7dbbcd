"""What raises a case: the rules by which what was appended to the log is read.

Each is declared here and nowhere else: which acts it looks at, within which time, and which limits
a practice may set, between which bounds. Pages, forms and the database's checks are made of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import models

from audit.actions import Action

A = Action

TEN_MINUTES = timedelta(minutes=10)
HOUR = timedelta(hours=1)
REFUSED = frozenset({403, 404})
"""What was known of and forbidden, or not even to be known of."""


class AlertRule(models.TextChoices):
    """The rules, by what a case is called that one raises."""

    MANY_CLIENTS = "MANY_CLIENTS", "Many clients in a short time"
    REFUSALS = "REFUSALS", "Refused again and again"
    EXPORTS = "EXPORTS", "Much taken away as files"
    KIN = "KIN", "Their own record, or a relative's"
    NEW_ADDRESS = "NEW_ADDRESS", "An address never seen before"
    EMERGENCY = "EMERGENCY", "A record opened in an emergency"


class Why(models.TextChoices):
    """What an event of a case showed, where its rule looks for more than one thing."""

    NONE = "", ""
    ROWS = "ROWS", "more rows than the limit"
    FILES = "FILES", "one file too many"
    OWN = "OWN", "it may be their own record"
    FAMILY = "FAMILY", "the same family name"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that a practice sets: what it counts, what it is at first, and its bounds."""

    label: str
    default: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Declared:
    """A rule. ``seen`` says in words what raises a case, with {first} and {second} for the limits;
    ``because`` why anybody should look. ``within`` is None where one event is enough.
    """

    rule: AlertRule
    seen: str
    because: str
    actions: frozenset[A] = frozenset()
    within: timedelta | None = None
    limits: tuple[Limit, ...] = ()

    @property
    def name(self) -> str:
        return str(self.rule.label)

    @property
    def slug(self) -> str:
        return self.rule.value.lower().replace("_", "-")

    def in_words(self, limits: Sequence[int]) -> str:
        """Say what raises a case with these limits."""
        return self.seen.format(**dict(zip(("first", "second"), limits, strict=False)))


OPENINGS = frozenset(
    {
        A.CLIENT_VIEWED,
        A.ACCESS_REPORT_VIEWED,
        A.RECORD_RELEASE_VIEWED,
        A.EMERGENCY_OPENED,
        A.COVERAGE_VIEWED,
        A.MEMBER_ID_SHOWN,
        A.DIAGNOSIS_VIEWED,
        A.CONSENT_VIEWED,
        A.FEE_VIEWED,
        A.APPOINTMENT_VIEWED,
        A.SESSION_VIEWED,
        A.INVOICE_VIEWED,
        A.STATEMENT_VIEWED,
        A.ESTIMATE_VIEWED,
        A.SUPERBILL_VIEWED,
        A.PACKAGE_VIEWED,
        A.PAYMENT_PLAN_VIEWED,
        A.BILLING_CYCLE_VIEWED,
        A.PAYMENT_VIEWED,
        A.QUESTION_VIEWED,
        A.DOCUMENT_DOWNLOADED,
        A.RECORD_RELEASED,
    }
)
"""Acts by which somebody opens what is one client's. A line in a list is none: a page of fifty
would be a case each time. One that touched no client's record opens none: how often the practice
bills is looked at by the same act as how often one client is billed."""

FILES = frozenset(
    {
        A.CLIENT_EXPORTED,
        A.REPORT_EXPORTED,
        A.ACCESS_REPORT_TAKEN,
        A.RECORD_RELEASED,
        A.STATEMENT_RUN_PRINTED,
        A.CHART_EXPORTED,
        A.BILL_FILE_DOWNLOADED,
        A.SAMPLE_EXPORTED,
        A.EVIDENCE_PACK_MADE,
        A.EVIDENCE_PACK_FETCHED,
    }
)
"""Acts by which much of the practice's leaves it at once; ``count`` tells the rows where known."""

RULES: Mapping[AlertRule, Declared] = {
    each.rule: each
    for each in (
        Declared(
            AlertRule.MANY_CLIENTS,
            "One person opens the records of {first} or more different clients within ten minutes.",
            "Who bills opens a few. Many in a row may be curiosity, or somebody at another's desk.",
            OPENINGS,
            TEN_MINUTES,
            (Limit("Different clients within ten minutes", 30, 5, 500),),
        ),
        Declared(
            AlertRule.REFUSALS,
            "One person is refused {first} times or more within ten minutes.",
            "Once is a wrong link. Again and again is somebody who tries doors.",
            frozenset({A.REQUEST_REFUSED}),
            TEN_MINUTES,
            (Limit("Refusals within ten minutes", 10, 3, 200),),
        ),
        Declared(
            AlertRule.EXPORTS,
            "One person takes away files of more than {first} rows together, or more than {second}"
            " files, within an hour.",
            "What left as a file is out of the practice's hands.",
            FILES,
            HOUR,
            (
                Limit("Rows within an hour", 500, 50, 100_000),
                Limit("Files within an hour", 3, 1, 50),
            ),
        ),
        Declared(
            AlertRule.KIN,
            "Somebody opens a record that may be their own, or of somebody with the same family"
            " name.",
            "Records of relatives are the ones that are most often opened without need.",
            OPENINGS,
        ),
        Declared(
            AlertRule.NEW_ADDRESS,
            "Somebody signs in or acts from a network address at which the log never saw them"
            " before, although it knows them.",
            "It may be a new home, or somebody else with their password. The address alone is"
            " compared: in which country it lies is not known here.",
        ),
        Declared(
            AlertRule.EMERGENCY,
            "Somebody opens a record in an emergency.",
            "Each one is looked at, besides the review that it has of its own.",
            frozenset({A.EMERGENCY_OPENED}),
        ),
    )
}
BY_SLUG = {each.slug: each for each in RULES.values()}
