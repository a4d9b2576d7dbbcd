from django.db import migrations

TOLD = """
CREATE STATISTICS clients_searchtext_groups ON substr(text, 1, 6), length(text)
FROM clients_searchtext
"""
"""A search lays texts side by side by key and length. Told how few those are, PostgreSQL groups by
hash; otherwise it sorts all texts, on the disk."""


class Migration(migrations.Migration):
    dependencies = [("clients", "0023_imports_are_taken_back")]
    operations = [
        migrations.RunSQL(TOLD, "DROP STATISTICS clients_searchtext_groups"),
    ]
