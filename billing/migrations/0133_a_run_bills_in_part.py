"""A run bills what no estimate holds up, and says that the rest waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0132_statements_of_merged_clients"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="cyclerunclient",
            name="billing_cyclerunclient_outcome_known",
        ),
        migrations.RemoveConstraint(
            model_name="cyclerunclient",
            name="billing_cyclerunclient_invoiced_by_invoice",
        ),
        migrations.AlterField(
            model_name="cyclerunclient",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("WAITING", "Waits"),
                    ("INVOICED", "Invoiced"),
                    ("IN_PART", "Invoiced but for what is far above an estimate: issue it by hand"),
                    ("NOTHING", "Billed or left unbilled meanwhile"),
                    ("UNMARKED", "Nobody said what became of an appointment"),
                    ("NO_FEE", "No list fee on the day of an appointment"),
                    ("CODE", "The code cannot be billed on that day"),
                    ("MINUTES", "No code for so few minutes"),
                    ("ESTIMATE", "Far above an estimate: issue it by hand and say why"),
                    ("FREE", "It costs nothing together"),
                    ("CLOSED", "The month is closed"),
                    ("FAILED", "It failed; ask for the run again"),
                ],
                db_default="WAITING",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerunclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            "WAITING",
                            "INVOICED",
                            "IN_PART",
                            "NOTHING",
                            "UNMARKED",
                            "NO_FEE",
                            "CODE",
                            "MINUTES",
                            "ESTIMATE",
                            "FREE",
                            "CLOSED",
                            "FAILED",
                        ],
                    )
                ),
                name="billing_cyclerunclient_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerunclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice__isnull", False), ("outcome__in", ["INVOICED", "IN_PART"])),
                    models.Q(
                        models.Q(("outcome__in", ["INVOICED", "IN_PART"]), _negated=True),
                        ("invoice", None),
                    ),
                    _connector="OR",
                ),
                name="billing_cyclerunclient_invoiced_by_invoice",
            ),
        ),
    ]
