"""Letters come in a practice's name, and an address may be refused; who may see and send them."""

from django.db import migrations, models
from django.db.models import Q

from accounts.fields import EncryptedText
from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0052_billing_runs_in_cycles")]
    operations = [
        migrations.AddField(
            "outgoingmail",
            "refused_at",
            models.DateTimeField(
                null=True, db_comment="UTC; the mail server will never take it for this address."
            ),
        ),
        migrations.AddField(
            "outgoingmail",
            "from_name",
            EncryptedText(
                max_chars=60,
                null=True,
                passing=True,
                db_comment="In whose name it comes; null for the installation's.",
            ),
        ),
        migrations.AlterField(
            "outgoingmail",
            "sent_at",
            models.DateTimeField(null=True, db_comment="UTC; the mail server took it."),
        ),
        migrations.AddConstraint(
            "outgoingmail",
            models.CheckConstraint(
                name="accounts_outgoingmail_sent_or_refused",
                condition=Q(sent_at=None) | Q(refused_at=None),
            ),
        ),
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "letter_view",
            "See letters to clients, and whether they went out",
            roles=("accountant", "front-desk"),
        ),
        give_right(
            "letter_send",
            "Send statements and reminders, or hold them back",
            roles=("accountant", "front-desk"),
        ),
        give_right(
            "letter_change",
            "Word letters to clients, and set when reminders go",
            roles=("administrator",),
        ),
    ]
