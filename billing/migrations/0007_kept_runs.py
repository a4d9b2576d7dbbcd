"""Runs of reports that are kept: append-only, each known at a settled moment."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_reports_as_files"),
        ("billing", "0006_fhir_files"),
        ("ledger", "0003_known_points"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportRun",
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
                    "report",
                    models.CharField(db_comment="Its slug, as in its address.", max_length=40),
                ),
                (
                    "version",
                    models.PositiveSmallIntegerField(db_comment="Of the report when it was run."),
                ),
                ("since", models.DateField(db_comment="Null for a report of one day.", null=True)),
                (
                    "as_of",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                (
                    "known_at",
                    models.DateTimeField(db_comment="UTC; the books were settled up to it."),
                ),
                (
                    "choices",
                    models.JSONField(
                        db_comment="Other parameters by name: codes and ids, never PHI."
                    ),
                ),
                (
                    "sha256",
                    models.CharField(db_comment="Of the canonical JSON, in hex.", max_length=64),
                ),
                (
                    "figures_sha256",
                    models.CharField(
                        db_comment="Of its figures and days alone, in hex.", max_length=64
                    ),
                ),
                (
                    "chart_sha256",
                    models.CharField(
                        db_comment="Of the codes and names of the chart at the time, in hex.",
                        max_length=64,
                    ),
                ),
                ("row_count", models.PositiveIntegerField()),
                ("run_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "run_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["practice_id", "run_at", "id"], name="billing_reportrun_by_time"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("since", None), ("since__lte", models.F("as_of")), _connector="OR"
                        ),
                        name="billing_reportrun_of_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sha256__regex", "^[0-9a-f]{64}$"),
                            ("figures_sha256__regex", "^[0-9a-f]{64}$"),
                            ("chart_sha256__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="billing_reportrun_hashes_whole",
                    ),
                ],
            },
        ),
        tenant_table(
            "billing_reportrun",
            may="SELECT, INSERT",
            keys={"run_by_id": "accounts_membership"},
        ),
        append_only("billing_reportrun"),
        run_sql_file(__file__),
    ]
