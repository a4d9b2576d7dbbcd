"""The clients of a file can be taken out again, while nothing else hangs on them."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids
import accounts.tenancy
from accounts.row_security import tenant_table
from audit.sql import run_sql_file

MEMBERSHIP = "accounts_membership"
UNDO = "clients_clientimportundo"


def key(to: str) -> accounts.tenancy.PracticeKey:
    return accounts.tenancy.PracticeKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0022_related_people_are_parties")]
    operations = [
        migrations.CreateModel(
            name="ClientImportUndo",
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
                ("asked_at", models.DateTimeField(db_comment="UTC.")),
                ("finished_at", models.DateTimeField(db_comment="UTC.", null=True)),
                ("refused_at", models.DateTimeField(db_comment="UTC.", null=True)),
                ("run", key("clients.clientimport")),
                ("asked_by", key("accounts.membership")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("refused_at", None)),
                        fields=("practice_id", "run"),
                        name="clients_clientimportundo_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None), ("refused_at", None), _connector="OR"
                        ),
                        name="clients_clientimportundo_ends_once",
                    ),
                ],
            },
        ),
        tenant_table(
            UNDO,
            may="SELECT, INSERT, UPDATE (finished_at, refused_at)",
            keys={"run_id": "clients_clientimport", "asked_by_id": MEMBERSHIP},
        ),
        run_sql_file(__file__),
    ]
