"""Payers say what they want for telehealth, and hours are planned where they will be."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0064_terms_of_packages_are_set_with_fees"),
        ("billing", "0110_sessions_say_where"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="place_of_service",
            field=models.CharField(
                db_comment="Where it will be, such as 10.",
                db_default=models.Value("11"),
                max_length=2,
            ),
        ),
        migrations.CreateModel(
            name="PayerRule",
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
                (
                    "remote",
                    models.CharField(
                        choices=[("VIDEO", "By video"), ("AUDIO", "By sound alone")], max_length=5
                    ),
                ),
                (
                    "place_of_service",
                    models.CharField(
                        blank=True,
                        db_comment="Two digits; '' if where the client was.",
                        max_length=2,
                    ),
                ),
                (
                    "modifiers",
                    models.CharField(
                        blank=True,
                        db_comment="Up to four, in order, with spaces between.",
                        max_length=11,
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(db_comment="The first business date of a session it is for."),
                ),
                ("ends_on", models.DateField(db_comment="The last one.", null=True)),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "payer",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.payer",
                    ),
                ),
                (
                    "set_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["practice_id", "payer", "starts_on", "set_at", "id"],
                        name="billing_payerrule_in_force",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("remote__in", ["VIDEO", "AUDIO"])),
                        name="billing_payerrule_by_some_means",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="billing_payerrule_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("modifiers", ""),
                            ("modifiers__regex", "^[A-Z0-9]{2}( [A-Z0-9]{2}){0,3}$"),
                            _connector="OR",
                        ),
                        name="billing_payerrule_four_modifiers",
                    ),
                ],
            },
        ),
        tenant_table(
            "billing_payerrule",
            may="SELECT, INSERT",
            keys={"payer_id": "clients_payer", "set_by_id": "accounts_membership"},
        ),
        append_only("billing_payerrule"),
        run_sql_file(__file__),
    ]
