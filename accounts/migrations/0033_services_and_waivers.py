"""The rights of services and waivers, and up to which sum the front desk waives a fee alone."""

from django.db import migrations, models

from accounts.permissions import WORDS
from accounts.role_rights import give_right

ACTS = [
    ("REFUND", "Refund"),
    ("WRITE_OFF", "Write-off"),
    ("PAY_BILL", "Bill payment"),
    ("WAIVE", "Fee waiver"),
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
SELECT gen_random_uuid(), role.practice_id, role.id, 'WAIVE', 20000, now(), (
    SELECT member.id FROM accounts_membership AS member
    WHERE member.practice_id = role.practice_id AND member.person_id IS NULL
    ORDER BY member.created_at, member.id LIMIT 1
)
FROM accounts_role AS role WHERE role.slug = 'front-desk'
ON CONFLICT (practice_id, role_id, act) DO NOTHING;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE accounts_approvallimit FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_membership FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role FORCE ROW LEVEL SECURITY;
"""
"""As ``permissions.BUILT_IN_ROLES`` has them for new practices."""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0032_a_context_is_read_in_one_step")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "service_change",
            "Set services, list fees, and what missed appointments cost",
            roles=("administrator", "accountant"),
        ),
        give_right(
            "fee_waive",
            "Charge less than is agreed, waive late fees, leave sessions unbilled",
            roles=("front-desk",),
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
                condition=models.Q(act__in=["REFUND", "WRITE_OFF", "PAY_BILL", "WAIVE"]),
            ),
        ),
        migrations.RunSQL(LIMITS, migrations.RunSQL.noop),
    ]
