"""What is known of a password beside its hash, and the asking for a link to a new one."""

import accounts.fields
import accounts.ids
from django.db import migrations, models

from accounts.row_security import gate_table


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_sessions_end_and_tries_are_told")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="password_is_long",
            field=models.BooleanField(
                db_comment="Whether it has the length that whoever manages people and rules needs.",
                db_default=False,
                default=False,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="password_reminder",
            field=models.PositiveIntegerField(
                db_comment="Days before its end of the last reminder of this password; 0 for none yet.",
                db_default=0,
                default=0,
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="password_due",
            field=models.CharField(
                choices=[
                    ("BREACHED", "It is on a list of passwords that others know."),
                    ("ORDERED", "An administrator asked for it."),
                    ("RAISED", "You hold a role now that needs a longer one."),
                    ("REPORTED", "You said that a sign-in was not yours."),
                    ("CALENDAR", "It is as old as your practice lets one become."),
                ],
                db_comment="Why the next sign-in asks for a new password; empty for no reason.",
                db_default="",
                default="",
                max_length=9,
            ),
        ),
        migrations.CreateModel(
            name="PasswordResetAsk",
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
                    "name_hash",
                    models.BinaryField(db_comment="HMAC of the canonical user name."),
                ),
                ("email", accounts.fields.EncryptedText(installation=True, max_chars=254)),
                ("asked_at", models.DateTimeField(db_comment="UTC.")),
                ("answered_at", models.DateTimeField(db_comment="UTC.", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name_hash", "asked_at"], name="accounts_resetask_recent"),
                    models.Index(
                        fields=["asked_at"],
                        condition=models.Q(("answered_at", None)),
                        name="accounts_resetask_waiting",
                    ),
                ],
            },
        ),
        gate_table("accounts_passwordresetask"),
    ]
