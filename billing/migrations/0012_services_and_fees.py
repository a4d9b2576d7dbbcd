"""What is charged: list fees that end, discounts kept beside fees, and known procedure codes."""

import csv
from pathlib import Path

import accounts.ids
import ledger.fields
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.sql import run_sql_file

CODES = Path(__file__).with_name("0012_known_codes.csv")


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the list of known codes: ours to say, with our own labels."""
    with CODES.open(encoding="utf-8", newline="") as file:
        known = apps.get_model("billing", "KnownCode")
        known.objects.using(schema_editor.connection.alias).bulk_create(
            known(
                **{name: value or None for name, value in row.items() if name != "family"},
                family=row["family"],
            )
            for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0033_services_and_waivers"),
        ("billing", "0011_report_files"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownCode",
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
                ("label", models.CharField(max_length=80)),
                (
                    "family",
                    models.CharField(
                        blank=True,
                        db_comment="Codes that differ by their minutes alone.",
                        max_length=16,
                    ),
                ),
                (
                    "minutes_from",
                    models.PositiveSmallIntegerField(db_comment="The fewest.", null=True),
                ),
                (
                    "minutes_until",
                    models.PositiveSmallIntegerField(db_comment="The most.", null=True),
                ),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(db_comment="The last day.", null=True)),
                (
                    "source",
                    models.CharField(
                        db_comment="Where its days and minutes are from.", max_length=80
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="billing_invoiceline_not_negative",
        ),
        migrations.RemoveConstraint(
            model_name="servicefee",
            name="billing_servicefee_once_a_day",
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="discount",
            field=ledger.fields.MoneyField(
                db_comment="Cents, what was taken off the list fee.", db_default=models.Value(0)
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="discount",
            field=ledger.fields.MoneyField(
                db_comment="Cents, what was taken off the list fee.", db_default=models.Value(0)
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="discount_kind",
            field=models.CharField(
                blank=True,
                choices=[("SLIDING", "Sliding scale"), ("COURTESY", "Courtesy")],
                db_default="",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="amount",
            field=ledger.fields.MoneyField(db_comment="Cents, without the discount."),
        ),
        migrations.AlterField(
            model_name="servicefee",
            name="fee",
            field=ledger.fields.MoneyField(
                db_comment="Cents, for one session; null: not offered from that day on.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="servicefee",
            index=models.Index(
                fields=["practice_id", "service_code", "starts_on", "set_at", "id"],
                name="billing_servicefee_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("discount__gte", 0)),
                name="billing_invoiceline_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("discount", 0), ("discount_kind", "")),
                    models.Q(("discount__gt", 0), ("discount_kind__in", ["SLIDING", "COURTESY"])),
                    _connector="OR",
                ),
                name="billing_session_discount_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="knowncode",
            constraint=models.UniqueConstraint(
                fields=("code", "valid_from"), name="billing_knowncode_once_from_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="knowncode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="billing_knowncode_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="knowncode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minutes_until", None),
                    ("minutes_until__gte", models.F("minutes_from")),
                    _connector="OR",
                ),
                name="billing_knowncode_minutes_in_order",
            ),
        ),
        run_sql_file(__file__),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
