"""Postings hold the day of their entry; totals of closed months count their postings."""

from django.db import migrations, models

from audit.sql import run_sql_file


DAY = "The day of its entry."
COUNT = "How many postings were added up."


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_posting_does_not_grow_with_the_books")]
    operations = [
        migrations.AddField("posting", "entry_date", models.DateField(db_comment=DAY, null=True)),
        migrations.AddField(
            "monthtotal",
            "posting_count",
            models.PositiveIntegerField(db_comment=COUNT, null=True),
        ),
        run_sql_file(__file__),
        migrations.AlterField("posting", "entry_date", models.DateField(db_comment=DAY)),
        migrations.AlterField(
            "monthtotal", "posting_count", models.PositiveIntegerField(db_comment=COUNT)
        ),
        migrations.RemoveIndex("posting", "ledger_posting_by_party"),
        migrations.AddIndex(
            "posting",
            models.Index(
                fields=["practice_id", "party", "account", "item"],
                include=["entry_date", "entry", "debit", "credit"],
                name="ledger_posting_by_party",
            ),
        ),
    ]
