"""Accounts for bills and expenses in charts that stand; accounts payable names vendor and bill."""

from django.db import migrations

from accounts.row_security import as_owner

ADDED = """
INSERT INTO ledger_account
    (id, practice_id, code, name, kind, normal_side, role, is_control)
SELECT gen_random_uuid(), chart.practice_id,
    -- A practice may have given the code to another account: the first one that is free.
    (SELECT wanted.code FROM (
        SELECT 0, added.code
        UNION ALL SELECT nth, added.code || '-' || nth FROM generate_series(1, 1000) AS nth
    ) AS wanted (nth, code)
    WHERE NOT EXISTS (SELECT FROM ledger_account AS taken
        WHERE taken.practice_id = chart.practice_id AND taken.code = wanted.code)
    ORDER BY wanted.nth LIMIT 1),
    added.name, added.kind, added.side, added.role, false
FROM (SELECT DISTINCT practice_id FROM ledger_account) AS chart
CROSS JOIN (VALUES
    ('2410', 'Practice credit card', 'LIABILITY', 'CREDIT', 'CREDIT_CARD'),
    ('6170', 'Office supplies', 'EXPENSE', 'DEBIT', 'OFFICE_SUPPLIES'),
    ('6180', 'Utilities and telephone', 'EXPENSE', 'DEBIT', 'UTILITIES'),
    ('6190', 'Training and licenses', 'EXPENSE', 'DEBIT', 'TRAINING'),
    ('6200', 'Legal and accounting fees', 'EXPENSE', 'DEBIT', 'PROFESSIONAL_FEES'),
    ('6210', 'Advertising', 'EXPENSE', 'DEBIT', 'ADVERTISING'),
    ('6900', 'Other expenses', 'EXPENSE', 'DEBIT', 'OTHER_EXPENSES')
) AS added (code, name, kind, side, role)
ON CONFLICT (practice_id, role) DO NOTHING
"""

NAMES_ITS_ITEMS = [
    "ALTER TABLE ledger_account DISABLE TRIGGER account_stays",
    "UPDATE ledger_account SET is_control = true WHERE role = 'BILLS_PAYABLE'",
    "ALTER TABLE ledger_account ENABLE TRIGGER account_stays",
]
"""Nothing could be posted there before there were bills."""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_totals_of_closed_months")]
    operations = [
        as_owner("ledger_account", ADDED, "SET CONSTRAINTS ALL IMMEDIATE", *NAMES_ITS_ITEMS),
    ]
