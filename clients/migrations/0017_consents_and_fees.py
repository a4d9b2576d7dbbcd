"""What clients consent to, and what they pay instead of the list fee."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_rights_of_records"),
        ("clients", "0016_diagnoses"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
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
                            ("PRIVACY", "Notice of privacy practices"),
                            ("BILLING", "Treatment and billing"),
                            ("TELEHEALTH", "Telehealth"),
                            ("PAYER", "Release of information to a payer"),
                            ("PART_2", "Substance use records (42 CFR Part 2)"),
                            ("CARD", "Card on file"),
                            ("CONTACT", "E-mail and text messages"),
                        ],
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_comment="1, 2, 3 … of the kind.")),
                ("body", models.TextField()),
                ("effective_from", models.DateField()),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "added_by",
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
            name="Consent",
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
                    "how",
                    models.CharField(
                        choices=[
                            ("PAPER", "Signed on paper"),
                            ("IN_PERSON", "Said in person"),
                            ("ELECTRONIC", "Signed electronically"),
                        ],
                        max_length=10,
                    ),
                ),
                ("given_on", models.DateField()),
                (
                    "ends_on",
                    models.DateField(
                        db_comment="The last day, where the consent names one.", null=True
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "withdrawn_on",
                    models.DateField(db_comment="The day from which it is withdrawn.", null=True),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(db_comment="UTC: when that was recorded.", null=True),
                ),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="clients.client",
                    ),
                ),
                (
                    "recorded_by",
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
                (
                    "text",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.consenttext",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FeeAgreement",
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
                    "basis",
                    models.CharField(
                        choices=[
                            ("SLIDING", "Sliding scale"),
                            ("HARDSHIP", "Hardship"),
                            ("PACKAGE", "Package"),
                            ("AGREED", "Agreed fee"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        db_comment="Of the list fee that is paid, 0 to 100.", null=True
                    ),
                ),
                (
                    "amount_cents",
                    models.PositiveBigIntegerField(db_comment="Per session.", null=True),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(db_comment="The last day.", null=True)),
                (
                    "review_on",
                    models.DateField(db_comment="When it is looked at again.", null=True),
                ),
                (
                    "needs_second",
                    models.BooleanField(db_comment="Whether somebody else must approve it."),
                ),
                ("agreed_at", models.DateTimeField(db_comment="UTC.")),
                ("approved_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "ended_at",
                    models.DateTimeField(db_comment="UTC: when ends_on was set later.", null=True),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(db_comment="UTC: refused, or an error.", null=True),
                ),
                (
                    "agreed_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "approved_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee_agreements",
                        to="clients.client",
                    ),
                ),
                (
                    "ended_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
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
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "kind", "version"), name="clients_consenttext_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="clients_consenttext_counts_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["PRIVACY", "BILLING", "TELEHEALTH", "PAYER", "PART_2", "CARD", "CONTACT"],
                    )
                ),
                name="clients_consenttext_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("practice_id", "client", "text", "given_on"),
                name="clients_consent_given_once_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["PAPER", "IN_PERSON", "ELECTRONIC"])),
                name="clients_consent_how_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("given_on")), _connector="OR"
                ),
                name="clients_consent_ends_after_it_is_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("withdrawn_at", None), ("withdrawn_by", None), ("withdrawn_on", None)
                    ),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        ("withdrawn_on__gte", models.F("given_on")),
                        ("withdrawn_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_consent_withdrawn_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis__in", ["SLIDING", "HARDSHIP", "PACKAGE", "AGREED"])),
                name="clients_feeagreement_basis_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_cents", None), ("percent__isnull", False), ("percent__lte", 100)
                    ),
                    models.Q(("amount_cents__isnull", False), ("percent", None)),
                    _connector="OR",
                ),
                name="clients_feeagreement_percent_or_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="clients_feeagreement_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("review_on", None), ("review_on__gt", models.F("starts_on")), _connector="OR"
                ),
                name="clients_feeagreement_reviewed_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("approved_by", None)),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        models.Q(("approved_by", models.F("agreed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="clients_feeagreement_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        ("ends_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_feeagreement_ended_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="clients_feeagreement_withdrawn_by_someone",
            ),
        ),
        tenant_table(
            "clients_consenttext",
            may="SELECT, INSERT",
            keys={"added_by_id": "accounts_membership"},
        ),
        append_only("clients_consenttext"),
        tenant_table(
            "clients_consent",
            may="SELECT, INSERT, UPDATE (client_id, withdrawn_on, withdrawn_at, withdrawn_by_id)",
            keys={
                "client_id": "clients_client",
                "text_id": "clients_consenttext",
                "recorded_by_id": "accounts_membership",
                "withdrawn_by_id": "accounts_membership",
            },
        ),
        tenant_table(
            "clients_feeagreement",
            may="SELECT, INSERT, UPDATE (client_id, ends_on, ended_at, ended_by_id, approved_at,"
            " approved_by_id, withdrawn_at, withdrawn_by_id)",
            keys={
                "client_id": "clients_client",
                "agreed_by_id": "accounts_membership",
                "approved_by_id": "accounts_membership",
                "ended_by_id": "accounts_membership",
                "withdrawn_by_id": "accounts_membership",
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER no_two_on_a_day"
            " AFTER INSERT OR UPDATE OF client_id, starts_on, ends_on, withdrawn_at"
            " ON clients_feeagreement FOR EACH ROW EXECUTE FUNCTION no_two_on_a_day('client_id');"
            "CREATE TRIGGER stays_withdrawn BEFORE UPDATE ON clients_feeagreement"
            " FOR EACH ROW EXECUTE FUNCTION stays_withdrawn();"
            "CREATE TRIGGER stays_withdrawn BEFORE UPDATE ON clients_consent"
            " FOR EACH ROW EXECUTE FUNCTION stays_withdrawn()",
            "DROP TRIGGER stays_withdrawn ON clients_consent;"
            "DROP TRIGGER stays_withdrawn ON clients_feeagreement;"
            "DROP TRIGGER no_two_on_a_day ON clients_feeagreement",
        ),
    ]
