"""Clients pay by a link without an account: the links, the visits that they open, and their intents."""

import accounts.ids
import accounts.tenancy
import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from accounts.row_security import tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0057_pay_links_are_made"),
        ("billing", "0062_reminders_in_steps"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayVisit",
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
                ("digest", models.BinaryField(db_comment="SHA-256 of the cookie's key.")),
                ("began_at", models.DateTimeField(db_comment="UTC.")),
                ("last_seen_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "ended_at",
                    models.DateTimeField(db_comment="UTC; null unless the client left.", null=True),
                ),
            ],
        ),
        migrations.AddField(
            model_name="cardintent",
            name="card_end",
            field=models.CharField(
                blank=True, db_comment="The card's last four digits.", db_default="", max_length=4
            ),
        ),
        migrations.AddField(
            model_name="cardintent",
            name="key",
            field=models.UUIDField(
                db_comment="Of the form that a pay link's payment came by; once.", null=True
            ),
        ),
        migrations.AddField(
            model_name="cardintent",
            name="client",
            field=accounts.tenancy.PracticeKey(
                db_comment="Whose account a pay link pays.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AlterField(
            model_name="cardintent",
            name="invoice",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.invoice",
            ),
        ),
        migrations.CreateModel(
            name="PayLink",
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
                ("digest", models.BinaryField(db_comment="SHA-256 of the token.")),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("made_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "expires_at",
                    models.DateTimeField(db_comment="UTC; from then on it opens nothing."),
                ),
                (
                    "sent_at",
                    models.DateTimeField(db_comment="UTC; null if it was not e-mailed.", null=True),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        db_comment="UTC: when a second factor was right first; a look is none.",
                        null=True,
                    ),
                ),
                (
                    "wrong_tries",
                    models.PositiveSmallIntegerField(
                        db_comment="Wrong second factors; it is dead at the third.",
                        db_default=0,
                        default=0,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "made_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "withdrawn_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="cardintent",
            name="pay_link",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intents",
                to="billing.paylink",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardintent",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_cardintent_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="cardintent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("client", None), ("invoice__isnull", False), ("pay_link", None)),
                    models.Q(
                        ("client__isnull", False), ("invoice", None), ("pay_link__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="billing_cardintent_pays_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardintent",
            constraint=models.CheckConstraint(
                condition=models.Q(("card_end__regex", "^([0-9]{4})?$")),
                name="billing_cardintent_card_end_is_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardintent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["CREATED", "OPEN", "UNKNOWN"])),
                fields=("practice_id", "client"),
                name="billing_cardintent_one_page_of_an_account",
            ),
        ),
        migrations.AddField(
            model_name="payvisit",
            name="link",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="billing.paylink",
            ),
        ),
        migrations.AddField(
            model_name="payvisit",
            name="client",
            field=accounts.tenancy.PracticeKey(
                db_comment="Whose second factor was given; over once the link is another client's.",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "digest"), name="billing_paylink_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_paylink_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gt", models.F("made_at")),
                    (
                        "expires_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("made_at"), "+", models.Value(datetime.timedelta(days=14))
                        ),
                    ),
                ),
                name="billing_paylink_lasts_two_weeks",
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.CheckConstraint(
                condition=models.Q(("wrong_tries__gte", 0), ("wrong_tries__lte", 3)),
                name="billing_paylink_three_tries",
            ),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="billing_paylink_withdrawn_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="payvisit",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "digest"), name="billing_payvisit_once"
            ),
        ),
        tenant_table(
            "billing_paylink",
            may="SELECT, INSERT,"
            " UPDATE (sent_at, opened_at, wrong_tries, withdrawn_at, withdrawn_by_id)",
            keys={
                "client_id": "clients_client",
                "made_by_id": "accounts_membership",
                "withdrawn_by_id": "accounts_membership",
            },
        ),
        tenant_table(
            "billing_payvisit",
            may="SELECT, INSERT, UPDATE (last_seen_at, ended_at)",
            keys={"link_id": "billing_paylink", "client_id": "clients_client"},
        ),
        run_sql_file(__file__),
    ]
