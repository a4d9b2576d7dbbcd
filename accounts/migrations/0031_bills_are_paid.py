"""The rights of money that goes out, and up to which sums a role pays a bill alone."""

from django.db import migrations, models

from accounts.permissions import WORDS
from accounts.role_rights import give_right

ACTS = [
    ("REFUND", "Refund"),
    ("WRITE_OFF", "Write-off"),
    ("PAY_BILL", "Bill payment"),
    ("MFA_RESET", "Reset of a second factor"),
    ("ADMIN", "Right to change roles"),
    ("SHRED", "Destruction of the practice's keys"),
    ("REOPEN", "Reopening of a month"),
]

LIMITS = """
-- The owner is under row security too, and would see no role of any practice.
ALTER TABLE accounts_role NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_membership NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_approvallimit NO FORCE ROW LEVEL SECURITY;
INSERT INTO accounts_approvallimit
    (id, practice_id, role_id, act, limit_cents, changed_at, changed_by_id)
SELECT gen_random_uuid(), role.practice_id, role.id, 'PAY_BILL', 500000, now(), (
    SELECT member.id FROM accounts_membership AS member
    WHERE member.practice_id = role.practice_id AND member.person_id IS NULL
    ORDER BY member.created_at, member.id LIMIT 1
)
FROM accounts_role AS role WHERE role.slug IN ('accountant', 'administrator')
ON CONFLICT (practice_id, role_id, act) DO NOTHING;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE accounts_approvallimit FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_membership FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role FORCE ROW LEVEL SECURITY;
"""
"""As ``permissions.BUILT_IN_ROLES`` has them for new practices."""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0030_reports_as_files")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "bill_view",
            "See vendors, bills, expenses and bank lines",
            roles=("administrator", "accountant", "auditor"),
        ),
        give_right(
            "bill_change",
            "Enter and correct bills and expenses",
            roles=("administrator", "accountant"),
        ),
        give_right("bill_pay", "Pay bills", roles=("administrator", "accountant")),
        give_right(
            "bank_match",
            "Add bank lines from a file and match them",
            roles=("administrator", "accountant"),
        ),
        *(
            migrations.AlterField(
                model_name=model, name="act", field=models.CharField(choices=ACTS, max_length=9)
            )
            for model in ("approval", "approvallimit")
        ),
        migrations.RemoveConstraint("approvallimit", "accounts_approvallimit_of_money"),
        migrations.AddConstraint(
            "approvallimit",
            models.CheckConstraint(
                name="accounts_approvallimit_of_money",
                condition=models.Q(act__in=["REFUND", "WRITE_OFF", "PAY_BILL"]),
            ),
        ),
        migrations.RunSQL(LIMITS, migrations.RunSQL.noop),
    ]
