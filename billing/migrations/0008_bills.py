"""Vendors, their bills, payments, and what was taken back; with the guards of what is owed."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"
ENTRY = "ledger_journalentry"
ACCOUNT = "ledger_account"

APPEND_ONLY = {
    "billing_bill": {"vendor_id": "billing_vendor", "entry_id": ENTRY, "entered_by_id": MEMBER},
    "billing_billline": {"bill_id": "billing_bill", "category_id": ACCOUNT},
    "billing_billpayment": {
        "bill_id": "billing_bill",
        "paid_from_id": ACCOUNT,
        "entry_id": ENTRY,
        "recorded_by_id": MEMBER,
    },
    "billing_billtakenback": {
        "bill_id": "billing_bill",
        "entry_id": ENTRY,
        "taken_back_by_id": MEMBER,
    },
    "billing_billpaymenttakenback": {
        "payment_id": "billing_billpayment",
        "entry_id": ENTRY,
        "taken_back_by_id": MEMBER,
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_bills_are_paid"),
        ("billing", "0007_kept_runs"),
        ("ledger", "0011_accounts_of_money_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bill",
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
                    models.CharField(db_comment="Such as B-00001; without a gap.", max_length=12),
                ),
                (
                    "number",
                    models.CharField(
                        blank=True,
                        db_comment="As the vendor numbered it; empty for a receipt.",
                        max_length=30,
                    ),
                ),
                (
                    "billed_on",
                    models.DateField(db_comment="The bill's own date, which it is posted on."),
                ),
                ("due_on", models.DateField()),
                ("total", ledger.fields.MoneyField(db_comment="Cents.")),
                ("line_count", models.PositiveSmallIntegerField()),
                (
                    "key",
                    models.UUIDField(db_comment="Of the form or schedule that it came by; once."),
                ),
                ("entered_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "entered_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
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
            ],
        ),
        migrations.CreateModel(
            name="BillPayment",
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
                    models.CharField(db_comment="Such as BP-00001; without a gap.", max_length=12),
                ),
                ("check_number", models.CharField(blank=True, max_length=10)),
                ("amount", ledger.fields.MoneyField(db_comment="Cents.")),
                (
                    "paid_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("recorded_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "bill",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="billing.bill",
                    ),
                ),
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
                    "paid_from",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
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
            name="BillPaymentTakenBack",
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
                            ("WRONG_AMOUNT", "The amount or the category was wrong"),
                            ("WRONG_VENDOR", "It was another vendor's"),
                            ("WRONG_DATE", "The date was wrong"),
                            ("TWICE", "It was entered twice"),
                            ("NOT_OURS", "It is not owed, or was never paid"),
                        ],
                        max_length=12,
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
                    "payment",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="billing.billpayment",
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
        migrations.CreateModel(
            name="BillTakenBack",
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
                            ("WRONG_AMOUNT", "The amount or the category was wrong"),
                            ("WRONG_VENDOR", "It was another vendor's"),
                            ("WRONG_DATE", "The date was wrong"),
                            ("TWICE", "It was entered twice"),
                            ("NOT_OURS", "It is not owed, or was never paid"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "taken_back_on",
                    models.DateField(db_comment="What the reversing entry is dated."),
                ),
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "bill",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="billing.bill",
                    ),
                ),
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
            ],
        ),
        migrations.CreateModel(
            name="Vendor",
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
                ("code", models.CharField(db_comment="Such as V-0001.", max_length=12)),
                ("name", accounts.fields.EncryptedText(max_chars=120)),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "retired_at",
                    models.DateTimeField(db_comment="UTC: no new bill is theirs.", null=True),
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
                    "retired_by",
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
        ),
        migrations.AddField(
            model_name="bill",
            name="vendor",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="billing.vendor",
            ),
        ),
        migrations.CreateModel(
            name="BillLine",
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
                ("position", models.PositiveSmallIntegerField(db_comment="Counted from 1.")),
                ("amount", ledger.fields.MoneyField(db_comment="Cents.")),
                (
                    "bill",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="billing.bill",
                    ),
                ),
                (
                    "category",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "bill", "position"),
                        name="billing_billline_place_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="billing_billline_is_money"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="billpayment",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "reference"), name="billing_billpayment_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billpayment",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_billpayment_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billpayment",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "entry"), name="billing_billpayment_posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="billing_billpayment_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="billpaymenttakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "payment"), name="billing_billpaymenttakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billpaymenttakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        ["WRONG_AMOUNT", "WRONG_VENDOR", "WRONG_DATE", "TWICE", "NOT_OURS"],
                    )
                ),
                name="billing_billpaymenttakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="billtakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "bill"), name="billing_billtakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billtakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        ["WRONG_AMOUNT", "WRONG_VENDOR", "WRONG_DATE", "TWICE", "NOT_OURS"],
                    )
                ),
                name="billing_billtakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendor",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "code"), name="billing_vendor_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="vendor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_at", None), ("retired_by", None)),
                    models.Q(("retired_at__isnull", False), ("retired_by__isnull", False)),
                    _connector="OR",
                ),
                name="billing_vendor_retired_by_someone",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                fields=["practice_id", "due_on", "id"], name="billing_bill_by_due_date"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "reference"), name="billing_bill_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_bill_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "entry"), name="billing_bill_posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("total__gt", 0)), name="billing_bill_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("billed_on"))),
                name="billing_bill_due_after_its_date",
            ),
        ),
        tenant_table(
            "billing_vendor",
            may="SELECT, INSERT, UPDATE (name, retired_at, retired_by_id)",
            keys={"added_by_id": MEMBER, "retired_by_id": MEMBER},
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
