-- A log as long as somebody wants it, chained like any other, a day's events after the other.
-- Parameters: the practice, the first and the last number, a moment, the microseconds between two
-- events, and how many people and clients there are.
WITH head AS (
    SELECT seq, hash FROM audit_head WHERE practice_id = %(practice)s
), made AS (
    SELECT seq, %(since)s + (seq * %(step)s) * interval '1 microsecond' AS at,
        (ARRAY['clients.client.viewed', 'clients.client.listed', 'billing.invoice.viewed',
               'billing.payment.recorded', 'accounts.page.refused'])[
            CASE WHEN seq %% 97 = 0 THEN 5 ELSE 1 + seq %% 4 END] AS action,
        ('00000000-0000-4000-8000-' || lpad(to_hex(seq * 7919 %% %(people)s), 12, '0'))::uuid AS person,
        ('00000000-0000-4000-9000-' || lpad(to_hex(seq * 104729 %% %(clients)s), 12, '0'))::uuid AS client,
        jsonb_build_object('at_address', '10.0.' || seq %% 7 || '.' || seq %% 11) AS facts
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS seq
), chained AS (
    SELECT made.*, audit_chain(head.hash, audit_entry(
        %(practice)s, made.seq, at, action, person, 'clients.client', client, '', facts,
        ARRAY[client], NULL
    )) OVER (ORDER BY made.seq) AS hash
    FROM made, head
), appended AS (
    INSERT INTO audit_event (practice_id, seq, at, action, person_id, target_kind, target_id, label,
        facts, commitment, hash)
    SELECT %(practice)s, seq, at, action, person, 'clients.client', client, '', facts, NULL, hash
    FROM chained ORDER BY seq
    RETURNING seq, hash
), touches AS (
    INSERT INTO audit_touch (practice_id, client_id, seq, at)
    SELECT %(practice)s, client, seq, at FROM chained ORDER BY seq
)
UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM appended ORDER BY seq DESC LIMIT 1)
WHERE practice_id = %(practice)s
