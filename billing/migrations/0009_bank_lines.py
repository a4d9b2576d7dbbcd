"""Files of bank lines, the lines, and which posting each one is; with the guards of matching."""

import datetime

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_bills_are_paid"),
        ("billing", "0008_bills"),
        ("ledger", "0011_accounts_of_money_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankFile",
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
                    "format",
                    models.CharField(choices=[("CSV", "CSV"), ("OFX", "OFX or QFX")], max_length=3),
                ),
                (
                    "content",
                    accounts.fields.EncryptedBytes(
                        db_comment="Null once the file is over.", null=True
                    ),
                ),
                (
                    "closing_on",
                    models.DateField(db_comment="The day of the closing balance.", null=True),
                ),
                (
                    "closing_balance",
                    ledger.fields.MoneyField(
                        db_comment="Cents: what the bank says is there at the end; below zero for debt.",
                        null=True,
                    ),
                ),
                ("uploaded_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "finished_at",
                    models.DateTimeField(db_comment="UTC: taken in, or thrown away.", null=True),
                ),
                ("is_taken_in", models.BooleanField(default=False)),
                (
                    "added",
                    models.PositiveIntegerField(db_comment="Lines that were new.", default=0),
                ),
                (
                    "known",
                    models.PositiveIntegerField(
                        db_comment="Lines that were here already.", default=0
                    ),
                ),
                (
                    "account",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "uploaded_by",
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
            name="BankLine",
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
                ("booked_on", models.DateField(db_comment="The bank's date.")),
                (
                    "amount",
                    ledger.fields.MoneyField(db_comment="Cents; below zero for money that left."),
                ),
                (
                    "words",
                    accounts.fields.EncryptedText(
                        db_comment="What the bank wrote: it may name people.", max_chars=300
                    ),
                ),
                (
                    "identity",
                    models.BinaryField(
                        db_comment="Keyed hash of what the line is known by, so that no file adds it twice."
                    ),
                ),
                (
                    "account",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "file",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="billing.bankfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankMatch",
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
                ("matched_at", models.DateTimeField(db_comment="UTC.")),
                ("undone_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "line",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="billing.bankline",
                    ),
                ),
                (
                    "matched_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "posting",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.posting",
                    ),
                ),
                (
                    "undone_by",
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
        migrations.AddConstraint(
            model_name="bankfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content__isnull", False), ("finished_at", None)),
                    models.Q(("content__isnull", True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="billing_bankfile_emptied_when_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("is_taken_in", True)),
                    models.Q(("added", 0), ("is_taken_in", False), ("known", 0)),
                    _connector="OR",
                ),
                name="billing_bankfile_counts_what_came_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closing_balance", None), ("closing_on", None)),
                    models.Q(("closing_balance__isnull", False), ("closing_on__isnull", False)),
                    _connector="OR",
                ),
                name="billing_bankfile_balance_has_its_day",
            ),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(
                fields=["practice_id", "account", "booked_on", "id"],
                name="billing_bankline_by_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "account", "identity"), name="billing_bankline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="billing_bankline_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("booked_on__gte", datetime.date(1990, 1, 1)),
                    ("booked_on__lte", datetime.date(2100, 12, 31)),
                ),
                name="billing_bankline_of_our_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("practice_id", "line"),
                name="billing_bankmatch_line_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("practice_id", "posting"),
                name="billing_bankmatch_posting_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="billing_bankmatch_undone_by_someone",
            ),
        ),
        tenant_table(
            "billing_bankfile",
            may="SELECT, INSERT, UPDATE (content, closing_on, closing_balance, finished_at,"
            " is_taken_in, added, known)",
            keys={"account_id": "ledger_account", "uploaded_by_id": MEMBER},
        ),
        tenant_table(
            "billing_bankline",
            may="SELECT, INSERT, UPDATE (words)",
            keys={"file_id": "billing_bankfile", "account_id": "ledger_account"},
        ),
        tenant_table(
            "billing_bankmatch",
            may="SELECT, INSERT, UPDATE (undone_at, undone_by_id)",
            keys={
                "line_id": "billing_bankline",
                "posting_id": "ledger_posting",
                "matched_by_id": MEMBER,
                "undone_by_id": MEMBER,
            },
        ),
        run_sql_file(__file__),
    ]
