"""Payment plans: what is open of invoices is promised in installments, and kept out of reminders."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

PLAN, MEMBER = "billing_paymentplan", "accounts_membership"

APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_paymentplan": {
        "client_id": "clients_client",
        "party_id": "clients_responsibleparty",
        "agreed_by_id": MEMBER,
    },
    "billing_planinvoice": {"plan_id": PLAN, "invoice_id": "billing_invoice"},
    "billing_planinstallment": {"plan_id": PLAN},
    "billing_paymentplantakenback": {"plan_id": PLAN, "taken_back_by_id": MEMBER},
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0076_payment_plans_are_agreed"),
        ("billing", "0141_clients_say_what_is_not_right"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentPlan",
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
                    models.CharField(
                        db_comment="Such as PP-2026-0001; without a gap in its year.", max_length=20
                    ),
                ),
                (
                    "total",
                    ledger.fields.MoneyField(
                        db_comment="Cents, what was open of its invoices when it was agreed."
                    ),
                ),
                (
                    "invoice_count",
                    models.PositiveSmallIntegerField(db_comment="So that none joins it later."),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("WEEK", "Every week"),
                            ("TWO_WEEKS", "Every two weeks"),
                            ("MONTH", "Every month"),
                        ],
                        max_length=9,
                    ),
                ),
                ("starts_on", models.DateField(db_comment="When the first installment is due.")),
                (
                    "installment",
                    ledger.fields.MoneyField(db_comment="Cents, each of them but the last."),
                ),
                (
                    "installment_count",
                    models.PositiveSmallIntegerField(db_comment="So that none joins it later."),
                ),
                (
                    "said_commitment",
                    models.BinaryField(
                        db_comment="HMAC of the sealed words under the practice's key that does not rotate."
                    ),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                (
                    "agreed_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("agreed_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PaymentPlanTakenBack",
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
                            ("BROKEN", "The client did not keep it"),
                            ("ANEW", "Another one was agreed"),
                            ("MISTAKE", "It was agreed by mistake"),
                            ("WISH", "The client wishes so"),
                        ],
                        max_length=7,
                    ),
                ),
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="PaymentPlanText",
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
        migrations.CreateModel(
            name="PlanInstallment",
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
                    models.PositiveSmallIntegerField(db_comment="From 1, in the order due."),
                ),
                (
                    "due_on",
                    models.DateField(db_comment="The last business date on which it is not late."),
                ),
                ("amount", ledger.fields.MoneyField(db_comment="Cents.")),
            ],
        ),
        migrations.CreateModel(
            name="PlanInvoice",
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
                    "open",
                    ledger.fields.MoneyField(
                        db_comment="Cents, open of it when the plan was agreed."
                    ),
                ),
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
                    ("PLAN", "Payment plan"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="paymentplan",
            name="agreed_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="paymentplan",
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
            model_name="paymentplan",
            name="party",
            field=accounts.tenancy.PracticeKey(
                db_comment="Who agreed to pay; null: the client.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.responsibleparty",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="payment_plan",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="billing.paymentplan",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "payment_plan"), name="billing_document_plan_once"
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
                        ("payment_plan", None),
                        ("statement", None),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind", "RECEIPT"),
                        ("payment__isnull", False),
                        ("payment_plan", None),
                        ("statement", None),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind", "STATEMENT"),
                        ("payment", None),
                        ("payment_plan", None),
                        ("statement__isnull", False),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate__isnull", False),
                        ("invoice", None),
                        ("kind", "ESTIMATE"),
                        ("payment", None),
                        ("payment_plan", None),
                        ("statement", None),
                        ("superbill", None),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind__in", ["SUPERBILL", "SUPERSEDED"]),
                        ("payment", None),
                        ("payment_plan", None),
                        ("statement", None),
                        ("superbill__isnull", False),
                    ),
                    models.Q(
                        ("estimate", None),
                        ("invoice", None),
                        ("kind", "PLAN"),
                        ("payment", None),
                        ("payment_plan__isnull", False),
                        ("statement", None),
                        ("superbill", None),
                    ),
                    _connector="OR",
                ),
                name="billing_document_is_of_its_kind",
            ),
        ),
        migrations.AddField(
            model_name="paymentplantakenback",
            name="plan",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.paymentplan",
            ),
        ),
        migrations.AddField(
            model_name="paymentplantakenback",
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
            model_name="paymentplantext",
            name="plan",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="texts",
                to="billing.paymentplan",
            ),
        ),
        migrations.AddField(
            model_name="planinstallment",
            name="plan",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="installments",
                to="billing.paymentplan",
            ),
        ),
        migrations.AddField(
            model_name="planinvoice",
            name="invoice",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plans",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="planinvoice",
            name="plan",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="billing.paymentplan",
            ),
        ),
        migrations.AddIndex(
            model_name="paymentplan",
            index=models.Index(
                fields=["practice_id", "client", "agreed_at"], name="billing_paymentplan_of_client"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplan",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "reference"), name="billing_paymentplan_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplan",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_paymentplan_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("installment_count__gte", 2), ("installment_count__lte", 60)),
                name="billing_paymentplan_in_some_installments",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("invoice_count__gte", 1), ("invoice_count__lte", 50)),
                name="billing_paymentplan_of_some_invoices",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("installment__gt", 0), ("installment__lt", models.F("total"))),
                name="billing_paymentplan_parts_of_the_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__gte", models.F("agreed_on"))),
                name="billing_paymentplan_starts_then_or_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("every__in", ["WEEK", "TWO_WEEKS", "MONTH"])),
                name="billing_paymentplan_every_so_often",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplantakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "plan"), name="billing_paymentplantakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplantakenback",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["BROKEN", "ANEW", "MISTAKE", "WISH"])),
                name="billing_paymentplantakenback_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplantext",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "plan"), name="billing_paymentplantext_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planinstallment",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "plan", "position"), name="billing_planinstallment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planinstallment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="billing_planinstallment_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="planinstallment",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1)), name="billing_planinstallment_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="planinvoice",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "plan", "invoice"), name="billing_planinvoice_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("open__gt", 0)), name="billing_planinvoice_owes"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="plan",
            field=accounts.tenancy.PracticeKey(
                db_comment="Where its installments are late; null: the invoice is by itself.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.paymentplan",
            ),
        ),
        migrations.RemoveConstraint(model_name="reminder", name="billing_reminder_once_a_step"),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "invoice", "plan", "days"),
                name="billing_reminder_once_a_step",
                nulls_distinct=False,
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
            "billing_paymentplantext",
            may="SELECT, INSERT, UPDATE (said)",
            keys={"plan_id": PLAN},
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE billing_reminder ADD CONSTRAINT"
                " billing_reminder_plan_id_same_practice FOREIGN KEY (practice_id, plan_id)"
                " REFERENCES billing_paymentplan (practice_id, id) NOT DEFERRABLE",
                "CREATE INDEX billing_reminder_plan_id_key"
                " ON billing_reminder (practice_id, plan_id)",
            ],
            [
                "DROP INDEX billing_reminder_plan_id_key",
                "ALTER TABLE billing_reminder DROP CONSTRAINT"
                " billing_reminder_plan_id_same_practice",
            ],
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE billing_document ADD CONSTRAINT"
                " billing_document_payment_plan_id_same_practice FOREIGN KEY (practice_id,"
                " payment_plan_id) REFERENCES billing_paymentplan (practice_id, id) NOT DEFERRABLE",
                "CREATE INDEX billing_document_payment_plan_id_key"
                " ON billing_document (practice_id, payment_plan_id)",
            ],
            [
                "DROP INDEX billing_document_payment_plan_id_key",
                "ALTER TABLE billing_document DROP CONSTRAINT"
                " billing_document_payment_plan_id_same_practice",
            ],
        ),
        run_sql_file(__file__),
    ]
