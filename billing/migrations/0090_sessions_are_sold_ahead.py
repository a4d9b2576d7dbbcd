"""Packages: offers, sales on invoices of their own, sessions that they pay, and how they end."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"
ENTRY = "ledger_journalentry"

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_packageoffer": {"added_by_id": MEMBER},
    "billing_packageoffercode": {
        "offer_id": "billing_packageoffer",
        "service_code_id": "billing_servicecode",
    },
    "billing_packageofferended": {"offer_id": "billing_packageoffer", "ended_by_id": MEMBER},
    "billing_package": {
        "client_id": "clients_client",
        "offer_id": "billing_packageoffer",
        "sold_by_id": MEMBER,
    },
    "billing_packageredemption": {
        "package_id": "billing_package",
        "line_id": "billing_invoiceline",
        "entry_id": ENTRY,
        "redeemed_by_id": MEMBER,
    },
    "billing_redemptiontakenback": {
        "redemption_id": "billing_packageredemption",
        "entry_id": ENTRY,
        "taken_back_by_id": MEMBER,
    },
    "billing_packageend": {
        "package_id": "billing_package",
        "entry_id": ENTRY,
        "ended_by_id": MEMBER,
    },
    "billing_packageendtakenback": {
        "end_id": "billing_packageend",
        "entry_id": ENTRY,
        "taken_back_by_id": MEMBER,
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0063_packages_are_ended"),
        ("billing", "0080_estimates"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
        ("ledger", "0016_open_items_of_closed_months"),
    ]

    operations = [
        migrations.CreateModel(
            name="Package",
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
                    "reference",
                    models.CharField(db_comment="Such as PK-00001; without a gap.", max_length=12),
                ),
                (
                    "sold_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                (
                    "valid_until",
                    models.DateField(db_comment="The last day of service that it covers."),
                ),
                ("sessions", models.PositiveSmallIntegerField(db_comment="As the offer says.")),
                ("price", ledger.fields.MoneyField(db_comment="Cents, as the offer says.")),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("sold_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PackageEnd",
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
                    "kind",
                    models.CharField(
                        choices=[("EXPIRED", "Expired"), ("REFUNDED", "Given back")], max_length=8
                    ),
                ),
                ("unused", models.PositiveSmallIntegerField(db_comment="Sessions that were left.")),
                ("left", ledger.fields.MoneyField(db_comment="Cents that were still prepaid.")),
                (
                    "formula",
                    ledger.fields.MoneyField(
                        db_comment="Cents: the price less what used sessions count; 0 expired."
                    ),
                ),
                (
                    "credited",
                    ledger.fields.MoneyField(
                        db_comment="Cents: the formula, as far as the invoice goes."
                    ),
                ),
                (
                    "ended_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                (
                    "key",
                    models.UUIDField(db_comment="Of the form or the run that it came by; once."),
                ),
                ("ended_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PackageEndTakenBack",
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
                    "reason",
                    models.CharField(
                        choices=[
                            ("MISTAKE", "It was ended by mistake"),
                            ("GOODWILL", "The practice lets the client have it"),
                            ("BILLED", "A session of its time is billed late"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "taken_back_on",
                    models.DateField(db_comment="What the reversing entry is dated."),
                ),
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PackageOffer",
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
                    "name",
                    models.CharField(
                        db_comment="The practice's own words; they are on invoices.", max_length=80
                    ),
                ),
                (
                    "sessions",
                    models.PositiveSmallIntegerField(db_comment="How many are sold together."),
                ),
                ("price", ledger.fields.MoneyField(db_comment="Cents, of all of them.")),
                (
                    "valid_days",
                    models.PositiveSmallIntegerField(
                        db_comment="Sessions until this many days after the sale are covered."
                    ),
                ),
                (
                    "forfeits",
                    models.BooleanField(
                        db_comment="Whether unused sessions expire: the practice says that terms and law allow it."
                    ),
                ),
                (
                    "used_counts",
                    models.CharField(
                        choices=[("UNIT", "its part of the price"), ("LIST", "its full list fee")],
                        max_length=4,
                    ),
                ),
                (
                    "code_count",
                    models.PositiveSmallIntegerField(db_comment="So that no code joins it later."),
                ),
                (
                    "offered_from",
                    models.DateField(db_comment="The first business date on which it is sold."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PackageOfferCode",
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
            ],
        ),
        migrations.CreateModel(
            name="PackageOfferEnded",
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
                    "ended_on",
                    models.DateField(db_comment="The first business date on which it is not sold."),
                ),
                ("ended_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PackageRedemption",
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
                ("amount", ledger.fields.MoneyField(db_comment="Cents, all of the line.")),
                (
                    "redeemed_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("redeemed_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="RedemptionTakenBack",
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
                    "taken_back_on",
                    models.DateField(db_comment="What the reversing entry is dated."),
                ),
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="billing_invoiceline_of_one_thing",
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="minutes",
            field=models.PositiveSmallIntegerField(db_comment="0 for a missed hour and a package."),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="service_code",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.servicecode",
            ),
        ),
        migrations.AddField(
            model_name="package",
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
            model_name="package",
            name="sold_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="package",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="billing.package",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("missed_fee", None), ("package", None), ("session__isnull", False)),
                    models.Q(("missed_fee__isnull", False), ("package", None), ("session", None)),
                    models.Q(("missed_fee", None), ("package__isnull", False), ("session", None)),
                    _connector="OR",
                ),
                name="billing_invoiceline_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "package"), name="billing_invoiceline_package_sold_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("package", None), ("service_code__isnull", False)),
                    models.Q(("package__isnull", False), ("service_code", None)),
                    _connector="OR",
                ),
                name="billing_invoiceline_of_a_service",
            ),
        ),
        migrations.AddField(
            model_name="packageend",
            name="ended_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="packageend",
            name="entry",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="packageend",
            name="package",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ends",
                to="billing.package",
            ),
        ),
        migrations.AddField(
            model_name="packageendtakenback",
            name="end",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.packageend",
            ),
        ),
        migrations.AddField(
            model_name="packageendtakenback",
            name="entry",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="packageendtakenback",
            name="taken_back_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="packageoffer",
            name="added_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="package",
            name="offer",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packages",
                to="billing.packageoffer",
            ),
        ),
        migrations.AddField(
            model_name="packageoffercode",
            name="offer",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="billing.packageoffer",
            ),
        ),
        migrations.AddField(
            model_name="packageoffercode",
            name="service_code",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.servicecode",
            ),
        ),
        migrations.AddField(
            model_name="packageofferended",
            name="ended_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="packageofferended",
            name="offer",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ended",
                to="billing.packageoffer",
            ),
        ),
        migrations.AddField(
            model_name="packageredemption",
            name="entry",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="packageredemption",
            name="line",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="redemptions",
                to="billing.invoiceline",
            ),
        ),
        migrations.AddField(
            model_name="packageredemption",
            name="package",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="redemptions",
                to="billing.package",
            ),
        ),
        migrations.AddField(
            model_name="packageredemption",
            name="redeemed_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="redemptiontakenback",
            name="entry",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="redemptiontakenback",
            name="redemption",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.packageredemption",
            ),
        ),
        migrations.AddField(
            model_name="redemptiontakenback",
            name="taken_back_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageend",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_packageend_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageend",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "entry"), name="billing_packageend_posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("formula", 0), ("kind", "EXPIRED")),
                    models.Q(("formula__gte", 0), ("kind", "REFUNDED")),
                    _connector="OR",
                ),
                name="billing_packageend_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited__gte", 0),
                    ("credited__lte", models.F("formula")),
                    ("formula__lte", models.F("left")),
                    ("left__gt", 0),
                    ("unused__gte", 1),
                ),
                name="billing_packageend_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageendtakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "end"), name="billing_packageendtakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageendtakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["MISTAKE", "GOODWILL", "BILLED"])),
                name="billing_packageendtakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffer",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_packageoffer_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="billing_packageoffer_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("sessions__gte", 1), ("sessions__lte", 100)),
                name="billing_packageoffer_of_sessions",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__gte", models.F("sessions"))),
                name="billing_packageoffer_a_cent_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_days__gte", 1), ("valid_days__lte", 3650)),
                name="billing_packageoffer_valid_for_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("code_count__gte", 1)),
                name="billing_packageoffer_covers_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_counts__in", ["UNIT", "LIST"])),
                name="billing_packageoffer_refund_known",
            ),
        ),
        migrations.AddIndex(
            model_name="package",
            index=models.Index(
                fields=["practice_id", "sold_on", "id"], name="billing_package_by_date"
            ),
        ),
        migrations.AddConstraint(
            model_name="package",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "reference"), name="billing_package_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="package",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_package_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="package",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("sold_on"))),
                name="billing_package_valid_after_sale",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageoffercode",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "offer", "service_code"),
                name="billing_packageoffercode_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageofferended",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "offer"), name="billing_packageofferended_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageredemption",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "line"), name="billing_packageredemption_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageredemption",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "entry"), name="billing_packageredemption_posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packageredemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="billing_packageredemption_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="redemptiontakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "redemption"), name="billing_redemptiontakenback_once"
            ),
        ),
        *(
            operation
            for table, keys in APPEND_ONLY.items()
            for operation in (
                tenant_table(table, may="SELECT, INSERT", keys=keys),
                append_only(table),
            )
        ),
        run_sql_file(__file__),
    ]
