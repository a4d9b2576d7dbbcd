-- Each line is sent as app inside a practice's scope: it may be obeyed, and tells nothing of another one.
SELECT set_config('app.context', '{forged}', true); SELECT * FROM clients_client
SELECT set_config('app.context', '{expired}', true); SELECT * FROM clients_client
SELECT set_config('app.context', '{there}', true); SELECT * FROM clients_client
SELECT set_config('app.practice_id', '{there}', true); SELECT * FROM clients_client
SELECT set_config('app.context', replace(current_setting('app.context'), '{here}', '{there}'), true); SELECT * FROM clients_client
SELECT c.* FROM clients_client c, LATERAL (SELECT set_config('app.context', '{forged}', true)) AS s
SELECT set_config('search_path', 'pg_catalog', true); SELECT * FROM public.clients_client
SELECT * FROM clients_client WHERE practice_id = '{there}' OR true
SELECT * FROM clients_client WHERE id = '{client}' FOR KEY SHARE
SELECT * FROM accounts_practice
SELECT * FROM auth_group
SELECT * FROM auth_group_permissions JOIN auth_group ON auth_group.id = group_id
SELECT query_to_xml('SELECT * FROM clients_client', true, false, '')
SELECT table_to_xml('clients_client', true, false, '')
SELECT schema_to_xml('information_schema', true, false, '') IS NOT NULL
SELECT * FROM ts_stat('SELECT to_tsvector(code || id) FROM clients_client')
SELECT * FROM pg_stats WHERE schemaname = 'public'
SELECT * FROM pg_stats_ext
SELECT * FROM pg_stats_ext_exprs
SELECT * FROM pg_stat_activity
SELECT * FROM pg_stat_get_activity(NULL)
SELECT pg_stat_get_backend_activity(i) FROM pg_stat_get_backend_idset() AS i
SELECT * FROM pg_prepared_statements
SELECT * FROM pg_cursors
SELECT * FROM pg_locks
SELECT * FROM pg_largeobject_metadata
SELECT * FROM pg_settings
SELECT * FROM pg_db_role_setting
SELECT * FROM pg_listening_channels()
SELECT * FROM pg_policies
SELECT pg_get_functiondef('current_practice_id'::regproc)
SELECT * FROM pg_replication_slots
SELECT * FROM information_schema.columns WHERE table_schema = 'public'
EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM clients_client
EXPLAIN VERBOSE SELECT * FROM clients_client WHERE code = 'C-0001'
DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP BEGIN EXECUTE format('SELECT * FROM %I WHERE ctid = ''(0,1)''', t); EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END $$; SELECT * FROM clients_client
DO $$ BEGIN PERFORM set_config('app.context', '{forged}', true); END $$; SELECT * FROM billing_payment
DO $$ DECLARE r record; BEGIN SELECT * INTO r FROM clients_client WHERE id = '{client}'; RAISE EXCEPTION '%', r; END $$
DO $$ DECLARE n int; BEGIN SELECT 1 / count(*) INTO n FROM clients_client WHERE id <> '{client}' AND practice_id = '{there}'; END $$
SELECT open_role_group('mine'); SELECT * FROM auth_group
SELECT xmin, xmax, cmin, tableoid::regclass, ctid FROM clients_client
SELECT pg_notify('x', '{client}')
SELECT pg_get_serial_sequence('auth_group', 'id')
SELECT lo_from_bytea(0, 'mine')
BEGIN; SELECT * FROM clients_client
SAVEPOINT s; SELECT set_config('app.context', '{forged}', true); ROLLBACK TO s; SELECT * FROM clients_client
