"""What documents say of practices and therapists; the check digit of an NPI."""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBER = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0057_pay_links_are_made"),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeParticulars",
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
                ("legal_name", models.CharField(max_length=120)),
                ("street", models.CharField(max_length=120)),
                ("city", models.CharField(max_length=60)),
                ("region", models.CharField(db_comment="State by its two letters.", max_length=2)),
                ("postal_code", models.CharField(max_length=10)),
                ("phone", models.CharField(max_length=20)),
                (
                    "tax_id",
                    models.CharField(
                        db_comment="EIN, its digits alone; never an SSN.", max_length=9
                    ),
                ),
                (
                    "npi",
                    models.CharField(
                        blank=True, db_comment="Type 2; '' if it has none.", max_length=10
                    ),
                ),
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("legal_name", ""), _negated=True),
                            models.Q(("street", ""), _negated=True),
                            models.Q(("city", ""), _negated=True),
                            models.Q(("phone", ""), _negated=True),
                        ),
                        name="accounts_practiceparticulars_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tax_id__regex", "^[0-9]{9}$"),
                            ("region__regex", "^[A-Z]{2}$"),
                            ("postal_code__regex", "^[0-9]{5}(-[0-9]{4})?$"),
                        ),
                        name="accounts_practiceparticulars_in_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TherapistParticulars",
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
                    "legal_name",
                    models.CharField(db_comment="As in the NPI registry.", max_length=120),
                ),
                ("credentials", models.CharField(db_comment="Such as LCSW.", max_length=40)),
                ("license_number", models.CharField(max_length=40)),
                (
                    "license_region",
                    models.CharField(db_comment="State by its two letters.", max_length=2),
                ),
                ("npi", models.CharField(db_comment="Type 1.", max_length=10)),
                ("set_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "member",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="particulars",
                        to="accounts.membership",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("legal_name", ""), _negated=True),
                            models.Q(("license_number", ""), _negated=True),
                        ),
                        name="accounts_therapistparticulars_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("license_region__regex", "^[A-Z]{2}$")),
                        name="accounts_therapistparticulars_in_form",
                    ),
                ],
            },
        ),
        tenant_table(
            "accounts_practiceparticulars", may="SELECT, INSERT", keys={"set_by_id": MEMBER}
        ),
        append_only("accounts_practiceparticulars"),
        tenant_table(
            "accounts_therapistparticulars",
            may="SELECT, INSERT",
            keys={"member_id": MEMBER, "set_by_id": MEMBER},
        ),
        append_only("accounts_therapistparticulars"),
        run_sql_file(__file__),
    ]
