"""A run makes no statement of who is one person with another client by now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0131_credit_goes_to_another_client"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="statementrunitem",
            name="billing_statementrunitem_closed_with_an_outcome",
        ),
        migrations.AlterField(
            model_name="statementrunitem",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("MADE", "Made"),
                    ("LEFT_OUT", "Left out by hand"),
                    ("SETTLED", "Less is owed by now"),
                    ("RECENT", "Had a statement meanwhile"),
                    ("HELD", "Held back meanwhile"),
                    ("MERGED", "One person with another client by now"),
                    ("FAILED", "Could not be made"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="statementrunitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("outcome", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("outcome__in", ["LEFT_OUT", "SETTLED", "RECENT", "MERGED"]),
                        ("statement", None),
                    ),
                    models.Q(("closed_at__isnull", False), ("outcome__in", ["HELD", "FAILED"])),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("outcome", "MADE"),
                        ("statement__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="billing_statementrunitem_closed_with_an_outcome",
            ),
        ),
    ]
