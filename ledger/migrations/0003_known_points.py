"""Moments up to which the books are settled, and the guard that keeps them so."""

import accounts.ids
import accounts.tenancy
import ledger.models
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guarded_books")]
    operations = [
        migrations.AlterField(
            model_name="journalentry",
            name="posted_at",
            field=models.DateTimeField(
                db_comment="When the database took it in (UTC).",
                db_default=ledger.models.ClockTime(),
                editable=False,
            ),
        ),
        migrations.CreateModel(
            name="KnownPoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "practice_id",
                    models.UUIDField(db_default=accounts.tenancy.CurrentPractice(), editable=False),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_comment="UTC, by the database's clock.", editable=False
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.AddConstraint(
            model_name="knownpoint",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "at"), name="ledger_knownpoint_once"
            ),
        ),
        tenant_table("ledger_knownpoint", may="SELECT, INSERT"),
        append_only("ledger_knownpoint"),
        run_sql_file(__file__),
    ]
