"""A related person of another system is a responsible party here."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy

RECORD = "clients_externalrecord"


class Migration(migrations.Migration):
    dependencies = [("clients", "0021_codes_are_taken_ahead")]
    operations = [
        migrations.AddField(
            "externalrecord",
            "party",
            accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.responsibleparty",
            ),
        ),
        migrations.AddConstraint(
            "externalrecord",
            models.CheckConstraint(
                condition=models.Q(("kind", "RELATED"), ("party__isnull", False))
                | (models.Q(("kind", "RELATED"), _negated=True) & models.Q(("party", None))),
                name="clients_externalrecord_related_is_a_party",
            ),
        ),
        migrations.RunSQL(
            [
                f"ALTER TABLE {RECORD} ADD CONSTRAINT {RECORD}_party_id_same_practice"
                " FOREIGN KEY (practice_id, party_id)"
                " REFERENCES clients_responsibleparty (practice_id, id) NOT DEFERRABLE",
                f"CREATE INDEX {RECORD}_party_id_key ON {RECORD} (practice_id, party_id)",
            ],
            [
                f"DROP INDEX {RECORD}_party_id_key",
                f"ALTER TABLE {RECORD} DROP CONSTRAINT {RECORD}_party_id_same_practice",
            ],
        ),
    ]
