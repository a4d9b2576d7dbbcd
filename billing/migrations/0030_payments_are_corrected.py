"""Payments and their applications are taken back by rows of their own, and recorded anew."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models


from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"
ENTRY = "ledger_journalentry"

APPEND_ONLY = {
    "billing_applicationtakenback": {
        "application_id": "billing_paymentapplication",
        "entry_id": ENTRY,
        "taken_back_by_id": MEMBER,
    },
    "billing_paymenttakenback": {
        "payment_id": "billing_payment",
        "replacement_id": "billing_payment",
        "entry_id": ENTRY,
        "taken_back_by_id": MEMBER,
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_a_context_is_read_in_one_step"),
        ("billing", "0020_statements_and_receipts"),
        ("ledger", "0014_posting_does_not_grow_with_the_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApplicationTakenBack",
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
                            ("WRONG_INVOICE", "It belongs to another invoice"),
                            ("AS_CREDIT", "The client wants it kept as credit"),
                            ("MISTAKE", "It was applied by mistake"),
                            ("CORRECTED", "Its payment was corrected"),
                            ("VOIDED", "The invoice was voided"),
                            ("REFUNDED", "The money was refunded"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "taken_back_on",
                    models.DateField(db_comment="What the reversing entry is dated."),
                ),
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PaymentTakenBack",
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
                            ("CLIENT", "It was another client's"),
                            ("AMOUNT", "The amount was wrong"),
                            ("METHOD", "The method or the check number was wrong"),
                            ("DAY", "The day was wrong"),
                            ("TWICE", "It was recorded twice"),
                            ("NEVER_CAME", "The money never came"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "taken_back_on",
                    models.DateField(db_comment="What the reversing entry is dated."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.AddField(
            model_name="paymentapplication",
            name="key",
            field=models.UUIDField(
                db_comment="Of the form that it came by, if by one of its own.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentapplication",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key", "payment", "invoice"),
                name="billing_paymentapplication_key_once",
            ),
        ),
        migrations.AddField(
            model_name="applicationtakenback",
            name="application",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.paymentapplication",
            ),
        ),
        migrations.AddField(
            model_name="applicationtakenback",
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
            model_name="applicationtakenback",
            name="taken_back_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="paymenttakenback",
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
            model_name="paymenttakenback",
            name="payment",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="paymenttakenback",
            name="replacement",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaces",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="paymenttakenback",
            name="taken_back_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationtakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "application"), name="billing_applicationtakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationtakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "WRONG_INVOICE",
                            "AS_CREDIT",
                            "MISTAKE",
                            "CORRECTED",
                            "VOIDED",
                            "REFUNDED",
                        ],
                    )
                ),
                name="billing_applicationtakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "payment"), name="billing_paymenttakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "replacement"), name="billing_paymenttakenback_replaces_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_paymenttakenback_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["CLIENT", "AMOUNT", "METHOD", "DAY", "TWICE", "NEVER_CAME"])
                ),
                name="billing_paymenttakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(("replacement", models.F("payment")), _negated=True),
                name="billing_paymenttakenback_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason__in", ["TWICE", "NEVER_CAME"]), ("replacement", None)),
                    models.Q(
                        ("reason__in", ["CLIENT", "AMOUNT", "METHOD", "DAY"]),
                        ("replacement__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="billing_paymenttakenback_replaced_if_it_came",
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
