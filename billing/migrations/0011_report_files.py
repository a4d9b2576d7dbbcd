"""Files of long reports, sealed until they are fetched; one that is over stays as it ended."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_reports_as_files"),
        ("billing", "0010_recurring_bills"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportFile",
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
                    "report",
                    models.CharField(db_comment="Its slug, as in its address.", max_length=40),
                ),
                ("kind", models.CharField(db_comment="csv, xlsx, pdf or json.", max_length=4)),
                ("since", models.DateField(db_comment="Null for a report of one day.", null=True)),
                (
                    "as_of",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                (
                    "known_at",
                    models.DateTimeField(
                        db_comment="UTC; null for what is known when made.", null=True
                    ),
                ),
                (
                    "choices",
                    models.JSONField(
                        db_comment="Other parameters by name: codes and ids, never PHI."
                    ),
                ),
                ("row_count", models.PositiveIntegerField(db_comment="When it was asked for.")),
                ("requested_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "finished_at",
                    models.DateTimeField(db_comment="UTC; made, or given up.", null=True),
                ),
                ("fetched_at", models.DateTimeField(db_comment="UTC.", null=True)),
                ("expired_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("FAILED", "It failed again and again"),
                            (
                                "NOT_ALLOWED",
                                "Whoever asked for it may not take reports away any more",
                            ),
                            ("TOO_LONG", "It has more rows than this kind of file takes"),
                        ],
                        default="",
                        max_length=11,
                    ),
                ),
                (
                    "content",
                    accounts.fields.EncryptedBytes(db_comment="Null before and after.", null=True),
                ),
                (
                    "requested_by",
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
                        fields=["practice_id", "requested_at"],
                        name="billing_reportfile_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("since", None), ("since__lte", models.F("as_of")), _connector="OR"
                        ),
                        name="billing_reportfile_of_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["csv", "xlsx", "pdf", "json"])),
                        name="billing_reportfile_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refusal", ""),
                            models.Q(
                                ("content__isnull", True),
                                ("fetched_at", None),
                                ("finished_at__isnull", False),
                                ("refusal__in", ["FAILED", "NOT_ALLOWED", "TOO_LONG"]),
                            ),
                            _connector="OR",
                        ),
                        name="billing_reportfile_refused_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expired_at", None), ("fetched_at", None)),
                            ("content__isnull", True),
                            _connector="OR",
                        ),
                        name="billing_reportfile_gone_when_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content__isnull", True),
                                ("expired_at", None),
                                ("fetched_at", None),
                            ),
                            ("finished_at__isnull", False),
                            _connector="OR",
                        ),
                        name="billing_reportfile_made_before_it_is_over",
                    ),
                ],
            },
        ),
        tenant_table(
            "billing_reportfile",
            may="SELECT, INSERT, UPDATE (content, finished_at, fetched_at, expired_at, refusal)",
            keys={"requested_by_id": "accounts_membership"},
        ),
        migrations.RunSQL(
            "CREATE TRIGGER stays_over BEFORE UPDATE ON billing_reportfile FOR EACH ROW"
            " WHEN (OLD.fetched_at IS NOT NULL OR OLD.expired_at IS NOT NULL"
            " OR OLD.refusal <> '') EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER stays_over ON billing_reportfile",
        ),
    ]
