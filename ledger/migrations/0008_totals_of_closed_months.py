"""Throw-away totals of closed months."""

from django.db import migrations, models
from django.db.models import Q

from accounts.ids import uuid7
from accounts.row_security import tenant_table
from accounts.tenancy import CurrentPractice, PracticeKey
from audit.sql import run_sql_file
from ledger.fields import MoneyField


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_closing_freezes_the_statements")]
    operations = [
        migrations.CreateModel(
            name="MonthTotal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        primary_key=True, default=uuid7, editable=False, serialize=False
                    ),
                ),
                ("practice_id", models.UUIDField(db_default=CurrentPractice(), editable=False)),
                ("close", PracticeKey("ledger.periodclose", related_name="totals")),
                ("account", PracticeKey("ledger.account")),
                ("debit", MoneyField(db_comment="Cents.")),
                ("credit", MoneyField(db_comment="Cents.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "close", "account"), name="ledger_monthtotal_once"
                    ),
                    models.CheckConstraint(
                        name="ledger_monthtotal_not_negative",
                        condition=Q(debit__gte=0, credit__gte=0),
                    ),
                ],
            },
        ),
        tenant_table(
            "ledger_monthtotal",
            may="SELECT, INSERT",
            keys={"close_id": "ledger_periodclose", "account_id": "ledger_account"},
        ),
        run_sql_file(__file__),
    ]
