"""Whose insurance it is, who pays first, and what was corrected; the practice's own payers."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_rights_of_records"),
        ("clients", "0014_files_of_clients_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payer",
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
                ("name", models.CharField(max_length=200)),
                (
                    "claims_id",
                    models.CharField(
                        db_comment="The payer's id on claims; '' if none.", max_length=80
                    ),
                ),
                (
                    "member_id_form",
                    models.CharField(
                        db_comment="Of member ids: A a letter, 9 a digit, * either, the rest as it is; '' if any.",
                        max_length=80,
                    ),
                ),
                (
                    "member_id_hint",
                    models.CharField(db_comment="Where the card shows it.", max_length=120),
                ),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "retired_at",
                    models.DateTimeField(db_comment="UTC: not offered any more.", null=True),
                ),
            ],
        ),
        migrations.AddField(
            model_name="coverage",
            name="corrects",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.coverage",
            ),
        ),
        migrations.AddField(
            model_name="coverage",
            name="ended_at",
            field=models.DateTimeField(db_comment="UTC: when ends_on was set later.", null=True),
        ),
        migrations.AddField(
            model_name="coverage",
            name="ended_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="coverage",
            name="group_number",
            field=accounts.fields.EncryptedText(max_chars=80, null=True),
        ),
        migrations.AddField(
            model_name="coverage",
            name="plan_name",
            field=accounts.fields.EncryptedText(max_chars=200, null=True),
        ),
        migrations.AddField(
            model_name="coverage",
            name="rank",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "Primary"), (2, "Secondary"), (3, "Tertiary")],
                db_comment="Null while nobody told who pays first.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="coverage",
            name="relation",
            field=models.CharField(
                choices=[
                    ("SELF", "The client is the subscriber"),
                    ("SPOUSE", "Spouse of the subscriber"),
                    ("CHILD", "Child of the subscriber"),
                    ("OTHER", "Other dependent of the subscriber"),
                ],
                db_comment="'' if unknown.",
                db_default="",
                default="",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="coverage",
            name="subscriber_birth_date",
            field=accounts.fields.EncryptedDate(null=True),
        ),
        migrations.AddField(
            model_name="coverage",
            name="subscriber_family_name",
            field=accounts.fields.EncryptedText(max_chars=200, null=True),
        ),
        migrations.AddField(
            model_name="coverage",
            name="subscriber_given_names",
            field=accounts.fields.EncryptedText(max_chars=200, null=True),
        ),
        migrations.AddField(
            model_name="coverage",
            name="withdrawal",
            field=models.CharField(
                choices=[("CORRECTED", "Corrected"), ("IN_ERROR", "Entered in error")],
                db_default="",
                default="",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="coverage",
            name="withdrawn_at",
            field=models.DateTimeField(db_comment="UTC.", null=True),
        ),
        migrations.AddField(
            model_name="coverage",
            name="withdrawn_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(("rank", None), ("rank__in", [1, 2, 3]), _connector="OR"),
                name="clients_coverage_rank_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(("relation__in", ["", "SELF", "SPOUSE", "CHILD", "OTHER"])),
                name="clients_coverage_relation_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("relation", "SELF"), _negated=True),
                    models.Q(
                        ("subscriber_birth_date__isnull", True),
                        ("subscriber_family_name__isnull", True),
                        ("subscriber_given_names__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="clients_coverage_subscriber_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        ("ends_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_coverage_ended_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawal", ""), ("withdrawn_at", None), ("withdrawn_by", None)),
                    models.Q(
                        ("withdrawal__in", ["CORRECTED", "IN_ERROR"]),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_coverage_withdrawn_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects__isnull", False)),
                fields=("practice_id", "corrects"),
                name="clients_coverage_corrected_once",
            ),
        ),
        migrations.AddField(
            model_name="payer",
            name="added_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="payer",
            name="retired_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="payer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)),
                fields=("practice_id", "name"),
                name="clients_payer_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_at", None), ("retired_by", None)),
                    models.Q(("retired_at__isnull", False), ("retired_by__isnull", False)),
                    _connector="OR",
                ),
                name="clients_payer_retired_by_someone",
            ),
        ),
        tenant_table(
            "clients_payer",
            may="SELECT, INSERT, UPDATE (retired_at, retired_by_id)",
            keys={"added_by_id": "accounts_membership", "retired_by_id": "accounts_membership"},
        ),
        run_sql_file(__file__),
    ]
