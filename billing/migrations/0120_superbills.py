"""Superbills: what was on them, whom they were given to, and what may stand on one."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import django.db.models.expressions
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

CLIENT, MEMBER = "clients_client", "accounts_membership"
SUPERBILL = "billing_superbill"

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_superbill": {"client_id": CLIENT, "replaces_id": SUPERBILL, "issued_by_id": MEMBER},
    "billing_superbillline": {"superbill_id": SUPERBILL, "session_id": "billing_session"},
    "billing_superbillrule": {"set_by_id": MEMBER},
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0064_terms_of_packages_are_set_with_fees"),
        ("billing", "0112_add_ons"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="Superbill",
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
                    "number",
                    models.CharField(
                        db_comment="Such as SB-2026-0001; without a gap in its year.", max_length=20
                    ),
                ),
                (
                    "since",
                    models.DateField(db_comment="The first day of service that was asked for."),
                ),
                ("until", models.DateField(db_comment="The last one, included.")),
                (
                    "line_count",
                    models.PositiveSmallIntegerField(
                        db_comment="How many sessions it has: once they stand, no other can join them."
                    ),
                ),
                ("charged", ledger.fields.MoneyField(db_comment="Cents, list fees of all lines.")),
                (
                    "taken_off",
                    ledger.fields.MoneyField(
                        db_comment="Cents, discounts and what was written off."
                    ),
                ),
                (
                    "paid",
                    ledger.fields.MoneyField(
                        db_comment="Cents, by the client or whoever pays for them."
                    ),
                ),
                (
                    "names_insurer",
                    models.BooleanField(db_comment="Then who sees no insurance cannot open it."),
                ),
                (
                    "said_commitment",
                    models.BinaryField(
                        db_comment="HMAC of the sealed words under the practice's key that does not rotate."
                    ),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                (
                    "issued_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("issued_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="SuperbillGiven",
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
                    "recipient_kind",
                    models.CharField(
                        choices=[
                            ("CLIENT", "The client, or whoever acts for them"),
                            ("PLAN", "A health plan"),
                            ("OTHER", "Somebody else"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "recipient",
                    accounts.fields.EncryptedText(
                        db_comment="Null for the client.", max_chars=200, null=True
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("PAPER", "On paper"),
                            ("PORTAL", "In the portal"),
                            ("LINK", "Behind the pay link that is mailed to the client"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "given_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="SuperbillLine",
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
                    "position",
                    models.PositiveSmallIntegerField(db_comment="From 1, in the order printed."),
                ),
                (
                    "served_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("charged", ledger.fields.MoneyField(db_comment="Cents, the list fee.")),
                (
                    "taken_off",
                    ledger.fields.MoneyField(
                        db_comment="Cents, discount and what was written off."
                    ),
                ),
                ("paid", ledger.fields.MoneyField(db_comment="Cents.")),
                (
                    "paid_on",
                    models.DateField(
                        db_comment="When the last of it came; null if nothing.", null=True
                    ),
                ),
                (
                    "diagnosis_count",
                    models.PositiveSmallIntegerField(
                        db_comment="How many diagnoses it points to; they stand on its day."
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SuperbillRule",
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
                ("needs_paid", models.BooleanField(db_comment="Without a row: yes.")),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SuperbillText",
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
                ("said", accounts.fields.EncryptedJSON()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="billing_document_is_of_its_kind",
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("INVOICE", "Invoice"),
                    ("RECEIPT", "Receipt"),
                    ("STATEMENT", "Statement of account"),
                    ("ESTIMATE", "Good faith estimate"),
                    ("SUPERBILL", "Superbill"),
                    ("SUPERSEDED", "Superbill, marked as superseded"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="superbill",
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
            model_name="superbill",
            name="issued_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="superbill",
            name="replaces",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="billing.superbill",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="superbill",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="billing.superbill",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "kind", "superbill"), name="billing_document_superbill_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("estimate", None),
                        ("invoice__isnull", False),
                        ("kind", "INVOICE"),
                        ("payment", None),
                        ("statement", None),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind", "RECEIPT"),
                        ("payment__isnull", False),
                        ("statement", None),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind", "STATEMENT"),
                        ("payment", None),
                        ("statement__isnull", False),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate__isnull", False),
                        ("invoice", None),
                        ("kind", "ESTIMATE"),
                        ("payment", None),
                        ("statement", None),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind__in", ["SUPERBILL", "SUPERSEDED"]),
                        ("payment", None),
                        ("statement", None),
                        ("superbill__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="billing_document_is_of_its_kind",
            ),
        ),
        migrations.AddField(
            model_name="superbillgiven",
            name="consent",
            field=accounts.tenancy.PracticeKey(
                db_comment="To 42 CFR Part 2, where it had to be there.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.consent",
            ),
        ),
        migrations.AddField(
            model_name="superbillgiven",
            name="noted_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="superbillgiven",
            name="superbill",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="given",
                to="billing.superbill",
            ),
        ),
        migrations.AddField(
            model_name="superbillline",
            name="session",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superbill_lines",
                to="billing.session",
            ),
        ),
        migrations.AddField(
            model_name="superbillline",
            name="superbill",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="billing.superbill",
            ),
        ),
        migrations.AddField(
            model_name="superbillrule",
            name="set_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="superbilltext",
            name="superbill",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="texts",
                to="billing.superbill",
            ),
        ),
        migrations.AddIndex(
            model_name="superbill",
            index=models.Index(
                fields=["practice_id", "client", "issued_at"], name="billing_superbill_of_client"
            ),
        ),
        migrations.AddConstraint(
            model_name="superbill",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "number"), name="billing_superbill_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="superbill",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_superbill_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="superbill",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "replaces"), name="billing_superbill_replaced_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="superbill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since__lte", models.F("until")), ("until__lte", models.F("issued_on"))
                ),
                name="billing_superbill_of_days_that_are_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbill",
            constraint=models.CheckConstraint(
                condition=models.Q(("line_count__gte", 1), ("line_count__lte", 100)),
                name="billing_superbill_has_lines",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "charged__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("taken_off"), "+", models.F("paid")
                        ),
                    ),
                    ("paid__gte", 0),
                    ("taken_off__gte", 0),
                ),
                name="billing_superbill_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbillgiven",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_superbillgiven_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="superbillgiven",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("recipient__isnull", True), ("recipient_kind", "CLIENT")),
                    models.Q(
                        ("recipient__isnull", False), ("recipient_kind__in", ["PLAN", "OTHER"])
                    ),
                    _connector="OR",
                ),
                name="billing_superbillgiven_names_its_recipient",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbillgiven",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("way", "LINK"), _negated=True),
                    ("recipient_kind", "CLIENT"),
                    _connector="OR",
                ),
                name="billing_superbillgiven_link_is_the_clients",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbillline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "superbill", "position"),
                name="billing_superbillline_position_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbillline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "superbill", "session"),
                name="billing_superbillline_session_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbillline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "charged__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("taken_off"), "+", models.F("paid")
                        ),
                    ),
                    ("paid__gte", 0),
                    ("taken_off__gte", 0),
                ),
                name="billing_superbillline_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbillline",
            constraint=models.CheckConstraint(
                condition=models.Q(("diagnosis_count__gte", 1), ("diagnosis_count__lte", 4)),
                name="billing_superbillline_diagnosed",
            ),
        ),
        migrations.AddConstraint(
            model_name="superbilltext",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "superbill"), name="billing_superbilltext_once"
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
        tenant_table(
            "billing_superbilltext",
            may="SELECT, INSERT, UPDATE (said)",
            keys={"superbill_id": SUPERBILL},
        ),
        tenant_table(
            "billing_superbillgiven",
            may="SELECT, INSERT, UPDATE (recipient)",
            keys={
                "superbill_id": SUPERBILL,
                "consent_id": "clients_consent",
                "noted_by_id": MEMBER,
            },
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE billing_document ADD CONSTRAINT"
                " billing_document_superbill_id_same_practice FOREIGN KEY (practice_id,"
                " superbill_id) REFERENCES billing_superbill (practice_id, id) NOT DEFERRABLE",
                "CREATE INDEX billing_document_superbill_id_key"
                " ON billing_document (practice_id, superbill_id)",
            ],
            [
                "DROP INDEX billing_document_superbill_id_key",
                "ALTER TABLE billing_document DROP CONSTRAINT"
                " billing_document_superbill_id_same_practice",
            ],
        ),
        run_sql_file(__file__),
    ]
