-- What the log is asked for, beside its events and made of what their hashes cover: text and truth
-- compare without leaking, so row security lets them reach an index.
ALTER TABLE audit_event
    ADD COLUMN area text NOT NULL GENERATED ALWAYS AS
        (split_part(action, '.', 1) || '.' || split_part(action, '.', 2)) STORED,
    ADD COLUMN address text NOT NULL GENERATED ALWAYS AS (coalesce(facts ->> 'at_address', '')) STORED,
    ADD COLUMN export text NOT NULL GENERATED ALWAYS AS (coalesce(facts ->> 'export', '')) STORED,
    ADD COLUMN is_refusal boolean NOT NULL GENERATED ALWAYS AS
        (split_part(action, '.', 3) IN ('refused', 'failed', 'failed_as', 'undo_refused')) STORED;
COMMENT ON COLUMN audit_event.area IS 'The first two parts of the action.';
COMMENT ON COLUMN audit_event.address IS 'From where it was asked, as our own proxies tell it.';
COMMENT ON COLUMN audit_event.export IS 'Which file left: each of its rows or pages bears the number.';
COMMENT ON COLUMN audit_event.is_refusal IS 'It was refused, or failed.';

CREATE INDEX audit_event_by_person ON audit_event (practice_id, person_id, seq);
CREATE INDEX audit_event_by_area ON audit_event (practice_id, area, seq);
CREATE INDEX audit_event_by_address ON audit_event (practice_id, address, seq);
CREATE INDEX audit_event_by_label ON audit_event (practice_id, label, seq) WHERE label <> '';
CREATE INDEX audit_event_by_export ON audit_event (practice_id, export, seq) WHERE export <> '';
CREATE INDEX audit_event_refused ON audit_event (practice_id, seq) WHERE is_refusal;

-- reverse
ALTER TABLE audit_event DROP COLUMN is_refusal, DROP COLUMN export, DROP COLUMN address, DROP COLUMN area;
DROP INDEX audit_event_by_person, audit_event_by_label;
