"""Statements of account, checked against the books; receipts and statements as documents."""

from django.db import migrations, models
from django.db.models import F, Q

from accounts.ids import uuid7
from accounts.row_security import append_only, tenant_table
from accounts.tenancy import CurrentPractice, PracticeKey
from audit.sql import run_sql_file
from ledger.fields import MoneyField

CLIENT, MEMBER = "clients_client", "accounts_membership"


def identity():
    return [
        ("id", models.UUIDField(primary_key=True, default=uuid7, editable=False, serialize=False)),
        ("practice_id", models.UUIDField(db_default=CurrentPractice(), editable=False)),
    ]


def key_of_document(column, target):
    name = f"billing_document_{column}"
    return migrations.RunSQL(
        [
            f"ALTER TABLE billing_document ADD CONSTRAINT {name}_same_practice"
            f" FOREIGN KEY (practice_id, {column}) REFERENCES {target} (practice_id, id)"
            " NOT DEFERRABLE",
            f"CREATE INDEX {name}_key ON billing_document (practice_id, {column})",
        ],
        [
            f"DROP INDEX {name}_key",
            f"ALTER TABLE billing_document DROP CONSTRAINT {name}_same_practice",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_a_context_is_read_in_one_step"),
        ("billing", "0013_hours_are_planned"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
        ("ledger", "0016_open_items_of_closed_months"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountStatement",
            fields=[
                *identity(),
                ("client", PracticeKey("clients.client")),
                (
                    "since",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("until", models.DateField(db_comment="Its last day, included.")),
                (
                    "known_at",
                    models.DateTimeField(db_comment="UTC; the books were settled up to it."),
                ),
                ("opening", MoneyField(db_comment="Cents; before the first day.")),
                ("closing", MoneyField(db_comment="Cents; at the end of the last day.")),
                (
                    "record_count",
                    models.PositiveSmallIntegerField(
                        db_comment="How many records it tells of: no other can join them."
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        db_comment="Of the form that was sent: the same one makes one statement."
                    ),
                ),
                ("made_at", models.DateTimeField(db_comment="UTC.")),
                ("made_by", PracticeKey("accounts.membership")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "key"), name="billing_accountstatement_key_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(since__lte=F("until")),
                        name="billing_accountstatement_days_in_order",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["practice_id", "client", "made_at"],
                        name="billing_accountstatement_of",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementRecord",
            fields=[
                *identity(),
                ("statement", PracticeKey("billing.accountstatement", related_name="records")),
                ("client", PracticeKey("clients.client")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "statement", "client"),
                        name="billing_statementrecord_once",
                    )
                ],
            },
        ),
        tenant_table(
            "billing_accountstatement",
            may="SELECT, INSERT",
            keys={"client_id": CLIENT, "made_by_id": MEMBER},
        ),
        append_only("billing_accountstatement"),
        tenant_table(
            "billing_statementrecord",
            may="SELECT, INSERT",
            keys={"statement_id": "billing_accountstatement", "client_id": CLIENT},
        ),
        append_only("billing_statementrecord"),
        migrations.RemoveConstraint("document", "billing_document_kind_known"),
        migrations.AlterField(
            "document",
            "kind",
            models.CharField(
                max_length=10,
                choices=[
                    ("INVOICE", "Invoice"),
                    ("RECEIPT", "Receipt"),
                    ("STATEMENT", "Statement of account"),
                ],
            ),
        ),
        migrations.AlterField(
            "document",
            "invoice",
            PracticeKey("billing.invoice", null=True, related_name="documents"),
        ),
        migrations.AddField(
            "document",
            "payment",
            PracticeKey("billing.payment", null=True, related_name="documents"),
        ),
        migrations.AddField(
            "document",
            "statement",
            PracticeKey("billing.accountstatement", null=True, related_name="documents"),
        ),
        key_of_document("payment_id", "billing_payment"),
        key_of_document("statement_id", "billing_accountstatement"),
        migrations.AddConstraint(
            "document",
            models.UniqueConstraint(
                fields=("practice_id", "payment"), name="billing_document_receipt_once"
            ),
        ),
        migrations.AddConstraint(
            "document",
            models.UniqueConstraint(
                fields=("practice_id", "statement"), name="billing_document_statement_once"
            ),
        ),
        migrations.AddConstraint(
            "document",
            models.CheckConstraint(
                name="billing_document_is_of_its_kind",
                condition=Q(kind="INVOICE", invoice__isnull=False, payment=None, statement=None)
                | Q(kind="RECEIPT", invoice=None, payment__isnull=False, statement=None)
                | Q(kind="STATEMENT", invoice=None, payment=None, statement__isnull=False),
            ),
        ),
        run_sql_file(__file__),
    ]
