"""Open items of closed months are added up from their index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_open_items_of_closed_months")]

    operations = [
        migrations.RemoveConstraint("itemtotal", "ledger_itemtotal_once"),
        migrations.AddConstraint(
            "itemtotal",
            models.UniqueConstraint(
                fields=["practice_id", "account", "party", "item"],
                include=["snapshot", "debit", "credit", "debit_count", "first_on"],
                name="ledger_itemtotal_once",
            ),
        ),
    ]
