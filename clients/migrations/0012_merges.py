"""Two records of one person: asked for, approved by a second person, and undone exactly."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import tenant_table
from audit.sql import run_sql_file


CLIENT, MEMBERSHIP = "clients_client", "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0020_merges"),
        ("clients", "0011_search_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="merged_into",
            field=accounts.tenancy.PracticeKey(
                db_comment="The client with whom everything of this one is shown.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.CreateModel(
            name="Merge",
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
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("APPROVED", "Approved"),
                            ("REFUSED", "Refused"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "undone_at",
                    models.DateTimeField(
                        db_comment="UTC: two records again from here on.", null=True
                    ),
                ),
                (
                    "asked_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "decided_by",
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
                    "kept",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "merged",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decision", "")),
                        fields=("practice_id", "merged"),
                        name="clients_merge_waits_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decision", "APPROVED"), ("undone_at", None)),
                        fields=("practice_id", "merged"),
                        name="clients_merge_in_force_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("merged")), _negated=True),
                        name="clients_merge_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("decision__in", ["APPROVED", "REFUSED", "WITHDRAWN"]),
                            ),
                            _connector="OR",
                        ),
                        name="clients_merge_decided_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision__in", ["APPROVED", "REFUSED"]), _negated=True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="clients_merge_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", None)),
                            models.Q(
                                ("decision", "APPROVED"),
                                ("undone_at__isnull", False),
                                ("undone_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="clients_merge_undone_by_someone",
                    ),
                ],
            },
        ),
        tenant_table(
            "clients_merge",
            may="SELECT, INSERT,"
            " UPDATE (decision, decided_at, decided_by_id, undone_at, undone_by_id)",
            keys={
                "kept_id": CLIENT,
                "merged_id": CLIENT,
                "asked_by_id": MEMBERSHIP,
                "decided_by_id": MEMBERSHIP,
                "undone_by_id": MEMBERSHIP,
            },
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE clients_client"
                " ADD CONSTRAINT clients_client_merged_into_id_same_practice"
                " FOREIGN KEY (practice_id, merged_into_id)"
                " REFERENCES clients_client (practice_id, id) NOT DEFERRABLE",
                "CREATE INDEX clients_client_merged_into_id_key"
                " ON clients_client (practice_id, merged_into_id)"
                " WHERE merged_into_id IS NOT NULL",
            ],
            [
                "DROP INDEX clients_client_merged_into_id_key",
                "ALTER TABLE clients_client"
                " DROP CONSTRAINT clients_client_merged_into_id_same_practice",
            ],
        ),
        run_sql_file(__file__),
    ]
