"""How often clients are billed, from a day on, and the runs that bill them."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_billing_runs_in_cycles"),
        ("billing", "0042_what_was_put_right_fits_its_books"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="CycleRun",
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
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("BY_HAND", "By hand"),
                            ("AFTER_SESSION", "After each session"),
                            ("DAILY", "Every day"),
                            ("WEEKLY", "Every week"),
                            ("MONTHLY", "Every month"),
                            ("PRACTICE", "As the practice does"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "last_day",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                (
                    "turn",
                    models.PositiveSmallIntegerField(
                        db_comment="From 1 on each day.", db_default=1
                    ),
                ),
                ("asked_at", models.DateTimeField(db_comment="UTC, the last time.")),
                (
                    "finished_at",
                    models.DateTimeField(db_comment="UTC; null while somebody waits.", null=True),
                ),
                (
                    "asked_by",
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
            name="CycleRunClient",
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
                            ("WAITING", "Waits"),
                            ("INVOICED", "Invoiced"),
                            ("NOTHING", "Billed or left unbilled meanwhile"),
                            ("UNMARKED", "Nobody said what became of an appointment"),
                            ("NO_FEE", "No list fee on the day of an appointment"),
                            ("CODE", "The code cannot be billed on that day"),
                            ("MINUTES", "No code for so few minutes"),
                            ("ESTIMATE", "Far above an estimate: issue it by hand and say why"),
                            ("FREE", "It costs nothing together"),
                            ("CLOSED", "The month is closed"),
                            ("FAILED", "It failed; ask for the run again"),
                        ],
                        db_default="WAITING",
                        max_length=8,
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(db_comment="UTC; null while it waits.", null=True),
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
                    "invoice",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cycle_runs",
                        to="billing.invoice",
                    ),
                ),
                (
                    "run",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clients",
                        to="billing.cyclerun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BillingCycle",
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
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("BY_HAND", "By hand"),
                            ("AFTER_SESSION", "After each session"),
                            ("DAILY", "Every day"),
                            ("WEEKLY", "Every week"),
                            ("MONTHLY", "Every month"),
                            ("PRACTICE", "As the practice does"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(db_comment="First business date on which it counts."),
                ),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_comment="Null: of the practice.",
                        db_constraint=False,
                        db_index=False,
                        null=True,
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
            options={
                "indexes": [
                    models.Index(
                        fields=["practice_id", "client", "starts_on", "set_at", "id"],
                        name="billing_billingcycle_in_force",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rhythm__in",
                                ["BY_HAND", "AFTER_SESSION", "DAILY", "WEEKLY", "MONTHLY"],
                            ),
                            models.Q(("client__isnull", False), ("rhythm", "PRACTICE")),
                            _connector="OR",
                        ),
                        name="billing_billingcycle_rhythm_known",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="cyclerun",
            index=models.Index(
                condition=models.Q(("finished_at", None)),
                fields=["practice_id", "asked_at"],
                name="billing_cyclerun_going_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerun",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "rhythm", "last_day", "turn"),
                name="billing_cyclerun_period_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rhythm", "AFTER_SESSION"), ("turn__gte", 1)),
                    models.Q(("rhythm__in", ["DAILY", "WEEKLY", "MONTHLY"]), ("turn", 1)),
                    _connector="OR",
                ),
                name="billing_cyclerun_rhythm_has_runs",
            ),
        ),
        migrations.AddIndex(
            model_name="cyclerunclient",
            index=models.Index(
                condition=models.Q(("outcome", "WAITING")),
                fields=["practice_id", "run", "id"],
                name="billing_cyclerunclient_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerunclient",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "run", "client"), name="billing_cyclerunclient_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerunclient",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "invoice"), name="billing_cyclerunclient_invoice_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerunclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            "WAITING",
                            "INVOICED",
                            "NOTHING",
                            "UNMARKED",
                            "NO_FEE",
                            "CODE",
                            "MINUTES",
                            "ESTIMATE",
                            "FREE",
                            "CLOSED",
                            "FAILED",
                        ],
                    )
                ),
                name="billing_cyclerunclient_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerunclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice__isnull", False), ("outcome", "INVOICED")),
                    models.Q(models.Q(("outcome", "INVOICED"), _negated=True), ("invoice", None)),
                    _connector="OR",
                ),
                name="billing_cyclerunclient_invoiced_by_invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="cyclerunclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("outcome", "WAITING")),
                    models.Q(
                        models.Q(("outcome", "WAITING"), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="billing_cyclerunclient_waits_undecided",
            ),
        ),
        tenant_table(
            "billing_billingcycle",
            may="SELECT, INSERT",
            keys={"client_id": "clients_client", "set_by_id": MEMBER},
        ),
        append_only("billing_billingcycle"),
        tenant_table(
            "billing_cyclerun",
            may="SELECT, INSERT, UPDATE (asked_at, asked_by_id, finished_at)",
            keys={"asked_by_id": MEMBER},
        ),
        tenant_table(
            "billing_cyclerunclient",
            may="SELECT, INSERT, UPDATE (outcome, invoice_id, decided_at)",
            keys={
                "run_id": "billing_cyclerun",
                "client_id": "clients_client",
                "invoice_id": "billing_invoice",
            },
        ),
        run_sql_file(__file__),
    ]
