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
SELECT set_config('app.context', 'v1.1.{there}.-.99999999999.' || encode(sha256('guess'), 'hex'), true); SELECT * FROM clients_client
SELECT set_config('app.context', 'v1.1.{there}.-.99999999999.', true); SELECT * FROM clients_client
SELECT set_config('app.context', '{there}', true); SELECT * FROM accounts_practice
SELECT set_config('app.context', current_setting('app.context') || '.{there}', true); SELECT * FROM clients_client
SELECT set_config('app.context', '{forged}', true); SELECT open_role_group('mine')
SELECT * FROM clients_client WHERE practice_id IN (SELECT practice_ids())
SELECT * FROM clients_client AS c JOIN practice_ids() AS p ON c.practice_id = p
SELECT current_practice_id(), current_person_id()
WITH s AS (SELECT set_config('app.context', '{forged}', true)) SELECT c.* FROM s, clients_client AS c
SELECT (SELECT set_config('app.context', '{forged}', true)), (SELECT string_agg(code || id, ',') FROM clients_client)
SELECT CASE WHEN set_config('app.context', '{forged}', true) <> '' THEN (SELECT count(*) FROM clients_client) END
UPDATE clients_client SET id = id RETURNING (SELECT string_agg(practice_id::text, ',') FROM accounts_membership)
SELECT * FROM accounts_membership AS m WHERE set_config('app.context', '{forged}', true) IS NOT NULL
SELECT lag(id) OVER () FROM clients_client WHERE set_config('app.context', '{forged}', false) <> ''
COPY (SELECT * FROM clients_client) TO STDOUT
COPY (SELECT set_config('app.context', '{forged}', true), c.* FROM clients_client AS c) TO STDOUT
DO $$ BEGIN PERFORM dblink_connect('host=/nowhere'); END $$
SELECT dblink('host=/nowhere', 'SELECT 1')
LISTEN clients_client; NOTIFY clients_client, '{client}'
LISTEN "*"; SELECT * FROM pg_listening_channels()
SELECT pg_notification_queue_usage()
SELECT pg_try_advisory_lock(hashtextextended('audit checkpoint {there}', 0)), pg_advisory_unlock_all()
SELECT * FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
SELECT * FROM pg_stat_user_tables
SELECT * FROM pg_statio_user_tables
SELECT * FROM pg_stat_user_functions
SELECT * FROM pg_stat_database
SELECT reltuples, relpages FROM pg_class
SELECT pg_relation_size('clients_client')
SELECT pg_relation_filepath('clients_client')
SELECT * FROM pg_description
SELECT * FROM pg_constraint
SELECT * FROM pg_index
SELECT * FROM pg_attrdef
SELECT * FROM pg_roles
SELECT * FROM pg_auth_members
SELECT * FROM pg_stat_ssl
SELECT * FROM pg_stat_progress_copy
SELECT * FROM information_schema.table_privileges
SELECT * FROM information_schema.enabled_roles
SELECT lo_create(0), lo_from_bytea(0, 'mine'); SELECT oid FROM pg_largeobject_metadata
SELECT txid_current(), pg_current_snapshot()
SELECT pg_xact_commit_timestamp(xmin) IS NULL FROM clients_client WHERE false
SELECT t.* FROM clients_client AS t TABLESAMPLE SYSTEM (100)
SELECT (t).* FROM (SELECT t FROM clients_client AS t) AS s
SELECT jsonb_agg(to_jsonb(t)) FROM clients_client AS t
SELECT xmlagg(xmlforest(code, id)) FROM clients_client
SELECT * FROM clients_client WHERE ctid = ANY (ARRAY(SELECT format('(%s,%s)', p, i)::tid FROM generate_series(0, 20) AS p, generate_series(1, 60) AS i))
SELECT * FROM ONLY clients_client
SELECT * FROM clients_client FULL JOIN accounts_membership ON true
SELECT code FROM clients_client GROUP BY GROUPING SETS ((code), ())
SELECT has_table_privilege('gate', 'accounts_user', 'SELECT'), row_security_active('clients_client')
SET LOCAL enable_indexscan = off; SET LOCAL enable_seqscan = off; SELECT * FROM clients_client
SET LOCAL plan_cache_mode = force_generic_plan; PREPARE p (text) AS SELECT * FROM clients_client WHERE code = $1; EXECUTE p ('C-0001')
SET LOCAL debug_parallel_query = on; SELECT * FROM clients_client
SET LOCAL max_parallel_workers_per_gather = 8; SET LOCAL parallel_setup_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SELECT count(*), string_agg(practice_id::text, ',') FROM audit_event
SET LOCAL log_parameter_max_length_on_error = -1; SELECT * FROM clients_client
SET LOCAL client_min_messages = debug5; SELECT * FROM clients_client
