"""Letters to clients: their words, where each went, what came back, and what is held back."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

CLIENT, MEMBER = "clients_client", "accounts_membership"
APPEND_ONLY: dict[str, dict[str, str]] = {
    "billing_letterwording": {"set_by_id": MEMBER},
    "billing_letter": {
        "client_id": CLIENT,
        "contact_id": "clients_contact",
        "wording_id": "billing_letterwording",
        "statement_id": "billing_accountstatement",
        "payment_id": "billing_payment",
        "repeats_id": "billing_letter",
        "mail_id": "accounts_outgoingmail",
        "written_by_id": MEMBER,
    },
    "billing_lettercameback": {"letter_id": "billing_letter", "noted_by_id": MEMBER},
    "billing_letterhold": {"client_id": CLIENT, "set_by_id": MEMBER},
    "billing_letterholdended": {"hold_id": "billing_letterhold", "ended_by_id": MEMBER},
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0054_letters_to_clients"),
        ("billing", "0050_billed_in_cycles"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterHold",
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
                            ("ASKED", "The client asked for none"),
                            ("DISPUTE", "What is owed is disputed"),
                            ("PLAN", "They pay in parts, as agreed"),
                            ("CARE", "It would do harm now"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "until",
                    models.DateField(
                        db_comment="The last day; null until somebody ends it.", null=True
                    ),
                ),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
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
        ),
        migrations.CreateModel(
            name="LetterHoldEnded",
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
                ("ended_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "ended_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "hold",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ended",
                        to="billing.letterhold",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LetterWording",
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
                            ("STATEMENT", "Statement"),
                            ("REMINDER", "Reminder"),
                            ("RECEIPT", "Receipt"),
                            ("PAY_LINK", "Link to pay"),
                        ],
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_comment="1, 2, 3 … of the kind.")),
                (
                    "is_default",
                    models.BooleanField(db_comment="Back to the words of the product; none here."),
                ),
                ("subject", models.CharField(blank=True, max_length=120)),
                ("body", models.TextField(blank=True, max_length=2000)),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
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
        ),
        migrations.CreateModel(
            name="Letter",
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
                            ("STATEMENT", "Statement"),
                            ("REMINDER", "Reminder"),
                            ("RECEIPT", "Receipt"),
                            ("PAY_LINK", "Link to pay"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "contact_version",
                    models.PositiveIntegerField(db_comment="Of the contact when it was written."),
                ),
                (
                    "is_discreet",
                    models.BooleanField(db_comment="Without the practice's name, as is wished."),
                ),
                (
                    "written_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("written_at", models.DateTimeField(db_comment="UTC.")),
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
                    "contact",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.contact",
                    ),
                ),
                (
                    "mail",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.outgoingmail",
                    ),
                ),
                (
                    "payment",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="billing.payment",
                    ),
                ),
                (
                    "repeats",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.letter",
                    ),
                ),
                (
                    "statement",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="billing.accountstatement",
                    ),
                ),
                (
                    "written_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "wording",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.letterwording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LetterCameBack",
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
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "letter",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="came_back",
                        to="billing.letter",
                    ),
                ),
                (
                    "noted_by",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "letter"), name="billing_lettercameback_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="letterhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["ASKED", "DISPUTE", "PLAN", "CARE"])),
                name="billing_letterhold_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="letterholdended",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "hold"), name="billing_letterholdended_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="letterwording",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "kind", "version"), name="billing_letterwording_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="letterwording",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["STATEMENT", "REMINDER", "RECEIPT", "PAY_LINK"])),
                name="billing_letterwording_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="letterwording",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body", ""), ("is_default", True), ("subject", "")),
                    models.Q(
                        ("is_default", False),
                        models.Q(("subject", ""), _negated=True),
                        models.Q(("body", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="billing_letterwording_words_or_default",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["practice_id", "-written_at"], name="billing_letter_newest"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["STATEMENT", "REMINDER", "RECEIPT", "PAY_LINK"])),
                name="billing_letter_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "STATEMENT"), ("payment", None), ("statement__isnull", False)
                    ),
                    models.Q(("kind", "RECEIPT"), ("payment__isnull", False), ("statement", None)),
                    models.Q(
                        ("kind__in", ["REMINDER", "PAY_LINK"]),
                        ("payment", None),
                        ("statement", None),
                    ),
                    _connector="OR",
                ),
                name="billing_letter_is_of_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("repeats", None),
                    models.Q(("repeats", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="billing_letter_repeats_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "mail"), name="billing_letter_one_mail"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "repeats"), name="billing_letter_repeated_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("repeats", None)),
                fields=("practice_id", "statement"),
                name="billing_letter_of_statement_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("repeats", None)),
                fields=("practice_id", "payment"),
                name="billing_letter_of_payment_once",
            ),
        ),
        *(
            tenant_table(table, may="SELECT, INSERT", keys=keys)
            for table, keys in APPEND_ONLY.items()
        ),
        *(append_only(table) for table in APPEND_ONLY),
        run_sql_file(__file__),
    ]
