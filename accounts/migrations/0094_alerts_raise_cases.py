"""Cases that the log raises by rules, how far it was read, and from where people acted before."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"
CASE = "accounts_alertcase"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0093_rights_of_log_reviews"),
        ("audit", "0003_ways_to_read"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertCase",
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
                    "rule",
                    models.CharField(
                        choices=[
                            ("MANY_CLIENTS", "Many clients in a short time"),
                            ("REFUSALS", "Refused again and again"),
                            ("EXPORTS", "Much taken away as files"),
                            ("KIN", "Their own record, or a relative's"),
                            ("NEW_ADDRESS", "An address never seen before"),
                            ("EMERGENCY", "A record opened in an emergency"),
                        ],
                        max_length=12,
                    ),
                ),
                ("seen_on", models.DateField(db_comment="In the practice's own zone.")),
                (
                    "turn",
                    models.IntegerField(
                        db_comment="1, or more where one of that day was closed before."
                    ),
                ),
                ("first", models.IntegerField(null=True)),
                ("second", models.IntegerField(null=True)),
                ("raised_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "about",
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
            name="AlertCursor",
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
                ("seq", models.BigIntegerField(db_comment="0 for none yet.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id",), name="accounts_alertcursor_one_per_practice"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 0)), name="accounts_alertcursor_counts_up"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertHit",
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
                ("seq", models.BigIntegerField(db_comment="The event's number.")),
                ("seen_at", models.DateTimeField(db_comment="UTC: the event's time.")),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("ROWS", "more rows than the limit"),
                            ("FILES", "one file too many"),
                            ("OWN", "it may be their own record"),
                            ("FAMILY", "the same family name"),
                        ],
                        max_length=6,
                    ),
                ),
                ("joined_at", models.DateTimeField(db_comment="UTC: when the log was read.")),
                (
                    "case",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hits",
                        to="accounts.alertcase",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AlertSetting",
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
                    "rule",
                    models.CharField(
                        choices=[
                            ("MANY_CLIENTS", "Many clients in a short time"),
                            ("REFUSALS", "Refused again and again"),
                            ("EXPORTS", "Much taken away as files"),
                            ("KIN", "Their own record, or a relative's"),
                            ("NEW_ADDRESS", "An address never seen before"),
                            ("EMERGENCY", "A record opened in an emergency"),
                        ],
                        max_length=12,
                    ),
                ),
                ("version", models.IntegerField()),
                ("is_on", models.BooleanField()),
                ("first", models.IntegerField(null=True)),
                ("second", models.IntegerField(null=True)),
                ("own_words", accounts.fields.EncryptedText(max_chars=500, null=True)),
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
            name="AlertStep",
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
                        choices=[("ASSIGNED", "Assigned"), ("CLOSED", "Closed")], max_length=8
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NOTHING", "Nothing wrong"),
                            ("TALKED", "Talked to the person"),
                            ("INCIDENT", "An incident"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "own_words",
                    accounts.fields.EncryptedText(
                        db_comment="Why it was closed so.", max_chars=500, null=True
                    ),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("done_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "assignee",
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
                    "case",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="accounts.alertcase",
                    ),
                ),
                (
                    "done_by",
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
            name="AlertAddress",
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
                ("network", models.CharField(max_length=43)),
                ("first_seq", models.BigIntegerField(db_comment="The event that showed it first.")),
                (
                    "member",
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
                        fields=("practice_id", "member", "network"),
                        name="accounts_alertaddress_once",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="alertcase",
            index=models.Index(
                fields=["practice_id", "raised_at"], name="accounts_alertcase_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertcase",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "rule", "about", "seen_on", "turn"),
                name="accounts_alertcase_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertcase",
            constraint=models.CheckConstraint(
                condition=models.Q(("turn__gte", 1)), name="accounts_alertcase_turns"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rule__in",
                        ["MANY_CLIENTS", "REFUSALS", "EXPORTS", "KIN", "NEW_ADDRESS", "EMERGENCY"],
                    )
                ),
                name="accounts_alertcase_rule_known",
            ),
        ),
        migrations.AddIndex(
            model_name="alerthit",
            index=models.Index(fields=["practice_id", "seq"], name="accounts_alerthit_by_event"),
        ),
        migrations.AddConstraint(
            model_name="alerthit",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "case", "seq"), name="accounts_alerthit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="alerthit",
            constraint=models.CheckConstraint(
                condition=models.Q(("why__in", ["", "ROWS", "FILES", "OWN", "FAMILY"])),
                name="accounts_alerthit_why_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertsetting",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "rule", "version"), name="accounts_alertsetting_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("rule", "MANY_CLIENTS"),
                        ("first__isnull", False),
                        ("first__range", (5, 500)),
                        ("second", None),
                    ),
                    models.Q(
                        ("rule", "REFUSALS"),
                        ("first__isnull", False),
                        ("first__range", (3, 200)),
                        ("second", None),
                    ),
                    models.Q(
                        ("rule", "EXPORTS"),
                        ("first__isnull", False),
                        ("first__range", (50, 100000)),
                        ("second__isnull", False),
                        ("second__range", (1, 50)),
                    ),
                    models.Q(("rule", "KIN"), ("first", None), ("second", None)),
                    models.Q(("rule", "NEW_ADDRESS"), ("first", None), ("second", None)),
                    models.Q(("rule", "EMERGENCY"), ("first", None), ("second", None)),
                    _connector="OR",
                ),
                name="accounts_alertsetting_in_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_on", True), ("own_words__isnull", False), _connector="OR"),
                name="accounts_alertsetting_off_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertstep",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="accounts_alertstep_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "CLOSED")),
                fields=("practice_id", "case"),
                name="accounts_alertstep_closed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("assignee__isnull", False),
                        ("kind", "ASSIGNED"),
                        ("outcome", ""),
                        ("own_words__isnull", True),
                    ),
                    models.Q(
                        ("assignee", None),
                        ("kind", "CLOSED"),
                        ("own_words__isnull", False),
                        ("outcome__in", ["NOTHING", "TALKED", "INCIDENT"]),
                    ),
                    _connector="OR",
                ),
                name="accounts_alertstep_is_of_its_kind",
            ),
        ),
        tenant_table("accounts_alertcursor", may="SELECT, INSERT, UPDATE (seq)"),
        tenant_table("accounts_alertaddress", may="SELECT, INSERT", keys={"member_id": MEMBER}),
        append_only("accounts_alertaddress"),
        tenant_table(
            "accounts_alertsetting",
            may="SELECT, INSERT, UPDATE (own_words)",
            keys={"set_by_id": MEMBER},
        ),
        tenant_table(CASE, may="SELECT, INSERT", keys={"about_id": MEMBER}),
        append_only(CASE),
        tenant_table("accounts_alerthit", may="SELECT, INSERT", keys={"case_id": CASE}),
        append_only("accounts_alerthit"),
        tenant_table(
            "accounts_alertstep",
            may="SELECT, INSERT, UPDATE (own_words)",
            keys={"case_id": CASE, "assignee_id": MEMBER, "done_by_id": MEMBER},
        ),
        run_sql_file(__file__),
    ]
