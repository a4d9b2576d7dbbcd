"""What clients need not pay is written off, by kind, and taken back by rows of its own."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models


from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_writeoff": {
        "invoice_id": "billing_invoice",
        "entry_id": "ledger_journalentry",
        "recorded_by_id": "accounts_membership",
    },
    "billing_writeofftakenback": {
        "write_off_id": "billing_writeoff",
        "entry_id": "ledger_journalentry",
        "taken_back_by_id": "accounts_membership",
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0042_owed_is_written_off"),
        ("billing", "0031_invoices_are_voided"),
        ("ledger", "0014_posting_does_not_grow_with_the_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="WriteOff",
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
                    "reference",
                    models.CharField(db_comment="Such as WO-00001; without a gap.", max_length=12),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("COURTESY", "Courtesy"),
                            ("SLIDING", "Sliding scale or hardship"),
                            ("CORRECTION", "Billing correction"),
                            ("SMALL", "Small balance"),
                            ("BAD_DEBT", "Bad debt"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", ledger.fields.MoneyField(db_comment="Cents.")),
                (
                    "written_off_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("recorded_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "entry",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journalentry",
                    ),
                ),
                (
                    "invoice",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="write_offs",
                        to="billing.invoice",
                    ),
                ),
                (
                    "recorded_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WriteOffTakenBack",
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
                    "reason",
                    models.CharField(
                        choices=[
                            ("MISTAKE", "It was a mistake"),
                            ("OTHER", "The amount or the kind was wrong"),
                            ("PAYS", "The client pays after all"),
                            ("VOIDED", "The invoice was voided"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "taken_back_on",
                    models.DateField(db_comment="What the reversing entry is dated."),
                ),
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "entry",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journalentry",
                    ),
                ),
                (
                    "taken_back_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "write_off",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="billing.writeoff",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "reference"), name="billing_writeoff_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_writeoff_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "entry"), name="billing_writeoff_posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="billing_writeoff_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["COURTESY", "SLIDING", "CORRECTION", "SMALL", "BAD_DEBT"])
                ),
                name="billing_writeoff_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeofftakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "write_off"), name="billing_writeofftakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeofftakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["MISTAKE", "OTHER", "PAYS", "VOIDED"])),
                name="billing_writeofftakenback_for_a_reason",
            ),
        ),
        *(
            operation
            for table, keys in APPEND_ONLY.items()
            for operation in (
                tenant_table(table, may="SELECT, INSERT", keys=keys),
                append_only(table),
            )
        ),
        run_sql_file(__file__),
    ]
