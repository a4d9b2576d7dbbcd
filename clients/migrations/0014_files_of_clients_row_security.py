"""Row security and keys of files of clients; a run that is over stays as it ended."""

from django.db import migrations

from accounts.row_security import tenant_table

MEMBERSHIP = "accounts_membership"
RUN = "clients_clientimport"


class Migration(migrations.Migration):
    dependencies = [("clients", "0013_files_of_clients")]
    operations = [
        tenant_table(
            RUN,
            may="SELECT, INSERT, UPDATE (columns, date_order, adds_alike, alike_count,"
            " confirmed_at, confirmed_by_id, finished_at, created_count, refused_at, refusal,"
            " discarded_at)",
            keys={"uploaded_by_id": MEMBERSHIP, "confirmed_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "clients_clientimportfile",
            may="SELECT, INSERT, UPDATE (content)",
            keys={"run_id": RUN},
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER stays_over BEFORE UPDATE ON {RUN} FOR EACH ROW"
            " WHEN (OLD.finished_at IS NOT NULL OR OLD.refused_at IS NOT NULL"
            " OR OLD.discarded_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER stays_over ON {RUN}",
        ),
    ]
