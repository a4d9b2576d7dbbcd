-- Each line is sent as app inside a practice's scope, and is refused.
SET ROLE owner
SET ROLE doors
SET ROLE backup
SET ROLE postgres
SET SESSION AUTHORIZATION backup
GRANT doors TO app
GRANT backup TO app
GRANT SELECT ON accounts_user TO app
ALTER ROLE app BYPASSRLS
ALTER ROLE app SUPERUSER
ALTER ROLE app SET session_replication_role = replica
ALTER ROLE app SET track_activities = on
ALTER ROLE owner PASSWORD 'mine'
ALTER DATABASE {database} SET row_security = off
SET session_replication_role = replica
SET track_activities = on
SET log_statement = 'all'
SET row_security = off; SELECT * FROM clients_client
SET LOCAL row_security = off; COPY clients_client TO STDOUT
SELECT * FROM accounts_contextkey
SELECT * FROM accounts_user
SELECT * FROM accounts_totpdevice
SELECT * FROM accounts_signinsession
SELECT * FROM accounts_signinticket
SELECT context_part(3)
SELECT * FROM audit_event_other
SELECT * FROM pg_authid
SELECT * FROM pg_shadow
SELECT * FROM pg_statistic
SELECT * FROM pg_largeobject
SELECT * FROM pg_hba_file_rules
SELECT pg_read_file('/etc/passwd')
SELECT pg_read_binary_file('postgresql.conf')
SELECT pg_ls_dir('.')
SELECT pg_stat_file('postgresql.conf')
SELECT pg_ls_waldir()
SELECT lo_import('/etc/passwd')
SELECT lo_export(1, '/tmp/out')
COPY clients_codecounter FROM '/etc/passwd'
COPY (SELECT 1) TO '/tmp/out'
COPY (SELECT 1) TO PROGRAM 'cat'
COPY clients_codecounter (id, last) FROM STDIN
CREATE EXTENSION dblink
CREATE EXTENSION postgres_fdw
CREATE EXTENSION file_fdw
CREATE SCHEMA mine
CREATE TABLE public.mine (id uuid)
CREATE TEMPORARY TABLE clients_client (id uuid)
CREATE VIEW public.mine AS SELECT * FROM clients_client
CREATE MATERIALIZED VIEW public.mine AS SELECT * FROM clients_client
CREATE FUNCTION public.current_practice_id(x int) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'
CREATE FUNCTION pg_temp.spy(x text) RETURNS bool LANGUAGE sql COST 0.0001 AS 'SELECT true'
CREATE OR REPLACE FUNCTION current_practice_id() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'
CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = text, FUNCTION = texteq)
CREATE TRIGGER spy BEFORE INSERT ON clients_client EXECUTE FUNCTION refuse_change()
CREATE RULE spy AS ON INSERT TO clients_client DO ALSO SELECT 1
CREATE POLICY mine ON clients_client USING (true)
CREATE STATISTICS public.mine ON code, id FROM clients_client
CREATE PUBLICATION mine FOR TABLE clients_client
CREATE SUBSCRIPTION mine CONNECTION 'host=x' PUBLICATION mine WITH (connect = false)
DROP POLICY practice ON clients_client
DROP FUNCTION current_practice_id() CASCADE
ALTER TABLE clients_client DISABLE ROW LEVEL SECURITY
ALTER TABLE clients_client NO FORCE ROW LEVEL SECURITY
ALTER TABLE clients_client DISABLE TRIGGER ALL
ALTER TABLE clients_client OWNER TO app
ALTER FUNCTION current_practice_id() RESET ALL
ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON TABLES TO app
LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE
SELECT audit_partition('mine', 'DEFAULT')
SELECT audit_guard('clients_client')
SELECT pg_create_logical_replication_slot('mine', 'test_decoding')
SELECT pg_create_physical_replication_slot('mine')
SELECT pg_reload_conf()
SELECT set_role_permissions('{role}', ARRAY['role.change'])
SELECT open_role_group('{there}:administrator')
UPDATE auth_group SET name = '{there}:administrator'
INSERT INTO auth_group (name) VALUES ('{there}:mine')
INSERT INTO auth_group_permissions (group_id, permission_id) SELECT 1, id FROM auth_permission
INSERT INTO audit_event SELECT * FROM audit_event
INSERT INTO audit_head VALUES ('{there}', 1, sha256('')) ON CONFLICT DO NOTHING
INSERT INTO audit_touch VALUES ('{there}', '{client}', 1, now())
UPDATE accounts_practice SET id = '{there}'
INSERT INTO accounts_practice SELECT '{there}', 'x', name, name, time_zone, now() FROM accounts_practice
