"""A write-off that credits an invoice for a refund names the refund, and goes back with it."""

import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from audit.sql import run_sql_file

REASONS = [
    ("MISTAKE", "It was a mistake"),
    ("OTHER", "The amount or the kind was wrong"),
    ("PAYS", "The client pays after all"),
    ("VOIDED", "The invoice was voided"),
    ("REFUND", "The refund was taken back"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0034_the_drawer_is_counted")]

    operations = [
        migrations.AddField(
            model_name="writeoff",
            name="refund",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credited",
                to="billing.refund",
            ),
        ),
        migrations.AlterField(
            model_name="writeofftakenback",
            name="reason",
            field=models.CharField(choices=REASONS, max_length=7),
        ),
        migrations.RemoveConstraint("writeofftakenback", "billing_writeofftakenback_for_a_reason"),
        migrations.AddConstraint(
            model_name="writeofftakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", [reason for reason, _ in REASONS])),
                name="billing_writeofftakenback_for_a_reason",
            ),
        ),
        run_sql_file(__file__),
    ]
