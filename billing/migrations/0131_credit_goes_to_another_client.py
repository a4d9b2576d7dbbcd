"""Credit of a client goes to another one, who has it by a receipt of its own."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"
ENTRY = "ledger_journalentry"

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_credittransfer": {"payment_id": "billing_payment", "arrived_id": "billing_payment"},
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0073_credit_goes_to_other_clients"),
        ("billing", "0130_checks_come_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditTransfer",
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
                            ("FAMILY", "They are one family"),
                            ("PAYER", "The same person pays for both"),
                            ("GIFT", "The client pays for somebody else"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "agreed",
                    models.CharField(
                        choices=[
                            ("WRITTEN", "In writing"),
                            ("SPOKEN", "In person"),
                            ("PHONE", "By telephone"),
                        ],
                        max_length=7,
                    ),
                ),
                ("agreed_on", models.DateField(db_comment="The day on which whoever paid agreed.")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="billing_payment_method_known",
        ),
        migrations.RemoveConstraint(
            model_name="paymenttakenback",
            name="billing_paymenttakenback_for_a_reason",
        ),
        migrations.RemoveConstraint(
            model_name="paymenttakenback",
            name="billing_paymenttakenback_replaced_if_it_came",
        ),
        migrations.AlterField(
            model_name="payment",
            name="method",
            field=models.CharField(
                choices=[
                    ("CASH", "Cash"),
                    ("CHECK", "Check"),
                    ("CARD", "Card"),
                    ("MOVED", "From another account"),
                ],
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="paymenttakenback",
            name="reason",
            field=models.CharField(
                choices=[
                    ("CLIENT", "It was another client's"),
                    ("AMOUNT", "The amount was wrong"),
                    ("METHOD", "The method or the check number was wrong"),
                    ("DAY", "The day was wrong"),
                    ("TWICE", "It was recorded twice"),
                    ("NEVER_CAME", "The money never came"),
                    ("RETURNED", "The bank sent the check back"),
                    ("MOVED_BACK", "The credit went back to the other account"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["CASH", "CHECK", "CARD", "MOVED"])),
                name="billing_payment_method_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "CLIENT",
                            "AMOUNT",
                            "METHOD",
                            "DAY",
                            "TWICE",
                            "NEVER_CAME",
                            "RETURNED",
                            "MOVED_BACK",
                        ],
                    )
                ),
                name="billing_paymenttakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reason__in", ["TWICE", "NEVER_CAME", "RETURNED", "MOVED_BACK"]),
                        ("replacement", None),
                    ),
                    models.Q(
                        ("reason__in", ["CLIENT", "AMOUNT", "METHOD", "DAY"]),
                        ("replacement__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="billing_paymenttakenback_replaced_if_it_came",
            ),
        ),
        migrations.AddField(
            model_name="credittransfer",
            name="arrived",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moved_in",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="credittransfer",
            name="payment",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moved_out",
                to="billing.payment",
            ),
        ),
        migrations.AddConstraint(
            model_name="credittransfer",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "arrived"), name="billing_credittransfer_arrived_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="credittransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("arrived", models.F("payment")), _negated=True),
                name="billing_credittransfer_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="credittransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["FAMILY", "PAYER", "GIFT"])),
                name="billing_credittransfer_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="credittransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("agreed__in", ["WRITTEN", "SPOKEN", "PHONE"])),
                name="billing_credittransfer_agreed",
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
