"""Roles begin and end by themselves, and auditors ask to be shown something, and are answered."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.permissions import WORDS
from accounts.role_rights import give_right
from accounts.row_security import tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0090_evidence_and_samples"),
        # Who posts late is asked by a function of the ledger, which reads grants.
        ("ledger", "0006_months_close_in_two_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditRequest",
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
                    "own_words",
                    accounts.fields.EncryptedText(db_comment="What is asked for.", max_chars=500),
                ),
                (
                    "due_on",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("asked_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="AuditRequestStep",
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
                ("turn", models.PositiveSmallIntegerField(db_comment="From 1, without a gap.")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ANSWERED", "Answered"),
                            ("AGAIN", "Asked again"),
                            ("ACCEPTED", "Accepted"),
                            ("WITHDRAWN", "Taken back"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "own_words",
                    accounts.fields.EncryptedText(db_comment="May be empty.", max_chars=500),
                ),
                (
                    "page",
                    models.CharField(
                        blank=True,
                        db_comment="Name of a page that the answer leads to.",
                        default="",
                        max_length=40,
                    ),
                ),
                ("done_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.AddField(
            model_name="invitation",
            name="ends_at",
            field=models.DateTimeField(
                db_comment="UTC: when the role ends by itself; null for no end.", null=True
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="starts_at",
            field=models.DateTimeField(
                db_comment="UTC: when the role begins by itself; null for at once.", null=True
            ),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="ends_at",
            field=models.DateTimeField(
                db_comment="UTC: the first moment that does not count; null for no end.", null=True
            ),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="starts_at",
            field=models.DateTimeField(
                db_comment="UTC: the first moment that counts; null for the one of the grant.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at", None), ("starts_at", None)),
                    models.Q(
                        ("ends_at__isnull", False),
                        ("starts_at__isnull", False),
                        ("starts_at__lt", models.F("ends_at")),
                    ),
                    _connector="OR",
                ),
                name="accounts_invitation_begins_before_it_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at", None), ("starts_at", None)),
                    models.Q(
                        ("ends_at__isnull", False),
                        ("starts_at__isnull", False),
                        ("starts_at__lt", models.F("ends_at")),
                    ),
                    _connector="OR",
                ),
                name="accounts_rolegrant_begins_before_it_ends",
            ),
        ),
        migrations.AddField(
            model_name="auditrequest",
            name="asked_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="auditrequeststep",
            name="done_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="auditrequeststep",
            name="request",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="accounts.auditrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="auditrequest",
            index=models.Index(
                fields=["practice_id", "due_on"], name="accounts_auditrequest_by_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditrequest",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="accounts_auditrequest_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditrequeststep",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "request", "turn"), name="accounts_auditrequeststep_turn"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditrequeststep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["ANSWERED", "AGAIN", "ACCEPTED", "WITHDRAWN"]),
                    ("page__regex", "^[a-z-]{0,40}$"),
                    ("turn__gte", 1),
                    models.Q(("page", ""), ("kind", "ANSWERED"), _connector="OR"),
                ),
                name="accounts_auditrequeststep_in_form",
            ),
        ),
        tenant_table(
            "accounts_auditrequest",
            may="SELECT, INSERT, UPDATE (own_words)",
            keys={"asked_by_id": MEMBER},
        ),
        tenant_table(
            "accounts_auditrequeststep",
            may="SELECT, INSERT, UPDATE (own_words)",
            keys={"request_id": "accounts_auditrequest", "done_by_id": MEMBER},
        ),
        run_sql_file(__file__),
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "audit_answer",
            "Answer what auditors ask to be shown",
            roles=("administrator", "accountant"),
        ),
    ]
