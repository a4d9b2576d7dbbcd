"""A statement carries a link to pay, which lasts longer and can be printed again."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0064_terms_of_packages_are_set_with_fees"),
        ("billing", "0133_a_run_bills_in_part"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkWish",
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
                ("wants_links", models.BooleanField()),
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="paylink",
            name="billing_paylink_lasts_two_weeks",
        ),
        migrations.AddField(
            model_name="paylink",
            name="statement",
            field=accounts.tenancy.PracticeKey(
                db_comment="On which it is printed.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="billing.accountstatement",
            ),
        ),
        migrations.AddField(
            model_name="paylink",
            name="text",
            field=accounts.fields.EncryptedText(
                db_comment="What its address holds, where it is printed.", max_chars=64, null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "statement"), name="billing_paylink_one_on_a_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gt", models.F("made_at")),
                    models.Q(
                        models.Q(
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("made_at"),
                                    "+",
                                    models.Value(datetime.timedelta(days=14)),
                                ),
                            ),
                            ("statement", None),
                        ),
                        models.Q(
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("made_at"),
                                    "+",
                                    models.Value(datetime.timedelta(days=60)),
                                ),
                            ),
                            ("statement__isnull", False),
                        ),
                        _connector="OR",
                    ),
                ),
                name="billing_paylink_lasts_as_its_way_does",
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("statement", None), ("text__isnull", True)),
                    models.Q(
                        ("sent_at", None), ("statement__isnull", False), ("text__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="billing_paylink_is_printed_or_sent",
            ),
        ),
        migrations.AddField(
            model_name="linkwish",
            name="client",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="linkwish",
            name="noted_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        tenant_table(
            "billing_linkwish",
            may="SELECT, INSERT",
            keys={"client_id": "clients_client", "noted_by_id": "accounts_membership"},
        ),
        append_only("billing_linkwish"),
        run_sql_file(__file__),
    ]
