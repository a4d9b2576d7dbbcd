"""A data key can be destroyed; what does not rotate has a key of its own."""

import django.db.models.functions.datetime
from django.db import migrations, models

import accounts.ids
import accounts.tenancy
from accounts.row_security import tenant_table
from audit.sql import run_sql_file

NOW = django.db.models.functions.datetime.Now()


def there_or_destroyed(name):
    return models.CheckConstraint(
        name=name,
        condition=models.Q(wrapped__isnull=False, destroyed_at=None)
        | models.Q(wrapped=None, destroyed_at__isnull=False),
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_a_seat_is_found_by_a_function")]
    operations = [
        migrations.AddField(
            "datakey", "created_at", models.DateTimeField(db_comment="UTC.", db_default=NOW)
        ),
        migrations.AddField(
            "datakey", "destroyed_at", models.DateTimeField(db_comment="UTC.", null=True)
        ),
        migrations.AlterField(
            "datakey",
            "wrapped",
            models.BinaryField(
                db_comment="nonce | AES-256-GCM of the 32-byte key | tag; null once destroyed.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            "datakey", there_or_destroyed("accounts_datakey_there_or_destroyed")
        ),
        migrations.CreateModel(
            name="IndexKey",
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
                ("kek_version", models.PositiveIntegerField()),
                ("wrapped", models.BinaryField(db_comment="As of a data key.", null=True)),
                ("created_at", models.DateTimeField(db_comment="UTC.", db_default=NOW)),
                ("destroyed_at", models.DateTimeField(db_comment="UTC.", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["practice_id"], name="accounts_indexkey_one_per_practice"
                    ),
                    there_or_destroyed("accounts_indexkey_there_or_destroyed"),
                ]
            },
        ),
        tenant_table(
            "accounts_indexkey",
            may="SELECT, INSERT, UPDATE (kek_version, wrapped, destroyed_at)",
            of_practice=False,
        ),
        run_sql_file(__file__),
    ]
