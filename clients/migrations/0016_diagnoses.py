"""Diagnoses of clients, and chapter F of ICD-10-CM as the National Center for Health Statistics
published it for the fiscal year 2026 (a work of the US government, in the public domain)."""

import csv
from datetime import date
from pathlib import Path

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.row_security import tenant_table


CODES = Path(__file__).with_name("0016_icd10cm_2026_f.csv")
FROM = date(2025, 10, 1)
"""The first day of the fiscal year 2026: what was valid before, this list does not say."""


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with CODES.open(encoding="utf-8", newline="") as file:
        codes = apps.get_model("clients", "DiagnosisCode")
        codes.objects.using(schema_editor.connection.alias).bulk_create(
            codes(
                code=row["code"].replace(".", ""),
                title=row["description"],
                is_billable=row["leaf"] == "1",
                valid_from=FROM,
            )
            for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_rights_of_records"),
        ("clients", "0015_coverages_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="DiagnosisCode",
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
                    "code",
                    models.CharField(
                        db_comment="Without its dot, as claims carry it.", max_length=7
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("is_billable", models.BooleanField()),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(db_comment="The last day.", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "valid_from"), name="clients_diagnosiscode_once_from_a_day"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("code",),
                        name="clients_diagnosiscode_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="clients_diagnosiscode_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Diagnosis",
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
                ("code", accounts.fields.EncryptedText(max_chars=7)),
                ("rank", models.PositiveSmallIntegerField(db_comment="1 is the main diagnosis.")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(db_comment="The last day.", null=True)),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "ended_at",
                    models.DateTimeField(db_comment="UTC: when ends_on was set.", null=True),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(db_comment="UTC: it was entered in error.", null=True),
                ),
                (
                    "added_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnoses",
                        to="clients.client",
                    ),
                ),
                (
                    "ended_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "withdrawn_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rank__gte", 1), ("rank__lte", 12)),
                        name="clients_diagnosis_one_of_twelve",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="clients_diagnosis_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None), ("ends_on", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("ends_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="clients_diagnosis_ended_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(
                                ("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="clients_diagnosis_withdrawn_by_someone",
                    ),
                ],
            },
        ),
        tenant_table(
            "clients_diagnosis",
            may="SELECT, INSERT, UPDATE (code, ends_on, ended_at, ended_by_id, withdrawn_at,"
            " withdrawn_by_id, client_id, rank)",
            keys={
                "client_id": "clients_client",
                "added_by_id": "accounts_membership",
                "ended_by_id": "accounts_membership",
                "withdrawn_by_id": "accounts_membership",
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER no_two_on_a_day"
            " AFTER INSERT OR UPDATE OF client_id, rank, starts_on, ends_on, withdrawn_at"
            " ON clients_diagnosis FOR EACH ROW EXECUTE FUNCTION no_two_on_a_day('rank');"
            "CREATE TRIGGER stays_withdrawn BEFORE UPDATE ON clients_diagnosis"
            " FOR EACH ROW EXECUTE FUNCTION stays_withdrawn();"
            "GRANT SELECT ON clients_diagnosiscode TO app, backup",
            "REVOKE ALL ON clients_diagnosiscode FROM app, backup;"
            "DROP TRIGGER stays_withdrawn ON clients_diagnosis;"
            "DROP TRIGGER no_two_on_a_day ON clients_diagnosis",
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
