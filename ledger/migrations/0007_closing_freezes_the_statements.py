"""The statements of a month as they were when it was closed."""

from django.db import migrations, models

from accounts.ids import uuid7
from accounts.row_security import append_only, tenant_table
from accounts.tenancy import CurrentPractice, PracticeKey
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_months_close_in_two_steps")]
    operations = [
        migrations.CreateModel(
            name="PeriodSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        primary_key=True, default=uuid7, editable=False, serialize=False
                    ),
                ),
                ("practice_id", models.UUIDField(db_default=CurrentPractice(), editable=False)),
                ("close", PracticeKey("ledger.periodclose", related_name="snapshots")),
                (
                    "known_at",
                    models.DateTimeField(
                        db_comment="The settled moment as known at which the statements were frozen (UTC)."
                    ),
                ),
                ("content", models.BinaryField(db_comment="Canonical JSON, in cents.")),
                (
                    "sha256",
                    models.CharField(max_length=64, db_comment="Of the content, in hex."),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "close"), name="ledger_periodsnapshot_once"
                    )
                ],
            },
        ),
        tenant_table(
            "ledger_periodsnapshot",
            may="SELECT, INSERT",
            keys={"close_id": "ledger_periodclose"},
        ),
        append_only("ledger_periodsnapshot"),
        run_sql_file(__file__),
    ]
