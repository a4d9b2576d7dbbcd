"""What is done beside a service has a fee and a line of its own, and is never billed alone."""

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

ADD_ONS = Path(__file__).with_name("0112_known_add_ons.csv")


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the list of which code stands beside which."""
    with ADD_ONS.open(encoding="utf-8", newline="") as file:
        known = apps.get_model("billing", "KnownAddOn")
        known.objects.using(schema_editor.connection.alias).bulk_create(
            known(**{name: value or None for name, value in row.items()})
            for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0064_terms_of_packages_are_set_with_fees"),
        ("billing", "0111_what_payers_want"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownAddOn",
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
                ("code", models.CharField(max_length=5)),
                ("beside", models.CharField(max_length=5)),
                ("after_minutes", models.PositiveSmallIntegerField(null=True)),
                ("every_minutes", models.PositiveSmallIntegerField(null=True)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(db_comment="The last day.", null=True)),
                ("source", models.CharField(db_comment="Where the pair is from.", max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "beside", "valid_from"),
                        name="billing_knownaddon_once_from_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="billing_knownaddon_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("after_minutes", None), ("every_minutes", None)),
                            models.Q(("after_minutes__isnull", False), ("every_minutes__gt", 0)),
                            _connector="OR",
                        ),
                        name="billing_knownaddon_minutes_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionAddOn",
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
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "add_on",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="beside",
                        to="billing.session",
                    ),
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
                    "session",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="add_ons",
                        to="billing.session",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "add_on"), name="billing_sessionaddon_of_one_session"
                    ),
                    models.UniqueConstraint(
                        fields=("practice_id", "key"), name="billing_sessionaddon_key_once"
                    ),
                ],
            },
        ),
        tenant_table(
            "billing_sessionaddon",
            may="SELECT, INSERT",
            keys={
                "session_id": "billing_session",
                "add_on_id": "billing_session",
                "added_by_id": "accounts_membership",
            },
        ),
        append_only("billing_sessionaddon"),
        run_sql_file(__file__),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
