"""That somebody may change roles is one of the acts that need a second person."""

from django.db import migrations, models

ACTS = [
    ("REFUND", "Refund"),
    ("WRITE_OFF", "Write-off"),
    ("MFA_RESET", "Reset of a second factor"),
    ("ADMIN", "Right to change roles"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_reviews_stay_finished")]
    operations = [
        migrations.AlterField(
            model_name=model, name="act", field=models.CharField(choices=ACTS, max_length=9)
        )
        for model in ("approval", "approvallimit")
    ]
