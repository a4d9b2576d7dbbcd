"""Statements of many clients are drawn up by a rule and made by the worker, once each."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0054_letters_to_clients"),
        ("billing", "0060_letters_to_clients"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatementRun",
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
                ("until", models.DateField(db_comment="The last day of each statement.")),
                (
                    "at_least",
                    ledger.fields.MoneyField(db_comment="Cents: who owes less is left out."),
                ),
                (
                    "days_apart",
                    models.PositiveSmallIntegerField(
                        db_comment="Who had a statement in so many days before is left out."
                    ),
                ),
                (
                    "message",
                    accounts.fields.EncryptedText(
                        db_comment="Stands on each statement; may be empty.", max_chars=300
                    ),
                ),
                (
                    "item_count",
                    models.PositiveIntegerField(db_comment="So that no client joins it later."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("drawn_up_at", models.DateTimeField(db_comment="UTC.")),
                ("started_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "dropped_at",
                    models.DateTimeField(db_comment="UTC; nothing was made.", null=True),
                ),
                (
                    "drawn_up_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "dropped_by",
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
                    "started_by",
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
        migrations.CreateModel(
            name="StatementRunItem",
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
                    "way",
                    models.CharField(
                        choices=[("EMAIL", "Told by e-mail"), ("PRINT", "Printed")], max_length=5
                    ),
                ),
                (
                    "owed",
                    ledger.fields.MoneyField(
                        db_comment="Cents, net of credit, when the run was drawn up."
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("MADE", "Made"),
                            ("LEFT_OUT", "Left out by hand"),
                            ("SETTLED", "Less is owed by now"),
                            ("RECENT", "Had a statement meanwhile"),
                            ("HELD", "Held back meanwhile"),
                            ("FAILED", "Could not be made"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("closed_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "run",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="billing.statementrun",
                    ),
                ),
                (
                    "statement",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="run_items",
                        to="billing.accountstatement",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="statementrun",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_statementrun_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dropped_at", None), ("started_at", None)),
                fields=("practice_id",),
                name="billing_statementrun_one_drawn_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("started_at", None), ("dropped_at", None), _connector="OR"),
                name="billing_statementrun_started_or_dropped",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("started_at", None), ("started_by", None)),
                    models.Q(("started_at__isnull", False), ("started_by__isnull", False)),
                    _connector="OR",
                ),
                name="billing_statementrun_started_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("dropped_at", None), ("dropped_by", None)),
                    models.Q(("dropped_at__isnull", False), ("dropped_by__isnull", False)),
                    _connector="OR",
                ),
                name="billing_statementrun_dropped_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("at_least__gt", 0)),
                name="billing_statementrun_asks_for_what_is_owed",
            ),
        ),
        migrations.AddIndex(
            model_name="statementrunitem",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["practice_id", "run", "tries"],
                name="billing_statementrunitem_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrunitem",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "run", "client"), name="billing_statementrunitem_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrunitem",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "statement"), name="billing_statementrunitem_one_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrunitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["EMAIL", "PRINT"])),
                name="billing_statementrunitem_way_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrunitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("outcome", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("outcome__in", ["LEFT_OUT", "SETTLED", "RECENT"]),
                        ("statement", None),
                    ),
                    models.Q(("closed_at__isnull", False), ("outcome__in", ["HELD", "FAILED"])),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("outcome", "MADE"),
                        ("statement__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="billing_statementrunitem_closed_with_an_outcome",
            ),
        ),
        tenant_table(
            "billing_statementrun",
            may="SELECT, INSERT",
            keys={
                "drawn_up_by_id": "accounts_membership",
                "started_by_id": "accounts_membership",
                "dropped_by_id": "accounts_membership",
            },
        ),
        tenant_table(
            "billing_statementrunitem",
            may="SELECT, INSERT",
            keys={
                "run_id": "billing_statementrun",
                "client_id": "clients_client",
                "statement_id": "billing_accountstatement",
            },
        ),
        run_sql_file(__file__),
    ]
