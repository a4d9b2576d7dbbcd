"""Invoices are voided by rows of their own, and their sessions billed again."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models


from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_invoicevoided": {
        "invoice_id": "billing_invoice",
        "replacement_id": "billing_invoice",
        "entry_id": "ledger_journalentry",
        "voided_by_id": "accounts_membership",
    }
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0041_invoices_are_voided"),
        ("billing", "0030_payments_are_corrected"),
        ("ledger", "0014_posting_does_not_grow_with_the_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceVoided",
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
                            ("SESSIONS", "It billed the wrong sessions"),
                            ("FEE", "A fee was wrong"),
                            ("TWICE", "It was billed twice"),
                            ("NOT_OWED", "It is not owed"),
                            ("PAYER", "Somebody else pays it"),
                        ],
                        max_length=8,
                    ),
                ),
                ("voided_on", models.DateField(db_comment="What the reversing entry is dated.")),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("voided_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="billing_invoiceline_session_billed_once",
        ),
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="billing_invoiceline_missed_billed_once",
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="turn",
            field=models.PositiveSmallIntegerField(
                db_comment="How many times it was billed with this, from 1.", db_default=1
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "session", "turn"),
                name="billing_invoiceline_session_billed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "missed_fee", "turn"),
                name="billing_invoiceline_missed_billed_once",
            ),
        ),
        migrations.AddField(
            model_name="invoicevoided",
            name="entry",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="invoicevoided",
            name="invoice",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="voided",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="invoicevoided",
            name="replacement",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaces",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="invoicevoided",
            name="voided_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicevoided",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "invoice"), name="billing_invoicevoided_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicevoided",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "replacement"), name="billing_invoicevoided_replaces_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicevoided",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_invoicevoided_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicevoided",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["SESSIONS", "FEE", "TWICE", "NOT_OWED", "PAYER"])
                ),
                name="billing_invoicevoided_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicevoided",
            constraint=models.CheckConstraint(
                condition=models.Q(("replacement", models.F("invoice")), _negated=True),
                name="billing_invoicevoided_by_another",
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
