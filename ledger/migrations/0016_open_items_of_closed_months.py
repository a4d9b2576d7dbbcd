"""Open items added up to the end of the closed months, so that ages read what happened since."""

from django.db import migrations, models
from django.db.models import Q

from accounts.ids import uuid7
from accounts.row_security import tenant_table
from accounts.tenancy import CurrentPractice, PracticeKey
from audit.sql import run_sql_file
from ledger.fields import MoneyField
from ledger.models.books import ClockTime


def identity():
    return [
        ("id", models.UUIDField(primary_key=True, default=uuid7, editable=False, serialize=False)),
        ("practice_id", models.UUIDField(db_default=CurrentPractice(), editable=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_days_of_postings")]
    operations = [
        migrations.CreateModel(
            name="ItemSnapshot",
            fields=[
                *identity(),
                (
                    "begins_on",
                    models.DateField(db_comment="The first day of the first month of the books."),
                ),
                ("ends_on", models.DateField(db_comment="The last day that was added up.")),
                (
                    "made_at",
                    models.DateTimeField(db_default=ClockTime(), editable=False, db_comment="UTC."),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id",), name="ledger_itemsnapshot_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemTotal",
            fields=[
                *identity(),
                ("snapshot", PracticeKey("ledger.itemsnapshot")),
                ("account", PracticeKey("ledger.account")),
                ("party", models.UUIDField(db_comment="Whose subledger: an opaque id.")),
                (
                    "item",
                    models.UUIDField(db_comment="Which open item of the party: an opaque id."),
                ),
                ("debit", MoneyField(db_comment="Cents.")),
                ("credit", MoneyField(db_comment="Cents.")),
                (
                    "debit_count",
                    models.PositiveIntegerField(db_comment="How many of its postings are debits."),
                ),
                (
                    "first_on",
                    models.DateField(
                        db_comment="The day of its first debit, or else of its first posting."
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "account", "party", "item"),
                        name="ledger_itemtotal_once",
                    ),
                    models.CheckConstraint(
                        name="ledger_itemtotal_not_negative",
                        condition=Q(debit__gte=0, credit__gte=0),
                    ),
                ],
            },
        ),
        tenant_table("ledger_itemsnapshot", may="SELECT"),
        tenant_table(
            "ledger_itemtotal",
            may="SELECT",
            keys={"snapshot_id": "ledger_itemsnapshot", "account_id": "ledger_account"},
        ),
        run_sql_file(__file__),
    ]
