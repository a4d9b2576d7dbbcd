"""The words of the right to correct payments tell of checks that came back too."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0074_questions_are_answered")]
    operations = [
        migrations.RunSQL(
            "UPDATE auth_permission SET name = 'Correct payments, take money off invoices, and"
            " record checks that came back' WHERE codename = 'payment_correct'",
            migrations.RunSQL.noop,
        ),
    ]
