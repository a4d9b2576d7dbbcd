"""The log is found by person, kind, outcome and address, however long it is."""

from django.db import migrations, models

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_finish")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[run_sql_file(__file__)],
            state_operations=[
                migrations.AddField("event", "area", models.TextField()),
                migrations.AddField("event", "address", models.TextField()),
                migrations.AddField("event", "export", models.TextField()),
                migrations.AddField("event", "is_refusal", models.BooleanField()),
            ],
        ),
        migrations.AddIndex(
            "checkpoint",
            models.Index(fields=["practice_id", "at"], name="audit_checkpoint_by_time"),
        ),
    ]
