"""Good faith estimates, whether they were given, and what goes above them."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

CLIENT, MEMBER = "clients_client", "accounts_membership"
ESTIMATE = "billing_estimate"

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_estimate": {"client_id": CLIENT, "replaces_id": ESTIMATE, "issued_by_id": MEMBER},
    "billing_estimateitem": {
        "estimate_id": ESTIMATE,
        "therapist_id": MEMBER,
        "service_code_id": "billing_servicecode",
    },
    "billing_estimatenote": {"estimate_id": ESTIMATE, "noted_by_id": MEMBER},
    "billing_estimaterequest": {"client_id": CLIENT, "noted_by_id": MEMBER},
    "billing_estimateoverrun": {
        "invoice_id": "billing_invoice",
        "estimate_id": ESTIMATE,
        "therapist_id": MEMBER,
        "noted_by_id": MEMBER,
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0060_particulars"),
        ("billing", "0070_pay_links"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="Estimate",
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
                        db_comment="Such as GFE-2026-0001; without a gap in its year.",
                        max_length=20,
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("BOOKED", "Services were booked"),
                            ("ASKED", "The client asked for it"),
                            ("CHANGED", "What was expected changed"),
                            ("OFFERED", "The practice offers it"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "due_on",
                    models.DateField(
                        db_comment="The business date by which it was due; null where it was not.",
                        null=True,
                    ),
                ),
                (
                    "since",
                    models.DateField(db_comment="The first day of service that it is about."),
                ),
                (
                    "until",
                    models.DateField(db_comment="The last one: less than a year after the first."),
                ),
                (
                    "wanted",
                    models.CharField(
                        choices=[
                            ("PAPER", "On paper"),
                            ("EMAIL", "By e-mail"),
                            ("PORTAL", "In the portal"),
                        ],
                        db_comment="How the client wants it.",
                        max_length=6,
                    ),
                ),
                ("total", ledger.fields.MoneyField(db_comment="Cents, of all items.")),
                (
                    "item_count",
                    models.PositiveSmallIntegerField(
                        db_comment="How many items it has: once they stand, no other can join them."
                    ),
                ),
                (
                    "names_diagnoses",
                    models.BooleanField(db_comment="Then who sees none cannot open it."),
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
            name="EstimateItem",
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
                ("times", models.PositiveSmallIntegerField()),
                ("charge", ledger.fields.MoneyField(db_comment="Cents, for one of them.")),
            ],
        ),
        migrations.CreateModel(
            name="EstimateNote",
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
                        choices=[
                            ("GIVEN", "Given to the client"),
                            ("ACCEPTED", "The client accepts it"),
                            ("DECLINED", "The client does not accept it"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("PAPER", "On paper"),
                            ("EMAIL", "By e-mail"),
                            ("PORTAL", "In the portal"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "happened_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="EstimateOverrun",
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
                    "over",
                    ledger.fields.MoneyField(
                        db_comment="Cents above what was estimated for this provider."
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("AGREED", "The client was told and agrees"),
                            ("COMING", "A new estimate is being given"),
                            ("INSURED", "A plan pays for these services"),
                        ],
                        max_length=7,
                    ),
                ),
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="EstimateRequest",
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
                    "asked_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="EstimateText",
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
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="estimate",
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
            model_name="estimate",
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
            model_name="estimate",
            name="replaces",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="billing.estimate",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="estimate",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="billing.estimate",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "estimate"), name="billing_document_estimate_once"
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
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind", "RECEIPT"),
                        ("payment__isnull", False),
                        ("statement", None),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind", "STATEMENT"),
                        ("payment", None),
                        ("statement__isnull", False),
                    ),
                    models.Q(
                        ("estimate__isnull", False),
                        ("invoice", None),
                        ("kind", "ESTIMATE"),
                        ("payment", None),
                        ("statement", None),
                    ),
                    _connector="OR",
                ),
                name="billing_document_is_of_its_kind",
            ),
        ),
        migrations.AddField(
            model_name="estimateitem",
            name="estimate",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="billing.estimate",
            ),
        ),
        migrations.AddField(
            model_name="estimateitem",
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
            model_name="estimateitem",
            name="therapist",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="estimatenote",
            name="estimate",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="billing.estimate",
            ),
        ),
        migrations.AddField(
            model_name="estimatenote",
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
            model_name="estimateoverrun",
            name="estimate",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="overruns",
                to="billing.estimate",
            ),
        ),
        migrations.AddField(
            model_name="estimateoverrun",
            name="invoice",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="overruns",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="estimateoverrun",
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
            model_name="estimateoverrun",
            name="therapist",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="estimaterequest",
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
            model_name="estimaterequest",
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
            model_name="estimatetext",
            name="estimate",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="texts",
                to="billing.estimate",
            ),
        ),
        migrations.AddIndex(
            model_name="estimate",
            index=models.Index(
                fields=["practice_id", "client", "since"], name="billing_estimate_of_client"
            ),
        ),
        migrations.AddConstraint(
            model_name="estimate",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "number"), name="billing_estimate_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="estimate",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_estimate_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="estimate",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "replaces"), name="billing_estimate_replaced_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="estimate",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__lte", models.F("until"))),
                name="billing_estimate_days_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("item_count__gte", 1), ("item_count__lte", 6), ("total__gt", 0)
                ),
                name="billing_estimate_has_items",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause", "CHANGED"), _negated=True),
                    ("replaces__isnull", False),
                    _connector="OR",
                ),
                name="billing_estimate_change_replaces",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimateitem",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "estimate", "position"),
                name="billing_estimateitem_position_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimateitem",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "estimate", "therapist", "service_code"),
                name="billing_estimateitem_service_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimateitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("charge__gte", 0), ("times__gte", 1), ("times__lte", 400)),
                name="billing_estimateitem_of_sense",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimatenote",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "estimate", "kind", "way", "happened_on"),
                name="billing_estimatenote_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimateoverrun",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "invoice", "estimate", "therapist"),
                name="billing_estimateoverrun_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimateoverrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("over__gt", 0)), name="billing_estimateoverrun_is_over"
            ),
        ),
        migrations.AddConstraint(
            model_name="estimaterequest",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_estimaterequest_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="estimatetext",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "estimate"), name="billing_estimatetext_once"
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
            "billing_estimatetext",
            may="SELECT, INSERT, UPDATE (said)",
            keys={"estimate_id": ESTIMATE},
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE billing_document ADD CONSTRAINT"
                " billing_document_estimate_id_same_practice FOREIGN KEY (practice_id, estimate_id)"
                " REFERENCES billing_estimate (practice_id, id) NOT DEFERRABLE",
                "CREATE INDEX billing_document_estimate_id_key"
                " ON billing_document (practice_id, estimate_id)",
            ],
            [
                "DROP INDEX billing_document_estimate_id_key",
                "ALTER TABLE billing_document DROP CONSTRAINT"
                " billing_document_estimate_id_same_practice",
            ],
        ),
        run_sql_file(__file__),
    ]
