"""Taking clients in from a file, and a list of them away as one, are rights of their own."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_keys_have_a_page")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [
                    ("client_view", "See the clients assigned to them"),
                    ("client_view_all", "See every client of the practice"),
                    ("client_identity_view", "See names, birth dates and contacts"),
                    ("client_create", "Add clients"),
                    ("client_import", "Add clients from a file"),
                    ("client_export", "Take the list of clients away as a file"),
                    ("assignment_change", "Assign therapists to clients"),
                    ("emergency_open", "Open the record of any client in an emergency"),
                    ("session_view", "See sessions"),
                    ("session_record", "Record sessions"),
                    ("invoice_view", "See invoices"),
                    ("invoice_issue", "Issue invoices"),
                    ("payment_record", "Take cash and check payments"),
                    ("card_payment_start", "Start card payments"),
                    ("approval_decide", "Approve refunds and write-offs above a limit"),
                    ("report_view", "See the trial balance and reports"),
                    ("member_view", "See the people of the practice"),
                    ("member_change", "Invite people and end their access"),
                    ("role_change", "Change what people may do"),
                    ("access_review", "Confirm each quarter who may do what"),
                    ("emergency_review", "Review records opened in an emergency"),
                    ("security_change", "Set the rules for passwords, time limits and networks"),
                    ("log_view", "Read the log"),
                ],
            },
        ),
        run_sql_file(__file__),
    ]
