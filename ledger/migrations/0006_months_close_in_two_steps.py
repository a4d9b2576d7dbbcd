"""A month is closed to most and then to all, and reopened by two people with a reason."""

import ledger.models
from django.db import migrations, models
from django.db.models import Q

from accounts.tenancy import PracticeKey
from audit.sql import run_sql_file

KINDS = [("SOFT", "Closed to all but accountants"), ("HARD", "Closed")]


def moment():
    return models.DateTimeField(
        db_default=ledger.models.ClockTime(), editable=False, db_comment="UTC."
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_covering_indexes"),
        ("accounts", "0029_months_are_closed_and_reopened"),
    ]
    operations = [
        migrations.AddField(
            model_name="periodclose",
            name="kind",
            field=models.CharField(max_length=4, choices=KINDS, default="HARD"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="periodclose",
            constraint=models.CheckConstraint(
                name="ledger_periodclose_kind_known", condition=Q(kind__in=["SOFT", "HARD"])
            ),
        ),
        migrations.AlterField(model_name="periodclose", name="closed_at", field=moment()),
        migrations.AlterField(model_name="periodreopen", name="reopened_at", field=moment()),
        # No page has ever reopened a month: there is no row that would lack its approval.
        migrations.AddField(
            model_name="periodreopen", name="approval", field=PracticeKey("accounts.approval")
        ),
        migrations.AddConstraint(
            model_name="periodreopen",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "approval"), name="ledger_periodreopen_approved_once"
            ),
        ),
        run_sql_file(__file__),
    ]
