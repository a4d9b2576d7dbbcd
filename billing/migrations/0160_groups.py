"""Groups: several clients in one hour of one therapist, each with an appointment of their own."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"

APPEND_ONLY = {
    "billing_group": {
        "therapist_id": MEMBER,
        "service_code_id": "billing_servicecode",
        "made_by_id": MEMBER,
    },
    "billing_groupmember": {
        "group_id": "billing_group",
        "client_id": "clients_client",
        "added_by_id": MEMBER,
    },
    "billing_groupmemberleft": {"member_id": "billing_groupmember", "noted_by_id": MEMBER},
    "billing_grouphour": {
        "group_id": "billing_group",
        "planned_by_id": MEMBER,
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0095_who_works_cases"),
        ("billing", "0150_payment_plans"),
        ("clients", "0024_search_texts_lie_in_few_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupMember",
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
                ("joins_on", models.DateField(db_comment="The first business date.")),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("added_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="GroupMemberLeft",
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
                ("last_on", models.DateField(db_comment="The last business date.")),
                ("noted_at", models.DateTimeField(db_comment="UTC.")),
            ],
        ),
        migrations.CreateModel(
            name="Group",
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
                ("code", models.CharField(max_length=12)),
                ("minutes", models.PositiveSmallIntegerField(db_comment="From start to end.")),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("made_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "made_by",
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
            name="GroupHour",
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
                    "group",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hours",
                        to="billing.group",
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
            name="group_hour",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="billing.grouphour",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "group_hour", "client"),
                name="billing_appointment_once_in_a_group_hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("series", None), ("group_hour", None), _connector="OR"),
                name="billing_appointment_of_a_series_or_a_group",
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="added_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="client",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="group",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="billing.group",
            ),
        ),
        migrations.AddField(
            model_name="groupmemberleft",
            name="member",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="left",
                to="billing.groupmember",
            ),
        ),
        migrations.AddField(
            model_name="groupmemberleft",
            name="noted_by",
            field=accounts.tenancy.PracticeKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "code"), name="billing_group_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_group_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z0-9]+(-[A-Z0-9]+)*$")),
                name="billing_group_code_is_neutral",
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)),
                name="billing_group_minutes_of_a_day",
            ),
        ),
        migrations.AddIndex(
            model_name="grouphour",
            index=models.Index(
                fields=["practice_id", "starts_at", "id"], name="billing_grouphour_by_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="grouphour",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_grouphour_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="grouphour",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)),
                name="billing_grouphour_minutes_of_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmember",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "key"), name="billing_groupmember_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmemberleft",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "member"), name="billing_groupmemberleft_once"
            ),
        ),
        *(
            tenant_table(table, may="SELECT, INSERT", keys=keys)
            for table, keys in APPEND_ONLY.items()
        ),
        *(append_only(table) for table in APPEND_ONLY),
        run_sql_file(__file__),
    ]
