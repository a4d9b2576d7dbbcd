"""What was handed out about a client, and the guard before it."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0026_releases"),
        ("clients", "0018_versions_of_external_records"),
    ]

    operations = [
        migrations.CreateModel(
            name="Release",
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
                    "recipient_kind",
                    models.CharField(
                        choices=[
                            ("CLIENT", "The client, or whoever acts for them"),
                            ("PLAN", "A health plan"),
                            ("OTHER", "Somebody else"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "recipient",
                    accounts.fields.EncryptedText(
                        db_comment="Null for the client.", max_chars=200, null=True
                    ),
                ),
                (
                    "recipient_address",
                    accounts.fields.EncryptedText(
                        db_comment="Null if not known.", max_chars=500, null=True
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("ASKED", "The client asked for it"),
                            ("CARE", "Somebody else goes on with the care"),
                            ("AUTHORIZED", "The client authorized it in writing"),
                            ("LAW", "A court or a law asks for it"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("JSON", "JSON, for programs"), ("PDF", "PDF, for people")],
                        max_length=4,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(db_comment="Of the file's bytes, in hex.", max_length=64),
                ),
                ("made_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="clients.client",
                    ),
                ),
                (
                    "consent",
                    accounts.tenancy.PracticeKey(
                        db_comment="To 42 CFR Part 2, where it had to be there.",
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.consent",
                    ),
                ),
                (
                    "made_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("recipient__isnull", True),
                                ("recipient_address__isnull", True),
                                ("recipient_kind", "CLIENT"),
                            ),
                            models.Q(
                                ("recipient__isnull", False),
                                ("recipient_kind__in", ["PLAN", "OTHER"]),
                            ),
                            _connector="OR",
                        ),
                        name="clients_release_names_its_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["ASKED", "CARE", "AUTHORIZED", "LAW"])),
                        name="clients_release_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["JSON", "PDF"])),
                        name="clients_release_format_known",
                    ),
                ],
            },
        ),
        tenant_table(
            "clients_release",
            may="SELECT, INSERT, UPDATE (recipient, recipient_address)",
            keys={
                "client_id": "clients_client",
                "consent_id": "clients_consent",
                "made_by_id": "accounts_membership",
            },
        ),
        run_sql_file(__file__),
    ]
