"""Clients say by a pay link what is not right of an invoice, and the practice answers."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0074_questions_are_answered"),
        ("billing", "0140_pay_links_on_paper"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceQuestion",
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
                        choices=[("PAID", "Paid already"), ("LINE", "Question about a line")],
                        max_length=4,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("CASH", "Cash at the practice"),
                            ("CHECK", "Check"),
                            ("CARD", "Card"),
                            ("BANK", "Transfer from a bank"),
                        ],
                        max_length=5,
                    ),
                ),
                ("paid_on", models.DateField(db_comment="By what the client says.", null=True)),
                (
                    "amount",
                    ledger.fields.MoneyField(
                        db_comment="Cents, by what the client says; null for all of it.", null=True
                    ),
                ),
                (
                    "doubt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ABSENT", "I was not there"),
                            ("AMOUNT", "It costs less, as I understood"),
                            ("INSURER", "My insurance should pay it"),
                            ("TWICE", "It was billed before"),
                            ("UNKNOWN", "I do not know what it is"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "own_words",
                    accounts.fields.EncryptedText(
                        db_comment="In the client's words; may be empty.", max_chars=200
                    ),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("asked_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "invoice",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="billing.invoice",
                    ),
                ),
                (
                    "line",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="billing.invoiceline",
                    ),
                ),
                (
                    "link",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="billing.paylink",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuestionAnswer",
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
                    "outcome",
                    models.CharField(
                        choices=[
                            ("FOUND", "Found, and it pays the invoice"),
                            ("NOT_FOUND", "Not found"),
                            ("MENDED", "Put right"),
                            ("STANDS", "It is right as it stands"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "own_words",
                    accounts.fields.EncryptedText(
                        db_comment="For the client; may be empty.", max_chars=200
                    ),
                ),
                ("answered_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "answered_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "payment",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.payment",
                    ),
                ),
                (
                    "question",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="billing.invoicequestion",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="invoicequestion",
            index=models.Index(
                fields=["practice_id", "asked_at"], name="billing_invoicequestion_oldest"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicequestion",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_invoicequestion_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicequestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("doubt", ""),
                        ("kind", "PAID"),
                        ("line", None),
                        ("paid_on__isnull", False),
                        ("how__in", ["CASH", "CHECK", "CARD", "BANK"]),
                    ),
                    models.Q(
                        ("amount", None),
                        ("how", ""),
                        ("kind", "LINE"),
                        ("line__isnull", False),
                        ("paid_on", None),
                        ("doubt__in", ["ABSENT", "AMOUNT", "INSURER", "TWICE", "UNKNOWN"]),
                    ),
                    _connector="OR",
                ),
                name="billing_invoicequestion_is_of_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicequestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", None), ("amount__gt", 0), _connector="OR"),
                name="billing_invoicequestion_of_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionanswer",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "question"), name="billing_questionanswer_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="questionanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "FOUND"), ("payment__isnull", False)),
                    models.Q(("outcome__in", ["NOT_FOUND", "MENDED", "STANDS"]), ("payment", None)),
                    _connector="OR",
                ),
                name="billing_questionanswer_names_what_was_found",
            ),
        ),
        tenant_table(
            "billing_invoicequestion",
            may="SELECT, INSERT, UPDATE (own_words)",
            keys={
                "invoice_id": "billing_invoice",
                "line_id": "billing_invoiceline",
                "link_id": "billing_paylink",
            },
        ),
        tenant_table(
            "billing_questionanswer",
            may="SELECT, INSERT, UPDATE (own_words)",
            keys={
                "question_id": "billing_invoicequestion",
                "payment_id": "billing_payment",
                "answered_by_id": "accounts_membership",
            },
        ),
        run_sql_file(__file__),
    ]
