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
INSERT INTO audit_event (practice_id, seq, at) SELECT practice_id, seq, at FROM audit_event
INSERT INTO audit_head VALUES ('{there}', 1, sha256('')) ON CONFLICT DO NOTHING
INSERT INTO audit_touch VALUES ('{there}', '{client}', 1, now())
UPDATE accounts_practice SET id = '{there}'
INSERT INTO accounts_practice SELECT '{there}', 'x', name, name, time_zone, now() FROM accounts_practice
SET LOCAL ROLE gate
SET SESSION ROLE doors
SET ROLE pg_read_all_data
SET ROLE pg_execute_server_program
SELECT set_config('role', 'owner', true)
SELECT set_config('session_authorization', 'owner', true)
SELECT set_config('row_security', 'off', true); SELECT * FROM clients_client
SELECT set_config('session_replication_role', 'replica', true)
SELECT set_config('track_activities', 'on', true)
SELECT set_config('log_statement', 'all', true)
SELECT set_config('log_min_error_statement', 'error', true)
SET log_error_verbosity = 'verbose'
SET log_min_duration_statement = 0
SET lo_compat_privileges = on
SET session_preload_libraries = 'mine'
LOAD '/tmp/mine.so'
DO $$ BEGIN SET LOCAL ROLE owner; END $$
DO $$ BEGIN EXECUTE 'SELECT * FROM accounts_contextkey'; END $$
SELECT count(*) FROM accounts_contextkey
SELECT EXISTS (SELECT FROM accounts_contextkey)
SELECT accounts_contextkey FROM accounts_contextkey
SELECT 1 FROM accounts_contextkey FOR SHARE
WITH k AS MATERIALIZED (TABLE accounts_contextkey) SELECT 1 FROM k
SELECT query_to_xml('SELECT * FROM accounts_contextkey', true, false, '')
SELECT table_to_xml('accounts_contextkey', true, false, '')
SELECT cursor_to_xml('c', 1, true, false, '') FROM accounts_contextkey
SELECT * FROM ts_stat('SELECT to_tsvector(inner_block::text) FROM accounts_contextkey')
COPY accounts_contextkey TO STDOUT
COPY (SELECT * FROM accounts_contextkey) TO STDOUT
EXPLAIN (ANALYZE) SELECT * FROM accounts_contextkey
PREPARE k AS SELECT * FROM accounts_contextkey; EXECUTE k
DECLARE k CURSOR FOR SELECT * FROM accounts_contextkey; FETCH ALL FROM k
INSERT INTO accounts_contextkey VALUES (9, sha256(''), sha256(''))
UPDATE accounts_contextkey SET inner_block = inner_block
DELETE FROM accounts_contextkey
MERGE INTO accounts_contextkey USING (VALUES (1)) AS v ON true WHEN MATCHED THEN DELETE
LOCK TABLE accounts_contextkey IN ACCESS SHARE MODE
GRANT SELECT ON accounts_contextkey TO app
GRANT EXECUTE ON FUNCTION context_part(integer) TO app
ALTER TABLE accounts_contextkey OWNER TO app
ALTER POLICY practice ON clients_client USING (true)
ALTER FUNCTION current_practice_id() OWNER TO app
ALTER FUNCTION audit_append(jsonb) SECURITY INVOKER
DROP FUNCTION audit_append(jsonb)
DROP TRIGGER append_only_truncate ON ledger_posting
DROP SCHEMA public CASCADE
DROP OWNED BY owner
REASSIGN OWNED BY owner TO app
REINDEX TABLE clients_client
CREATE INDEX mine ON clients_client (code)
ALTER TABLE clients_client ADD COLUMN mine integer
ALTER TABLE clients_client RENAME TO mine
ALTER SCHEMA public OWNER TO app
CREATE SEQUENCE public.mine
CREATE DOMAIN public.mine AS text
CREATE TYPE public.mine AS ENUM ('a')
CREATE PROCEDURE public.mine() LANGUAGE sql AS 'SELECT 1'
CREATE AGGREGATE public.mine (text) (SFUNC = textcat, STYPE = text)
CREATE COLLATION public.mine FROM "C"
CREATE TEXT SEARCH CONFIGURATION public.mine (COPY = simple)
CREATE CAST (uuid AS integer) WITH INOUT AS IMPLICIT
CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION refuse_change()
CREATE UNLOGGED TABLE public.mine (id uuid)
CREATE EXTENSION IF NOT EXISTS dblink SCHEMA public
COMMENT ON TABLE clients_client IS 'mine'
SELECT nextval('auth_group_id_seq')
SELECT last_value FROM auth_group_id_seq
SELECT setval('auth_group_id_seq', 1)
SELECT pg_ls_logdir()
SELECT pg_ls_tmpdir()
SELECT pg_current_logfile()
SELECT pg_read_file('pg_hba.conf')
SELECT pg_switch_wal()
SELECT pg_create_restore_point('mine')
SELECT pg_backup_start('mine')
SELECT pg_promote()
SELECT pg_replication_origin_create('mine')
SELECT pg_stat_reset()
SELECT pg_log_backend_memory_contexts(pg_backend_pid())
SELECT * FROM pg_config
SELECT * FROM pg_file_settings
SELECT * FROM pg_backend_memory_contexts
SELECT * FROM pg_subscription
SELECT * FROM pg_user_mapping
DELETE FROM ledger_posting
TRUNCATE ledger_journalentry CASCADE
DELETE FROM audit_touch WHERE practice_id = '{there}'
UPDATE audit_head SET seq = 0
SELECT 1 FROM audit_head FOR UPDATE
SELECT 1 FROM audit_head WHERE practice_id = '{there}' FOR KEY SHARE
LOCK TABLE audit_head IN SHARE MODE
