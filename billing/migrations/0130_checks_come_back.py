"""A check that the bank sends back counts no more, and leaves the bank with its fee."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"
ENTRY = "ledger_journalentry"

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_returnedcheck": {
        "taken_back_id": "billing_paymenttakenback",
        "entry_id": ENTRY,
        "fee_entry_id": ENTRY,
        "line_id": "billing_bankline",
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0064_terms_of_packages_are_set_with_fees"),
        ("billing", "0120_superbills"),
        ("ledger", "0017_items_are_read_from_their_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnedCheck",
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
                            ("FUNDS", "There was not enough money"),
                            ("CLOSED", "The account was closed"),
                            ("STOPPED", "Its payment was stopped"),
                            ("OTHER", "Another reason"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "was_deposited",
                    models.BooleanField(
                        db_comment="Whether it was at the bank by the books, or still in the drawer."
                    ),
                ),
                (
                    "fee",
                    ledger.fields.MoneyField(
                        db_comment="Cents that the bank took; 0 if none.",
                        db_default=models.Value(0),
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="applicationtakenback",
            name="billing_applicationtakenback_for_a_reason",
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
            model_name="applicationtakenback",
            name="reason",
            field=models.CharField(
                choices=[
                    ("WRONG_INVOICE", "It belongs to another invoice"),
                    ("AS_CREDIT", "The client wants it kept as credit"),
                    ("MISTAKE", "It was applied by mistake"),
                    ("CORRECTED", "Its payment was corrected"),
                    ("VOIDED", "The invoice was voided"),
                    ("REFUNDED", "The money was refunded"),
                    ("RETURNED", "The bank sent the check back"),
                ],
                max_length=13,
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
                ],
                max_length=10,
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
                            "RETURNED",
                        ],
                    )
                ),
                name="billing_applicationtakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymenttakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        ["CLIENT", "AMOUNT", "METHOD", "DAY", "TWICE", "NEVER_CAME", "RETURNED"],
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
                        ("reason__in", ["TWICE", "NEVER_CAME", "RETURNED"]), ("replacement", None)
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
            model_name="returnedcheck",
            name="entry",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="returnedcheck",
            name="fee_entry",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="returnedcheck",
            name="line",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returned_checks",
                to="billing.bankline",
            ),
        ),
        migrations.AddField(
            model_name="returnedcheck",
            name="taken_back",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returned",
                to="billing.paymenttakenback",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedcheck",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "taken_back"), name="billing_returnedcheck_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedcheck",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "line"), name="billing_returnedcheck_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["FUNDS", "CLOSED", "STOPPED", "OTHER"])),
                name="billing_returnedcheck_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", False), ("was_deposited", True)),
                    models.Q(("entry", None), ("line", None), ("was_deposited", False)),
                    _connector="OR",
                ),
                name="billing_returnedcheck_left_the_bank",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fee", 0), ("fee_entry", None)),
                    models.Q(("fee__gt", 0), ("fee_entry__isnull", False)),
                    _connector="OR",
                ),
                name="billing_returnedcheck_fee_is_posted",
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
