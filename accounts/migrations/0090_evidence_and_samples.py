"""What auditors work with: packs of evidence and samples, and the right to both."""

import accounts.fields
import accounts.ids
import accounts.tenancy
import django.db.models.deletion
from django.db import migrations, models

from accounts.permissions import WORDS
from accounts.role_rights import give_right
from accounts.row_security import append_only, tenant_table

MEMBER = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0076_payment_plans_are_agreed"),
    ]

    operations = [
        migrations.CreateModel(
            name="DrawnSample",
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
                    "population",
                    models.CharField(
                        choices=[
                            ("EVENTS", "Events of the log"),
                            ("ENTRIES", "Entries of the ledger"),
                            ("PAYMENTS", "Payments"),
                            ("INVOICES", "Invoices"),
                            ("GIVEN", "Refunds and write-offs"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "since",
                    models.DateField(db_comment="Business date in the practice's time zone."),
                ),
                ("until", models.DateField(db_comment="The last such date.")),
                ("size", models.PositiveSmallIntegerField(db_comment="How many were asked for.")),
                ("seed", models.CharField(db_comment="Letters, digits, hyphens.", max_length=40)),
                ("population_count", models.BigIntegerField()),
                (
                    "population_sha256",
                    models.CharField(
                        db_comment="Of its ids, sorted as text, one a line; hex.", max_length=64
                    ),
                ),
                (
                    "picked",
                    models.JSONField(db_comment="Ids in the order drawn; numbers of events."),
                ),
                ("key", models.UUIDField(db_comment="Of the form that it came by; once.")),
                ("drawn_at", models.DateTimeField(db_comment="UTC.")),
                (
                    "drawn_by",
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
                        fields=["practice_id", "drawn_at"], name="accounts_drawnsample_newest"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "key"), name="accounts_drawnsample_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("since__lte", models.F("until"))),
                        name="accounts_drawnsample_of_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "population__in",
                                ["EVENTS", "ENTRIES", "PAYMENTS", "INVOICES", "GIVEN"],
                            ),
                            ("population_sha256__regex", "^[0-9a-f]{64}$"),
                            ("seed__regex", "^[A-Za-z0-9-]{1,40}$"),
                            ("size__range", (1, 500)),
                        ),
                        name="accounts_drawnsample_in_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidencePack",
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
                ("key", models.UUIDField(db_comment="Of the form that it was asked for by; once.")),
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
                                "Whoever asked for it may not take evidence away any more",
                            ),
                        ],
                        default="",
                        max_length=11,
                    ),
                ),
                (
                    "event_count",
                    models.BigIntegerField(db_comment="Events of the log in it.", default=0),
                ),
                ("file_count", models.PositiveIntegerField(default=0)),
                ("byte_count", models.BigIntegerField(default=0)),
                (
                    "sha256",
                    models.CharField(
                        blank=True, db_comment="Of the zip; hex.", default="", max_length=64
                    ),
                ),
                (
                    "is_sound",
                    models.BooleanField(
                        db_comment="Whether the log was whole and the books sound when it was made.",
                        default=False,
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
                        name="accounts_evidencepack_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice_id", "key"), name="accounts_evidencepack_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refusal", ""),
                            models.Q(
                                ("content__isnull", True),
                                ("fetched_at", None),
                                ("finished_at__isnull", False),
                                ("refusal__in", ["FAILED", "NOT_ALLOWED"]),
                                ("sha256", ""),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_evidencepack_refused_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expired_at", None), ("fetched_at", None)),
                            ("content__isnull", True),
                            _connector="OR",
                        ),
                        name="accounts_evidencepack_gone_when_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content__isnull", True),
                                ("expired_at", None),
                                ("fetched_at", None),
                                ("sha256", ""),
                            ),
                            models.Q(
                                ("finished_at__isnull", False), ("sha256__regex", "^[0-9a-f]{64}$")
                            ),
                            _connector="OR",
                        ),
                        name="accounts_evidencepack_made_before_it_is_over",
                    ),
                ],
            },
        ),
        tenant_table(
            "accounts_evidencepack",
            may="SELECT, INSERT, UPDATE (content, finished_at, fetched_at, expired_at, refusal,"
            " event_count, file_count, byte_count, sha256, is_sound)",
            keys={"requested_by_id": MEMBER},
        ),
        tenant_table("accounts_drawnsample", may="SELECT, INSERT", keys={"drawn_by_id": MEMBER}),
        append_only("accounts_drawnsample"),
        # What was drawn is as many as were asked for, or as there were.
        migrations.RunSQL(
            "ALTER TABLE accounts_drawnsample ADD CONSTRAINT accounts_drawnsample_whole CHECK ("
            "jsonb_typeof(picked) = 'array'"
            " AND jsonb_array_length(picked) = least(size, population_count))",
            "ALTER TABLE accounts_drawnsample DROP CONSTRAINT accounts_drawnsample_whole",
        ),
        # A pack is finished as a whole, once, and what it was stays. Then its bytes go, once, with
        # the word why. (They are sealed anew for a new key of the practice while they are there.)
        migrations.RunSQL(
            "CREATE TRIGGER stays_over BEFORE UPDATE ON accounts_evidencepack FOR EACH ROW"
            " WHEN (OLD.fetched_at IS NOT NULL OR OLD.expired_at IS NOT NULL"
            " OR OLD.refusal <> ''"
            " OR (OLD.finished_at IS NOT NULL OR NEW.finished_at IS NULL)"
            " AND (NEW.sha256, NEW.event_count, NEW.file_count, NEW.byte_count, NEW.is_sound,"
            " NEW.finished_at) IS DISTINCT FROM (OLD.sha256, OLD.event_count, OLD.file_count,"
            " OLD.byte_count, OLD.is_sound, OLD.finished_at)"
            " OR NEW.finished_at IS NOT NULL AND NEW.refusal = ''"
            " AND (NEW.sha256 = '' OR (NEW.content IS NULL)"
            " <> (NEW.fetched_at IS NOT NULL OR NEW.expired_at IS NOT NULL))"
            " OR NEW.fetched_at IS NOT NULL AND NEW.expired_at IS NOT NULL)"
            " EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER stays_over ON accounts_evidencepack",
        ),
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "audit_work",
            "Examine the practice: draw samples, see packs of evidence, and ask to be shown more",
            roles=("administrator", "auditor"),
        ),
    ]
