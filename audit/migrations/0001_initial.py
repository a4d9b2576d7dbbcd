"""The log's tables, partitioned by month, their guards, and the one function that writes them."""

from django.db import migrations, models

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "practice_id",
                                "seq",
                                "at",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("practice_id", models.UUIDField()),
                        ("seq", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        ("action", models.TextField()),
                        ("person_id", models.UUIDField(null=True)),
                        ("target_kind", models.TextField()),
                        ("target_id", models.UUIDField(null=True)),
                        ("label", models.TextField()),
                        ("facts", models.JSONField()),
                        ("commitment", models.BinaryField(null=True)),
                        ("hash", models.BinaryField()),
                    ],
                    options={"db_table": "audit_event"},
                ),
            ],
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("practice_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={"db_table": "audit_head"},
        ),
        migrations.CreateModel(
            name="Touch",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice_id",
                        "client_id",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("practice_id", models.UUIDField()),
                ("client_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "audit_touch",
                "indexes": [
                    models.Index(fields=["practice_id", "seq"], name="audit_touch_of_event")
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice_id",
                        "size",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("practice_id", models.UUIDField()),
                ("size", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "previous",
                    models.BinaryField(
                        db_comment="Hash of the checkpoint before; zeros for the first."
                    ),
                ),
                ("key_id", models.TextField()),
                ("signature", models.BinaryField(db_comment="Ed25519")),
            ],
            options={"db_table": "audit_checkpoint"},
        ),
        migrations.CreateModel(
            name="Value",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice_id",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("practice_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("ciphertext", models.BinaryField()),
                ("key_version", models.PositiveIntegerField()),
            ],
            options={"db_table": "audit_value"},
        ),
        run_sql_file(__file__),
    ]
