"""Sessions say where they took place, and which modifiers their code carries."""

import csv
from pathlib import Path

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

DETAILS = Path(__file__).with_name("0110_known_details.csv")


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the list of places and modifiers: ours to say, with our own labels."""
    with DETAILS.open(encoding="utf-8", newline="") as file:
        known = apps.get_model("billing", "KnownDetail")
        known.objects.using(schema_editor.connection.alias).bulk_create(
            known(**{**row, "valid_until": row["valid_until"] or None})
            for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0064_terms_of_packages_are_set_with_fees"),
        ("billing", "0101_each_pays_their_own"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownDetail",
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
                    "kind",
                    models.CharField(
                        choices=[("PLACE", "Place of service"), ("MODIFIER", "Modifier")],
                        max_length=8,
                    ),
                ),
                ("code", models.CharField(max_length=2)),
                ("label", models.CharField(max_length=80)),
                (
                    "remote",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ANY", "By video or by sound alone"),
                            ("VIDEO", "By video"),
                            ("AUDIO", "By sound alone"),
                        ],
                        max_length=5,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(db_comment="The last day.", null=True)),
                ("source", models.CharField(db_comment="Where its days are from.", max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "code", "valid_from"),
                        name="billing_knowndetail_once_from_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="billing_knowndetail_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["PLACE", "MODIFIER"])),
                        name="billing_knowndetail_of_a_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionCoding",
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
                ("version", models.PositiveSmallIntegerField(db_comment="From 1.")),
                (
                    "place_of_service",
                    models.CharField(db_comment="Two digits, such as 11.", max_length=2),
                ),
                (
                    "modifiers",
                    models.CharField(
                        blank=True,
                        db_comment="Up to four, in order, with spaces between.",
                        max_length=11,
                    ),
                ),
                ("coded_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "coded_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "session",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codings",
                        to="billing.session",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "session", "version"),
                        name="billing_sessioncoding_version_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="billing_sessioncoding_from_version_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("modifiers", ""),
                            ("modifiers__regex", "^[A-Z0-9]{2}( [A-Z0-9]{2}){0,3}$"),
                            _connector="OR",
                        ),
                        name="billing_sessioncoding_four_modifiers",
                    ),
                ],
            },
        ),
        tenant_table(
            "billing_sessioncoding",
            may="SELECT, INSERT",
            keys={"session_id": "billing_session", "coded_by_id": "accounts_membership"},
        ),
        append_only("billing_sessioncoding"),
        run_sql_file(__file__),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
