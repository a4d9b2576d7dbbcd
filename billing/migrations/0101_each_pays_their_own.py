"""Payments say who paid, and statements to whom they are."""

import accounts.tenancy
import django.db.models.deletion
from django.db import migrations

from audit.sql import run_sql_file


def party(db_comment):
    return accounts.tenancy.PracticeKey(
        db_constraint=False,
        db_index=False,
        null=True,
        db_comment=db_comment,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="clients.responsibleparty",
    )


def key_of(table):
    name = f"{table}_party_id"
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ADD CONSTRAINT {name}_same_practice"
            " FOREIGN KEY (practice_id, party_id)"
            " REFERENCES clients_responsibleparty (practice_id, id) NOT DEFERRABLE",
            f"CREATE INDEX {name}_key ON {table} (practice_id, party_id)",
        ],
        [
            f"DROP INDEX {name}_key",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}_same_practice",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0100_invoices_are_split")]

    operations = [
        migrations.AddField("payment", "party", party("Who paid; null: the client.")),
        key_of("billing_payment"),
        migrations.AddField("accountstatement", "party", party("Null: the client.")),
        key_of("billing_accountstatement"),
        run_sql_file(__file__),
    ]
