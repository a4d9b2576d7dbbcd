"""What lies in the drawer is counted and taken to the bank, and cash is handed over with change."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models


from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_drawercount": {
        "entry_id": "ledger_journalentry",
        "counted_by_id": "accounts_membership",
    },
    "billing_deposit": {"entry_id": "ledger_journalentry", "recorded_by_id": "accounts_membership"},
    "billing_deposittakenback": {
        "deposit_id": "billing_deposit",
        "entry_id": "ledger_journalentry",
        "taken_back_by_id": "accounts_membership",
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0044_the_drawer_is_counted"),
        ("billing", "0033_money_goes_back"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
        ("ledger", "0014_posting_does_not_grow_with_the_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deposit",
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
                    models.CharField(db_comment="Such as D-00001; without a gap.", max_length=12),
                ),
                ("bag_number", models.CharField(blank=True, max_length=20)),
                ("cash", ledger.fields.MoneyField(db_comment="Cents.")),
                ("checks", ledger.fields.MoneyField(db_comment="Cents.")),
                (
                    "deposited_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("recorded_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="DepositTakenBack",
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
                            ("MISTAKE", "It was never taken to the bank"),
                            ("OTHERWISE", "The bank counted otherwise"),
                        ],
                        max_length=9,
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
            name="DrawerCount",
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
                    "counted_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                (
                    "expected_cash",
                    ledger.fields.MoneyField(
                        db_comment="Cents; the books' cash before this count."
                    ),
                ),
                ("cash", ledger.fields.MoneyField(db_comment="Cents, as counted.")),
                (
                    "checks",
                    ledger.fields.MoneyField(
                        db_comment="Cents, as counted; as many as the books have."
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("CHANGE", "Wrong change was given"),
                            ("ROUNDED", "Small coins were rounded"),
                            ("LOST", "Cash is missing, and nobody knows why"),
                            ("FOUND", "More cash is there, and nobody knows why"),
                        ],
                        max_length=7,
                    ),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("counted_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.AddField(
            model_name="payment",
            name="tendered",
            field=ledger.fields.MoneyField(
                db_comment="Cents handed over in cash, change with them; 0 if nobody said.",
                db_default=models.Value(0),
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tendered", 0),
                    models.Q(("method", "CASH"), ("tendered__gte", models.F("amount"))),
                    _connector="OR",
                ),
                name="billing_payment_change_is_of_cash",
            ),
        ),
        migrations.AddField(
            model_name="deposit",
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
            model_name="deposit",
            name="recorded_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="deposittakenback",
            name="deposit",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.deposit",
            ),
        ),
        migrations.AddField(
            model_name="deposittakenback",
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
            model_name="deposittakenback",
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
            model_name="drawercount",
            name="counted_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="drawercount",
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
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "reference"), name="billing_deposit_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_deposit_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "entry"), name="billing_deposit_posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cash__gte", 0),
                    ("checks__gte", 0),
                    models.Q(("cash__gt", 0), ("checks__gt", 0), _connector="OR"),
                ),
                name="billing_deposit_is_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposittakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "deposit"), name="billing_deposittakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposittakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["MISTAKE", "OTHERWISE"])),
                name="billing_deposittakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="drawercount",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_drawercount_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawercount",
            constraint=models.CheckConstraint(
                condition=models.Q(("cash__gte", 0), ("checks__gte", 0)),
                name="billing_drawercount_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="drawercount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cash", models.F("expected_cash")), ("entry", None), ("reason", "")),
                    models.Q(
                        models.Q(("cash", models.F("expected_cash")), _negated=True),
                        ("entry__isnull", False),
                        ("reason__in", ["CHANGE", "ROUNDED", "LOST", "FOUND"]),
                    ),
                    _connector="OR",
                ),
                name="billing_drawercount_difference_has_a_reason",
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
