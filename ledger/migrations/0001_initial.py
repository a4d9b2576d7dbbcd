"""The tables of the books, as ledger/models.py describes them."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.ids import uuid7
from accounts.tenancy import CurrentPractice, PracticeKey
from ledger.fields import MoneyField

MEMBERSHIP = "accounts.membership"
REASONS = [
    ("LATE_DOCUMENT", "A document came late"),
    ("CORRECTION", "A mistake must be corrected in its own month"),
    ("ACCOUNTANT_REQUEST", "The outside accountant asked for it"),
    ("CLOSED_BY_MISTAKE", "The month was closed by mistake"),
]


def identity():
    return [
        ("id", models.UUIDField(primary_key=True, default=uuid7, editable=False, serialize=False)),
        ("practice_id", models.UUIDField(db_default=CurrentPractice(), editable=False)),
    ]


def moment(comment="UTC."):
    return models.DateTimeField(db_default=Now(), editable=False, db_comment=comment)


def once(name, *fields):
    return models.UniqueConstraint(fields=("practice_id", *fields), name=name)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("accounts", "0003_row_security")]
    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                *identity(),
                ("code", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=9)),
                ("normal_side", models.CharField(max_length=6)),
                (
                    "role",
                    models.CharField(
                        max_length=32, db_comment="What code posts to; see ledger/chart.py."
                    ),
                ),
                (
                    "is_control",
                    models.BooleanField(
                        db_comment="The sum of a subledger: each posting names its party and its open item."
                    ),
                ),
            ],
            options={
                "constraints": [
                    once("ledger_account_code_once", "code"),
                    once("ledger_account_role_once", "role"),
                    models.CheckConstraint(
                        name="ledger_account_kind_known",
                        condition=Q(kind__in=["ASSET", "LIABILITY", "EQUITY", "INCOME", "EXPENSE"]),
                    ),
                    models.CheckConstraint(
                        name="ledger_account_side_known",
                        condition=Q(normal_side__in=["DEBIT", "CREDIT"]),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                *identity(),
                (
                    "source",
                    models.CharField(
                        max_length=120,
                        db_comment="The business event, such as payment:<uuid>; posted once.",
                    ),
                ),
                (
                    "entry_date",
                    models.DateField(
                        db_comment="The business date in the practice's time zone; decides the period."
                    ),
                ),
                (
                    "memo",
                    models.CharField(
                        max_length=200,
                        db_comment="What happened, in codes and plain words, never PHI.",
                    ),
                ),
                (
                    "posting_count",
                    models.PositiveSmallIntegerField(
                        db_comment="How many postings the entry has: once they stand, no other can join them."
                    ),
                ),
                ("posted_at", moment("When the database took it in (UTC).")),
                ("posted_by", PracticeKey(MEMBERSHIP)),
                (
                    "reverses",
                    PracticeKey("ledger.journalentry", null=True, related_name="reversals"),
                ),
            ],
            options={
                "constraints": [
                    once("ledger_journalentry_source_once", "source"),
                    once("ledger_journalentry_reversed_once", "reverses"),
                    models.CheckConstraint(
                        name="ledger_journalentry_two_postings", condition=Q(posting_count__gte=2)
                    ),
                    models.CheckConstraint(
                        name="ledger_journalentry_says_what", condition=~Q(source="") & ~Q(memo="")
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["practice_id", "entry_date"], name="ledger_journalentry_by_date"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                *identity(),
                ("entry", PracticeKey("ledger.journalentry", related_name="postings")),
                ("account", PracticeKey("ledger.account", related_name="postings")),
                ("debit", MoneyField(db_comment="Cents.")),
                ("credit", MoneyField(db_comment="Cents.")),
                (
                    "party",
                    models.UUIDField(null=True, db_comment="Whose subledger: an opaque id."),
                ),
                (
                    "item",
                    models.UUIDField(
                        null=True, db_comment="Which open item of the party: an opaque id."
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="ledger_posting_one_sided",
                        condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                    )
                ],
                "indexes": [
                    models.Index(
                        fields=["practice_id", "party", "account", "item"],
                        name="ledger_posting_by_party",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                *identity(),
                ("month", models.DateField(db_comment="The first day of the month.")),
            ],
            options={
                "constraints": [
                    once("ledger_period_once", "month"),
                    models.CheckConstraint(
                        name="ledger_period_starts_a_month", condition=Q(month__day=1)
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PeriodClose",
            fields=[
                *identity(),
                ("period", PracticeKey("ledger.period", related_name="closes")),
                ("closed_at", moment()),
                ("closed_by", PracticeKey(MEMBERSHIP)),
            ],
        ),
        migrations.CreateModel(
            name="PeriodReopen",
            fields=[
                *identity(),
                ("close", PracticeKey("ledger.periodclose", related_name="reopens")),
                ("reason", models.CharField(max_length=20, choices=REASONS)),
                ("reopened_at", moment()),
                ("reopened_by", PracticeKey(MEMBERSHIP)),
            ],
            options={
                "constraints": [
                    once("ledger_periodreopen_once", "close"),
                    models.CheckConstraint(
                        name="ledger_periodreopen_reason_known",
                        condition=Q(reason__in=[code for code, _ in REASONS]),
                    ),
                ],
            },
        ),
    ]
