import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
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
                    "code",
                    models.CharField(
                        db_comment="Such as C-0001; given once, never again.", max_length=20
                    ),
                ),
                ("given_names", accounts.fields.EncryptedText(max_chars=200)),
                ("family_name", accounts.fields.EncryptedText(max_chars=200)),
                ("preferred_name", accounts.fields.EncryptedText(max_chars=200)),
                ("birth_date", accounts.fields.EncryptedDate()),
                ("email", accounts.fields.EncryptedText(max_chars=254)),
                ("phone", accounts.fields.EncryptedText(max_chars=40)),
                ("postal_address", accounts.fields.EncryptedText(max_chars=500)),
                (
                    "contact_wish",
                    models.CharField(
                        choices=[
                            ("ANY", "By mail, e-mail or phone"),
                            (
                                "DISCREET",
                                "Discreetly: no practice name, no details, no messages left",
                            ),
                        ],
                        default="ANY",
                        max_length=8,
                    ),
                ),
                (
                    "likeness",
                    models.BinaryField(
                        db_comment="First byte of an HMAC of family name and birth date: finds possible duplicates."
                    ),
                ),
                ("created_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "created_by",
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
            name="Assignment",
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
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("assigned_at", models.DateTimeField(db_comment="UTC.")),
                ("ended_at", models.DateTimeField(db_comment="UTC.", null=True)),
                (
                    "assigned_by",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
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
                    "therapist",
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
                        related_name="assignments",
                        to="clients.client",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CodeCounter",
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
                ("last", models.BigIntegerField(db_comment="0 for none yet.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id",), name="clients_codecounter_one_per_practice"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last__gte", 0)), name="clients_codecounter_counts_up"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Coverage",
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
                ("payer_name", accounts.fields.EncryptedText(max_chars=200)),
                ("member_id", accounts.fields.EncryptedText(max_chars=80)),
                ("starts_on", models.DateField(null=True)),
                ("ends_on", models.DateField(db_comment="The last day.", null=True)),
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
                (
                    "client",
                    accounts.tenancy.PracticeKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coverages",
                        to="clients.client",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExternalRecord",
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
                        choices=[("CLIENT", "Client"), ("COVERAGE", "Coverage")], max_length=8
                    ),
                ),
                (
                    "fingerprint",
                    models.BinaryField(db_comment="HMAC-SHA-256 under a key of the practice."),
                ),
                ("taken_in_at", models.DateTimeField(db_comment="UTC.")),
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
            ],
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["practice_id", "likeness"], name="clients_client_likeness"),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "code"), name="clients_client_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(("contact_wish__in", ["ANY", "DISCREET"])),
                name="clients_client_contact_wish_known",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=["practice_id", "therapist", "starts_on"],
                name="clients_assignment_by_member",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on", None)),
                fields=("practice_id", "client", "therapist"),
                name="clients_assignment_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="clients_assignment_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None), ("ends_on", None)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        ("ends_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="clients_assignment_ended_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None),
                    ("starts_on", None),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="clients_coverage_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="externalrecord",
            constraint=models.UniqueConstraint(
                fields=("practice_id", "kind", "fingerprint"), name="clients_externalrecord_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="externalrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["CLIENT", "COVERAGE"])),
                name="clients_externalrecord_kind_known",
            ),
        ),
    ]
