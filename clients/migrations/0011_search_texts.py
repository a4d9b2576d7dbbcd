"""What a search reads of each client. Where clients exist, `manage.py renew_search` fills it."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0010_splits_add_up"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchText",
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
                ("text", accounts.fields.EncryptedText(max_chars=20000)),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "client"), name="clients_searchtext_one_per_client"
                    )
                ],
            },
        ),
        tenant_table(
            "clients_searchtext",
            may="SELECT, INSERT, UPDATE (text)",
            keys={"client_id": "clients_client"},
        ),
    ]
