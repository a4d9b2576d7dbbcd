"""Hours are billed to several who pay, each by an invoice of their own."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

TABLE = "billing_splitbilling"
KEYS = {"client_id": "clients_client", "billed_by_id": "accounts_membership"}


def key_to(target, related_name="+", null=False, **more):
    return accounts.tenancy.PracticeKey(
        db_constraint=False,
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=target,
        **more,
    )


def key_of_invoice(column, target):
    name = f"billing_invoice_{column}"
    return migrations.RunSQL(
        [
            f"ALTER TABLE billing_invoice ADD CONSTRAINT {name}_same_practice"
            f" FOREIGN KEY (practice_id, {column}) REFERENCES {target} (practice_id, id)"
            " NOT DEFERRABLE",
            f"CREATE INDEX {name}_key ON billing_invoice (practice_id, {column})",
        ],
        [
            f"DROP INDEX {name}_key",
            f"ALTER TABLE billing_invoice DROP CONSTRAINT {name}_same_practice",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0064_terms_of_packages_are_set_with_fees"),
        ("billing", "0090_sessions_are_sold_ahead"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
        ("ledger", "0017_items_are_read_from_their_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="SplitBilling",
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
                    "total",
                    ledger.fields.MoneyField(db_comment="Cents, of all parts together."),
                ),
                (
                    "part_count",
                    models.PositiveSmallIntegerField(
                        db_comment="So that no invoice joins it later."
                    ),
                ),
                ("billed_at", models.DateTimeField(db_comment="UTC.")),
                ("client", key_to("clients.client")),
                ("billed_by", key_to("accounts.membership")),
            ],
        ),
        migrations.AddConstraint(
            model_name="splitbilling",
            constraint=models.CheckConstraint(
                condition=models.Q(("part_count__gte", 2)), name="billing_splitbilling_has_parts"
            ),
        ),
        migrations.AddConstraint(
            model_name="splitbilling",
            constraint=models.CheckConstraint(
                condition=models.Q(("total__gt", 0)), name="billing_splitbilling_is_money"
            ),
        ),
        tenant_table(TABLE, may="SELECT, INSERT", keys=KEYS),
        append_only(TABLE),
        migrations.AddField(
            model_name="invoice",
            name="party",
            field=key_to(
                "clients.responsibleparty",
                null=True,
                db_comment="Who is to pay it; null: the client.",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="split",
            field=key_to("billing.splitbilling", related_name="parts", null=True),
        ),
        key_of_invoice("party_id", "clients_responsibleparty"),
        key_of_invoice("split_id", "billing_splitbilling"),
        migrations.RemoveConstraint(
            model_name="invoiceline", name="billing_invoiceline_session_billed_once"
        ),
        migrations.RemoveConstraint(
            model_name="invoiceline", name="billing_invoiceline_missed_billed_once"
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="part",
            field=models.PositiveSmallIntegerField(
                db_comment="Which part of what it bills, from 1; 1 where nobody shares it.",
                db_default=1,
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "session", "turn", "part"),
                name="billing_invoiceline_session_billed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "missed_fee", "turn", "part"),
                name="billing_invoiceline_missed_billed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__gte", 1)), name="billing_invoiceline_parts_from_one"
            ),
        ),
        run_sql_file(__file__),
    ]
