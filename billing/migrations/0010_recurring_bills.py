"""Bills that come again, and the papers of bills."""

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
        ("billing", "0009_bank_lines"),
        ("ledger", "0011_accounts_of_money_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="BillFile",
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
                ("place", models.PositiveSmallIntegerField(db_comment="Counted from 1.")),
                (
                    "kind",
                    models.CharField(
                        choices=[("PDF", "PDF"), ("PNG", "PNG picture"), ("JPEG", "JPEG picture")],
                        max_length=4,
                    ),
                ),
                ("size_bytes", models.PositiveIntegerField()),
                ("content", accounts.fields.EncryptedBytes()),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
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
                    "bill",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="billing.bill",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "bill", "place"), name="billing_billfile_place_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place__gte", 1), ("place__lte", 10)),
                        name="billing_billfile_at_most_ten",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["PDF", "PNG", "JPEG"])),
                        name="billing_billfile_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecurringBill",
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
                ("amount", ledger.fields.MoneyField(db_comment="Cents.")),
                (
                    "day",
                    models.PositiveSmallIntegerField(
                        db_comment="Of the month; in a shorter month its last day."
                    ),
                ),
                ("every_months", models.PositiveSmallIntegerField()),
                (
                    "starts_on",
                    models.DateField(db_comment="No bill is dated before; its month is the first."),
                ),
                ("ends_on", models.DateField(db_comment="No bill is dated after.", null=True)),
                (
                    "due_days",
                    models.PositiveSmallIntegerField(
                        db_comment="Days from its date until it is due."
                    ),
                ),
                (
                    "made_through",
                    models.DateField(
                        db_comment="Bills up to this day are made, or were left out by a pause.",
                        null=True,
                    ),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("set_up_at", models.DateTimeField(db_comment="UTC.")),
                ("paused_at", models.DateTimeField(db_comment="UTC.", null=True)),
                ("ended_at", models.DateTimeField(db_comment="UTC.", null=True)),
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
                (
                    "ended_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "paused_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "set_up_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "vendor",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.vendor",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "key"), name="billing_recurringbill_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="billing_recurringbill_is_money"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("day__gte", 1), ("day__lte", 31)),
                        name="billing_recurringbill_day_of_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("every_months__in", [1, 2, 3, 6, 12])),
                        name="billing_recurringbill_every_few_months",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="billing_recurringbill_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paused_at", None), ("paused_by", None)),
                            models.Q(("paused_at__isnull", False), ("paused_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="billing_recurringbill_paused_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="billing_recurringbill_ended_by_someone",
                    ),
                ],
            },
        ),
        tenant_table(
            "billing_recurringbill",
            may="SELECT, INSERT, UPDATE (made_through, paused_at, paused_by_id, ended_at,"
            " ended_by_id)",
            keys={
                "vendor_id": "billing_vendor",
                "category_id": "ledger_account",
                "set_up_by_id": MEMBER,
                "paused_by_id": MEMBER,
                "ended_by_id": MEMBER,
            },
        ),
        tenant_table(
            "billing_billfile",
            may="SELECT, INSERT, UPDATE (content)",
            keys={"bill_id": "billing_bill", "added_by_id": MEMBER},
        ),
        run_sql_file(__file__),
    ]
