"""Hours that are planned, what became of them, what missing them costs, and what is not billed."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import ledger.fields
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"
CLIENT = "clients_client"

APPEND_ONLY = {
    "billing_appointmentseries": {
        "client_id": CLIENT,
        "follows_id": "billing_appointmentseries",
        "planned_by_id": MEMBER,
    },
    "billing_appointment": {
        "client_id": CLIENT,
        "therapist_id": MEMBER,
        "service_code_id": "billing_servicecode",
        "series_id": "billing_appointmentseries",
        "planned_by_id": MEMBER,
    },
    "billing_appointmentoutcome": {
        "appointment_id": "billing_appointment",
        "session_id": "billing_session",
        "moved_to_id": "billing_appointment",
        "noted_by_id": MEMBER,
    },
    "billing_outcometakenback": {
        "outcome_id": "billing_appointmentoutcome",
        "taken_back_by_id": MEMBER,
    },
    "billing_missedpolicy": {"set_by_id": MEMBER},
    "billing_missedfee": {
        "outcome_id": "billing_appointmentoutcome",
        "client_id": CLIENT,
        "therapist_id": MEMBER,
        "service_code_id": "billing_servicecode",
        "policy_id": "billing_missedpolicy",
        "charged_by_id": MEMBER,
    },
    "billing_notbilled": {
        "session_id": "billing_session",
        "missed_fee_id": "billing_missedfee",
        "decided_by_id": MEMBER,
    },
    "billing_notbilledtakenback": {
        "not_billed_id": "billing_notbilled",
        "taken_back_by_id": MEMBER,
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0033_services_and_waivers"),
        ("billing", "0012_services_and_fees"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="MissedPolicy",
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
                    "starts_on",
                    models.DateField(
                        db_comment="The first business date of an hour that it is for."
                    ),
                ),
                (
                    "notice_hours",
                    models.PositiveSmallIntegerField(
                        db_comment="Cancelled with at least so many hours' notice, an hour costs nothing."
                    ),
                ),
                ("late_percent", models.PositiveSmallIntegerField(null=True)),
                ("late_cents", models.PositiveBigIntegerField(null=True)),
                ("no_show_percent", models.PositiveSmallIntegerField(null=True)),
                ("no_show_cents", models.PositiveBigIntegerField(null=True)),
                (
                    "first_is_free",
                    models.BooleanField(db_comment="A client's first one costs nothing."),
                ),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="NotBilled",
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
                            ("HARDSHIP", "The client cannot pay it"),
                            ("EMERGENCY", "It could not be helped"),
                            ("OUR_FAULT", "It was our own fault"),
                            ("GOODWILL", "As a courtesy"),
                            ("ELSEWHERE", "It is billed elsewhere"),
                            ("FREE", "It costs nothing"),
                            ("MISTAKE", "It was recorded by mistake"),
                        ],
                        max_length=9,
                    ),
                ),
                ("amount", ledger.fields.MoneyField(db_comment="Cents, what is forgone.")),
                ("decided_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="NotBilledTakenBack",
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
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="OutcomeTakenBack",
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
                ("taken_back_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="minutes",
            field=models.PositiveSmallIntegerField(db_comment="0 for an hour that was missed."),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="session",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="billing.session",
            ),
        ),
        migrations.CreateModel(
            name="Appointment",
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
                ("starts_at", models.DateTimeField(db_comment="UTC.")),
                ("minutes", models.PositiveSmallIntegerField(db_comment="From start to end.")),
                (
                    "key",
                    models.UUIDField(
                        db_comment="Of the form that it came by, or of its place in it; once."
                    ),
                ),
                ("planned_at", models.DateTimeField(db_comment="UTC.")),
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
                    "planned_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "service_code",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.servicecode",
                    ),
                ),
                (
                    "therapist",
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
            name="AppointmentOutcome",
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
                            ("HELD", "Took place"),
                            ("CANCELLED", "Cancelled in time"),
                            ("LATE_CANCELLED", "Cancelled late"),
                            ("NO_SHOW", "Did not come"),
                            ("MOVED", "Moved"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "told_at",
                    models.DateTimeField(db_comment="UTC: when it was cancelled.", null=True),
                ),
                (
                    "cancelled_for",
                    models.CharField(
                        blank=True,
                        choices=[("CLIENT", "The client"), ("PRACTICE", "The practice")],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "is_free",
                    models.BooleanField(
                        db_comment="The first of the client, for which the policy charges nothing.",
                        default=False,
                    ),
                ),
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "appointment",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="billing.appointment",
                    ),
                ),
                (
                    "moved_to",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_from",
                        to="billing.appointment",
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
                (
                    "session",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="billing.session",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AppointmentSeries",
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
                ("starts_on", models.DateField(db_comment="The first business date.")),
                (
                    "clock",
                    models.TimeField(db_comment="On the practice's wall, whatever the season."),
                ),
                ("every_weeks", models.PositiveSmallIntegerField()),
                (
                    "occurrences",
                    models.PositiveSmallIntegerField(db_comment="How many hours were planned."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("planned_at", models.DateTimeField(db_comment="UTC.")),
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
                    "follows",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.appointmentseries",
                    ),
                ),
                (
                    "planned_by",
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
        migrations.AddField(
            model_name="appointment",
            name="series",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="billing.appointmentseries",
            ),
        ),
        migrations.CreateModel(
            name="MissedFee",
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
                ("missed_on", models.DateField(db_comment="Business date of the hour.")),
                ("amount", ledger.fields.MoneyField(db_comment="Cents.")),
                ("charged_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "charged_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
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
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "outcome",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="missed_fees",
                        to="billing.appointmentoutcome",
                    ),
                ),
                (
                    "service_code",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.servicecode",
                    ),
                ),
                (
                    "therapist",
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
        migrations.AddField(
            model_name="invoiceline",
            name="missed_fee",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="billing.missedfee",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "missed_fee"), name="billing_invoiceline_missed_billed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("missed_fee__isnull", True), ("session__isnull", False)),
                    models.Q(("missed_fee__isnull", False), ("session__isnull", True)),
                    _connector="OR",
                ),
                name="billing_invoiceline_of_one_thing",
            ),
        ),
        migrations.AddField(
            model_name="missedpolicy",
            name="set_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="missedfee",
            name="policy",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.missedpolicy",
            ),
        ),
        migrations.AddField(
            model_name="notbilled",
            name="decided_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="notbilled",
            name="missed_fee",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="not_billed",
                to="billing.missedfee",
            ),
        ),
        migrations.AddField(
            model_name="notbilled",
            name="session",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="not_billed",
                to="billing.session",
            ),
        ),
        migrations.AddField(
            model_name="notbilledtakenback",
            name="not_billed",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.notbilled",
            ),
        ),
        migrations.AddField(
            model_name="notbilledtakenback",
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
            model_name="outcometakenback",
            name="outcome",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="billing.appointmentoutcome",
            ),
        ),
        migrations.AddField(
            model_name="outcometakenback",
            name="taken_back_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentoutcome",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "session"), name="billing_outcome_session_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentoutcome",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "moved_to"), name="billing_outcome_moved_to_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "HELD"), ("session__isnull", False)),
                    models.Q(models.Q(("kind", "HELD"), _negated=True), ("session__isnull", True)),
                    _connector="OR",
                ),
                name="billing_outcome_held_with_its_session",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "MOVED"),
                        ("moved_to__isnull", False),
                        models.Q(("moved_to", models.F("appointment")), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind", "MOVED"), _negated=True), ("moved_to__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="billing_outcome_moved_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancelled_for__in", ["CLIENT", "PRACTICE"]),
                        ("kind__in", ["CANCELLED", "LATE_CANCELLED"]),
                        ("told_at__isnull", False),
                    ),
                    models.Q(
                        ("cancelled_for", ""),
                        ("kind__in", ["HELD", "NO_SHOW", "MOVED"]),
                        ("told_at", None),
                    ),
                    _connector="OR",
                ),
                name="billing_outcome_cancelled_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "LATE_CANCELLED"), _negated=True),
                    ("cancelled_for", "CLIENT"),
                    _connector="OR",
                ),
                name="billing_outcome_late_is_the_clients",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_free", False), ("kind__in", ["LATE_CANCELLED", "NO_SHOW"]), _connector="OR"
                ),
                name="billing_outcome_free_where_missed",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentseries",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_appointmentseries_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_weeks__gte", 1), ("every_weeks__lte", 8)),
                name="billing_appointmentseries_every_few_weeks",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("occurrences__gte", 1), ("occurrences__lte", 104)),
                name="billing_appointmentseries_bounded",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                fields=["practice_id", "starts_at", "id"], name="billing_appointment_by_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_appointment_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)),
                name="billing_appointment_minutes_of_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="missedpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("late_cents", None),
                        ("late_percent__isnull", False),
                        ("late_percent__lte", 100),
                    ),
                    models.Q(("late_cents__isnull", False), ("late_percent", None)),
                    _connector="OR",
                ),
                name="billing_missedpolicy_late_percent_or_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="missedpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("no_show_cents", None),
                        ("no_show_percent__isnull", False),
                        ("no_show_percent__lte", 100),
                    ),
                    models.Q(("no_show_cents__isnull", False), ("no_show_percent", None)),
                    _connector="OR",
                ),
                name="billing_missedpolicy_no_show_percent_or_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="missedpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("notice_hours__lte", 336)),
                name="billing_missedpolicy_two_weeks_notice",
            ),
        ),
        migrations.AddConstraint(
            model_name="missedfee",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "outcome"), name="billing_missedfee_outcome_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="missedfee",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="billing_missedfee_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="notbilled",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("missed_fee__isnull", True), ("session__isnull", False)),
                    models.Q(("missed_fee__isnull", False), ("session__isnull", True)),
                    _connector="OR",
                ),
                name="billing_notbilled_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="notbilled",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "HARDSHIP",
                            "EMERGENCY",
                            "OUR_FAULT",
                            "GOODWILL",
                            "ELSEWHERE",
                            "FREE",
                            "MISTAKE",
                        ],
                    )
                ),
                name="billing_notbilled_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="notbilledtakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "not_billed"), name="billing_notbilledtakenback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="outcometakenback",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "outcome"), name="billing_outcometakenback_once"
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
        run_sql_file(__file__),
    ]
