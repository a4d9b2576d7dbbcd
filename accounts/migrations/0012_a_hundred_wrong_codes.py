"""Strangers' devices give a name a hundred wrong codes and no more, until its owner acts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_a_report_ends_by_a_letter")]
    operations = [
        migrations.AddField(
            model_name="signintry",
            name="wrong_code",
            field=models.PositiveSmallIntegerField(
                db_comment="Which one it is of the wrong codes from unknown devices since the last"
                " right one; kept while it counts.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="signintry",
            constraint=models.CheckConstraint(
                condition=models.Q(("wrong_code__range", (1, 100))),
                name="accounts_signintry_hundred_wrong_codes",
            ),
        ),
        migrations.AddConstraint(
            model_name="signintry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("wrong_code__isnull", False)),
                fields=("name_hash", "wrong_code"),
                name="accounts_signintry_wrong_code_counts_once",
            ),
        ),
    ]
