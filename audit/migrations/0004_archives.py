"""What is older than six years may be moved out of the log into files."""

from django.db import migrations, models

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_ways_to_read"), ("accounts", "0003_row_security")]
    operations = [
        migrations.CreateModel(
            name="Archive",
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
                (
                    "after",
                    models.BigIntegerField(db_comment="Of the archive before; 0 for the first."),
                ),
                ("hash", models.BinaryField()),
                ("files_sha256", models.BinaryField()),
                ("archived_at", models.DateTimeField(db_comment="UTC.")),
            ],
            options={"db_table": "audit_archive"},
        ),
        run_sql_file(__file__),
    ]
