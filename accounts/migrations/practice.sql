-- The practice's own row: visible inside its scope only.

ALTER TABLE accounts_practice ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_practice FORCE ROW LEVEL SECURITY;
CREATE POLICY practice ON accounts_practice
    USING (id = (SELECT current_practice_id())) WITH CHECK (id = (SELECT current_practice_id()));
GRANT SELECT, INSERT, UPDATE ON accounts_practice TO app;
GRANT SELECT ON accounts_practice, accounts_demomark TO backup;
GRANT SELECT ON accounts_demomark TO app;

-- reverse
REVOKE ALL ON accounts_practice, accounts_demomark FROM app, backup;
DROP POLICY practice ON accounts_practice;
ALTER TABLE accounts_practice NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_practice DISABLE ROW LEVEL SECURITY;
