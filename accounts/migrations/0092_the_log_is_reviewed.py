"""The weekly review of the log: its sample, what was said of each line, and the signature."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0091_terms_and_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogReview",
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
                ("week_starts_on", models.DateField(db_comment="A Monday.")),
                ("starts_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "ends_at",
                    models.DateTimeField(db_comment="UTC: the first moment that does not count."),
                ),
                (
                    "seed",
                    models.CharField(
                        db_comment="32 random bytes in hex; orders the sample.", max_length=64
                    ),
                ),
                (
                    "touched",
                    models.PositiveBigIntegerField(
                        db_comment="Events of the week that touched a client: what the random ones are drawn from."
                    ),
                ),
                ("line_count", models.PositiveIntegerField(db_comment="How many lines it has.")),
                ("opened_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "due_on",
                    models.DateField(db_comment="The last day on which it is signed in time."),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "week_starts_on"),
                        name="accounts_logreview_once_a_week",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("week_starts_on__iso_week_day", 1)),
                        name="accounts_logreview_begins_on_monday",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("starts_at")),
                            ("opened_at__gte", models.F("ends_at")),
                        ),
                        name="accounts_logreview_over_when_opened",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogReviewLine",
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
                    models.PositiveIntegerField(db_comment="From 1 to the review's line_count."),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("EMERGENCY", "Emergency access"),
                            ("EXPORT", "Taken away"),
                            ("UNASSIGNED", "Without an assignment"),
                            ("OFF_HOURS", "Outside hours"),
                            ("VIEWER", "Touched the most clients"),
                            ("RANDOM", "Drawn by lot"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "person_id",
                    models.UUIDField(
                        db_comment="Who acted, as the log tells it; null for nobody of the practice.",
                        null=True,
                    ),
                ),
                (
                    "seqs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        db_comment="Numbers of the events on the log, rising; none for VIEWER.",
                        size=None,
                    ),
                ),
                (
                    "clients",
                    models.PositiveIntegerField(
                        db_comment="How many clients they touched that week; for VIEWER alone.",
                        null=True,
                    ),
                ),
                (
                    "review",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="accounts.logreview",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LogReviewMark",
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
                ("turn", models.PositiveSmallIntegerField(db_comment="From 1 on, without a gap.")),
                (
                    "says",
                    models.CharField(
                        choices=[
                            ("FINE", "Fine"),
                            ("ASK", "Ask the person"),
                            ("ANSWERED", "Answered"),
                            ("INCIDENT", "Incident"),
                            ("CLOSED", "Incident closed"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "own_words",
                    accounts.fields.EncryptedText(
                        db_comment="Why; may be missing for FINE alone.", max_chars=200, null=True
                    ),
                ),
                ("marked_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "line",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="accounts.logreviewline",
                    ),
                ),
                (
                    "marked_by",
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
            name="LogReviewSignature",
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
                ("signed_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "review",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="accounts.logreview",
                    ),
                ),
                (
                    "signed_by",
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
        migrations.AddConstraint(
            model_name="logreviewline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "review", "position"), name="accounts_logreviewline_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="logreviewline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clients__gt", 0), ("kind", "VIEWER"), ("person_id__isnull", False)),
                    models.Q(
                        ("clients", None),
                        ("kind__in", ["EMERGENCY", "EXPORT", "UNASSIGNED", "OFF_HOURS", "RANDOM"]),
                    ),
                    _connector="OR",
                ),
                name="accounts_logreviewline_is_of_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="logreviewmark",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "line", "turn"), name="accounts_logreviewmark_turn"
            ),
        ),
        migrations.AddConstraint(
            model_name="logreviewmark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("says", "FINE"),
                    models.Q(
                        ("own_words__isnull", False),
                        ("says__in", ["ASK", "ANSWERED", "INCIDENT", "CLOSED"]),
                    ),
                    _connector="OR",
                ),
                name="accounts_logreviewmark_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="logreviewsignature",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "review"), name="accounts_logreviewsignature_once"
            ),
        ),
        tenant_table("accounts_logreview", may="SELECT, INSERT"),
        append_only("accounts_logreview"),
        tenant_table(
            "accounts_logreviewline",
            may="SELECT, INSERT",
            keys={"review_id": "accounts_logreview"},
        ),
        append_only("accounts_logreviewline"),
        tenant_table(
            "accounts_logreviewmark",
            may="SELECT, INSERT, UPDATE (own_words)",
            keys={
                "line_id": "accounts_logreviewline",
                "marked_by_id": "accounts_membership",
            },
        ),
        tenant_table(
            "accounts_logreviewsignature",
            may="SELECT, INSERT",
            keys={
                "review_id": "accounts_logreview",
                "signed_by_id": "accounts_membership",
            },
        ),
        append_only("accounts_logreviewsignature"),
        run_sql_file(__file__),
    ]
