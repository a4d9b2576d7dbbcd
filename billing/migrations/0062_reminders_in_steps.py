"""Reminders of what is late go in steps, once a step, and each says of what it was."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_reminderpolicy": {"set_by_id": "accounts_membership"},
    "billing_reminderstep": {"policy_id": "billing_reminderpolicy"},
    "billing_reminder": {
        "letter_id": "billing_letter",
        "invoice_id": "billing_invoice",
        "policy_id": "billing_reminderpolicy",
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0054_letters_to_clients"),
        ("billing", "0061_runs_of_statements"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReminderPolicy",
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
                    "at_least",
                    ledger.fields.MoneyField(db_comment="Cents that are late, net of credit."),
                ),
                (
                    "days_between",
                    models.PositiveSmallIntegerField(
                        db_comment="No reminder within so many days of a statement or another reminder."
                    ),
                ),
                (
                    "is_automatic",
                    models.BooleanField(db_comment="Whether they go each day by themselves."),
                ),
                (
                    "step_count",
                    models.PositiveSmallIntegerField(db_comment="So that no step joins it later."),
                ),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "set_by",
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
            name="Reminder",
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
                ("days", models.PositiveSmallIntegerField(db_comment="The step that was reached.")),
                (
                    "invoice",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="billing.invoice",
                    ),
                ),
                (
                    "letter",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="billing.letter",
                    ),
                ),
                (
                    "policy",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.reminderpolicy",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReminderStep",
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
                ("days", models.PositiveSmallIntegerField(db_comment="After the due date.")),
                (
                    "policy",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="billing.reminderpolicy",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="reminderpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("at_least__gt", 0)),
                name="billing_reminderpolicy_of_what_is_late",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("days_between__gte", 1), ("days_between__lte", 365)),
                name="billing_reminderpolicy_leaves_days_between",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "letter"), name="billing_reminder_one_letter"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "invoice", "days"), name="billing_reminder_once_a_step"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderstep",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "policy", "days"), name="billing_reminderstep_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("days__lte", 365)),
                name="billing_reminderstep_after_the_due_date",
            ),
        ),
        *(
            tenant_table(table, may="SELECT, INSERT", keys=keys)
            for table, keys in APPEND_ONLY.items()
        ),
        *(append_only(table) for table in APPEND_ONLY),
        run_sql_file(__file__),
    ]
