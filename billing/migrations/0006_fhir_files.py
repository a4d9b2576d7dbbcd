"""FHIR files that somebody chose on a page, each until it is over."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.fields
import accounts.ids
import accounts.tenancy
from accounts.row_security import tenant_table

MEMBERSHIP = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_intake_rights"), ("billing", "0004_intake")]
    operations = [
        migrations.CreateModel(
            name="FhirFile",
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
                    "batch",
                    models.UUIDField(db_comment="Of the files that were chosen together."),
                ),
                (
                    "place",
                    models.PositiveSmallIntegerField(db_comment="Which of them, counted from 1."),
                ),
                ("size_bytes", models.PositiveIntegerField()),
                (
                    "content",
                    accounts.fields.EncryptedBytes(
                        db_comment="Null once the file is over.", null=True
                    ),
                ),
                ("uploaded_at", models.DateTimeField(db_comment="UTC.")),
                ("finished_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("TAKEN_IN", "Taken in"),
                            ("UNREADABLE", "It is no JSON that can be read"),
                            (
                                "NOT_ALLOWED",
                                "Whoever chose it may not add clients from a file any more",
                            ),
                            ("FAILED", "It failed again and again"),
                        ],
                        default="",
                        max_length=11,
                    ),
                ),
                (
                    "made",
                    models.PositiveIntegerField(db_comment="Records that were new.", default=0),
                ),
                (
                    "changed",
                    models.PositiveIntegerField(
                        db_comment="Of which a newer version came.", default=0
                    ),
                ),
                (
                    "unchanged",
                    models.PositiveIntegerField(db_comment="That were here already.", default=0),
                ),
                (
                    "refused",
                    models.PositiveIntegerField(db_comment="That wait under Intake.", default=0),
                ),
                (
                    "left_out",
                    models.PositiveIntegerField(
                        db_comment="Of no use to a billing office.", default=0
                    ),
                ),
                (
                    "uploaded_by",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)),
                        fields=["practice_id", "uploaded_at"],
                        name="billing_fhirfile_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "batch", "place"),
                        name="billing_fhirfile_place_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("finished_at", None), ("outcome", ""))
                        | models.Q(
                            ("finished_at__isnull", False),
                            (
                                "outcome__in",
                                ["TAKEN_IN", "UNREADABLE", "NOT_ALLOWED", "FAILED"],
                            ),
                        ),
                        name="billing_fhirfile_ends_somehow",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None), ("content__isnull", True), _connector="OR"
                        ),
                        name="billing_fhirfile_emptied_when_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "TAKEN_IN"),
                            models.Q(
                                ("changed", 0),
                                ("left_out", 0),
                                ("made", 0),
                                ("refused", 0),
                                ("unchanged", 0),
                            ),
                            _connector="OR",
                        ),
                        name="billing_fhirfile_counts_what_came_in",
                    ),
                ],
            },
        ),
        tenant_table(
            "billing_fhirfile",
            may="SELECT, INSERT, UPDATE (content, finished_at, outcome, made, changed, unchanged,"
            " refused, left_out)",
            keys={"uploaded_by_id": MEMBERSHIP},
        ),
        migrations.RunSQL(
            "CREATE TRIGGER stays_over BEFORE UPDATE ON billing_fhirfile FOR EACH ROW"
            " WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER stays_over ON billing_fhirfile",
        ),
    ]
