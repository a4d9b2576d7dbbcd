"""Files of clients on their way in, and their sealed content."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0020_merges"),
        ("clients", "0012_merges"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientImport",
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
                    "file_digest",
                    models.BinaryField(
                        db_comment="HMAC-SHA-256 of the bytes under a practice key."
                    ),
                ),
                (
                    "headings_digest",
                    models.BinaryField(db_comment="HMAC-SHA-256 of the headings, likewise."),
                ),
                ("rows_count", models.PositiveIntegerField(db_comment="Rows below the headings.")),
                (
                    "columns",
                    models.JSONField(
                        db_comment="Name of the field taken from each column, in order; null for none.",
                        null=True,
                    ),
                ),
                (
                    "date_order",
                    models.CharField(db_comment="MDY, DMY, or not said.", default="", max_length=3),
                ),
                (
                    "adds_alike",
                    models.BooleanField(
                        db_comment="Rows that look like a client become one too; else left out.",
                        default=False,
                    ),
                ),
                (
                    "alike_count",
                    models.PositiveIntegerField(
                        db_comment="Rows that looked like a client when it was confirmed.",
                        default=0,
                    ),
                ),
                ("uploaded_at", models.DateTimeField(db_comment="UTC.")),
                ("confirmed_at", models.DateTimeField(db_comment="UTC.", null=True)),
                ("finished_at", models.DateTimeField(db_comment="UTC.", null=True)),
                ("created_count", models.PositiveIntegerField(null=True)),
                ("refused_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "refusal",
                    models.CharField(
                        choices=[
                            ("FAILED", "It failed again and again"),
                            (
                                "CHANGED",
                                "Clients were added meanwhile that look like some of the rows",
                            ),
                            (
                                "NOT_ALLOWED",
                                "Whoever confirmed it may not add clients from a file any more",
                            ),
                            ("PROBLEMS", "Rows cannot be read any more as they were checked"),
                        ],
                        default="",
                        max_length=11,
                    ),
                ),
                (
                    "discarded_at",
                    models.DateTimeField(db_comment="UTC; by its owner or after a day.", null=True),
                ),
                (
                    "confirmed_by",
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
                    "uploaded_by",
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
            name="ClientImportFile",
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
                    "content",
                    accounts.fields.EncryptedBytes(
                        db_comment="Null once the run is over.", null=True
                    ),
                ),
                (
                    "run",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.clientimport",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="clientimport",
            index=models.Index(
                fields=["practice_id", "file_digest"], name="clients_clientimport_by_file"
            ),
        ),
        migrations.AddIndex(
            model_name="clientimport",
            index=models.Index(
                fields=["practice_id", "uploaded_by", "uploaded_at"],
                name="clients_clientimport_by_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(
                        ("columns__isnull", False),
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_clientimport_confirmed_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("refused_at", None)),
                    models.Q(("discarded_at", None), ("finished_at", None)),
                    models.Q(("discarded_at", None), ("refused_at", None)),
                    _connector="OR",
                ),
                name="clients_clientimport_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("refused_at", None)),
                    ("confirmed_at__isnull", False),
                    _connector="OR",
                ),
                name="clients_clientimport_ends_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("created_count", None), ("finished_at", None)),
                    models.Q(
                        ("created_count__lte", models.F("rows_count")),
                        ("finished_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_clientimport_counts_what_it_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refusal", ""), ("refused_at", None)),
                    models.Q(
                        ("refusal__in", ["FAILED", "CHANGED", "NOT_ALLOWED", "PROBLEMS"]),
                        ("refused_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_clientimport_refused_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientimportfile",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "run"), name="clients_clientimportfile_one_per_run"
            ),
        ),
    ]
