"""An emergency is reviewed once the record is shut again, and what a review found stays."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("clients", "0005_assignment_closed")]
    operations = [
        # Not valid: an earlier review that came too soon stays on record as it was.
        AddConstraintNotValid(
            model_name="emergencyaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_at", None),
                    ("reviewed_at__gte", models.F("ends_at")),
                    _connector="OR",
                ),
                name="clients_emergencyaccess_reviewed_once_over",
            ),
        ),
        run_sql_file(__file__),
    ]
