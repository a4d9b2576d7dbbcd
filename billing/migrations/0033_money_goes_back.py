"""Money goes back to clients, and is taken back by rows of their own."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models


from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_refund": {
        "payment_id": "billing_payment",
        "entry_id": "ledger_journalentry",
        "recorded_by_id": "accounts_membership",
    },
    "billing_refundpaid": {
        "refund_id": "billing_refund",
        "entry_id": "ledger_journalentry",
        "recorded_by_id": "accounts_membership",
    },
    "billing_refundtakenback": {
        "refund_id": "billing_refund",
        "entry_id": "ledger_journalentry",
        "paid_entry_id": "ledger_journalentry",
        "taken_back_by_id": "accounts_membership",
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0043_money_goes_back"),
        ("billing", "0032_owed_is_written_off"),
        ("ledger", "0014_posting_does_not_grow_with_the_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="Refund",
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
                    models.CharField(db_comment="Such as RF-00001; without a gap.", max_length=12),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("CASH", "Cash"), ("CHECK", "Check"), ("CARD", "Card")],
                        max_length=5,
                    ),
                ),
                ("check_number", models.CharField(blank=True, max_length=10)),
                ("amount", ledger.fields.MoneyField(db_comment="Cents.")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("OVERPAID", "The client paid too much"),
                            ("CANCELLED", "A session did not take place"),
                            ("INSURER", "The insurer paid"),
                            ("LEAVING", "The client leaves the practice"),
                            ("COMPLAINT", "The practice gives way"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "refunded_on",
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
                    "payment",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="billing.payment",
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
            name="RefundPaid",
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
                    "paid_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
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
                    "recorded_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "refund",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paid",
                        to="billing.refund",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefundTakenBack",
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
                            ("MISTAKE", "It was a mistake, and no money left"),
                            ("UNCASHED", "The check was never cashed, or was stopped"),
                            ("RETURNED", "The client gave it back"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "taken_back_on",
                    models.DateField(db_comment="What the reversing entries are dated."),
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
                    "paid_entry",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journalentry",
                    ),
                ),
                (
                    "refund",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="billing.refund",
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
            ],
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "reference"), name="billing_refund_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_refund_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "entry"), name="billing_refund_posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="billing_refund_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["CASH", "CHECK", "CARD"])),
                name="billing_refund_method_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["OVERPAID", "CANCELLED", "INSURER", "LEAVING", "COMPLAINT"])
                ),
                name="billing_refund_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundpaid",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "refund"), name="billing_refundpaid_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundtakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "refund"), name="billing_refundtakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundtakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["MISTAKE", "UNCASHED", "RETURNED"])),
                name="billing_refundtakenback_for_a_reason",
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
