-- A project's stage and the record of its moves are one: neither changes without the other, whoever tries.

CREATE FUNCTION lifecycle_arrow_exists(move text, from_state text, to_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (
        SELECT FROM (VALUES
            ('start_funding', 'approved', 'funding'),
            ('start_implementation', 'funding', 'implementing'),
            ('apply_for_acceptance', 'implementing', 'acceptance'),
            ('close', 'acceptance', 'closed'),
            ('return_for_rectification', 'acceptance', 'implementing'),
            ('suspend', 'implementing', 'suspended'),
            ('resume', 'suspended', 'implementing'),
            ('terminate', 'approved', 'terminated'),
            ('terminate', 'funding', 'terminated'),
            ('terminate', 'implementing', 'terminated'),
            ('terminate', 'acceptance', 'terminated'),
            ('terminate', 'suspended', 'terminated'),
            ('revoke', 'approved', 'revoked'),
            ('revoke', 'funding', 'revoked'),
            ('revoke', 'implementing', 'revoked'),
            ('revoke', 'acceptance', 'revoked'),
            ('revoke', 'suspended', 'revoked')
        ) AS arrow (move, from_state, to_state)
        WHERE (arrow.move, arrow.from_state, arrow.to_state) =
            (lifecycle_arrow_exists.move, lifecycle_arrow_exists.from_state, lifecycle_arrow_exists.to_state)
    )
$$;

CREATE FUNCTION lifecycle_refuse_move(project bigint, because text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stages: project % %', project, because
        USING ERRCODE = '23514', HINT = 'Move through lifecycle.transitions.';
END
$$;

-- A record goes on from where the project stands, by a known arrow, on a day that is neither to come nor
-- before the last. Lock first, then look.
CREATE FUNCTION lifecycle_state_change_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    standing text;
    last lifecycle_statechange;
BEGIN
    SELECT state INTO standing FROM lifecycle_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
    SELECT * INTO last FROM lifecycle_statechange
    WHERE project_id = NEW.project_id ORDER BY sequence DESC LIMIT 1;
    IF NEW.move = 'entered' THEN
        IF last.id IS NOT NULL OR NEW.to_state IS DISTINCT FROM standing THEN
            PERFORM lifecycle_refuse_move(NEW.project_id, 'comes in once, at its own stage');
        END IF;
        RETURN NEW;
    END IF;
    IF last.id IS NULL OR NEW.sequence <> last.sequence + 1
        OR NEW.from_state IS DISTINCT FROM last.to_state OR NEW.from_state IS DISTINCT FROM standing THEN
        PERFORM lifecycle_refuse_move(NEW.project_id, 'does not stand where the record goes on from');
    END IF;
    IF NOT lifecycle_arrow_exists(NEW.move, NEW.from_state, NEW.to_state) THEN
        PERFORM lifecycle_refuse_move(NEW.project_id, format('has no arrow %s from %s to %s', NEW.move,
            NEW.from_state, NEW.to_state));
    END IF;
    IF NEW.effective_on < last.effective_on
        OR NEW.effective_on > (NEW.at AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM lifecycle_refuse_move(NEW.project_id, 'moves neither before its last move nor on a day to come');
    END IF;
    RETURN NEW;
END
$$;

-- At the commit the last record says where the project stands.
CREATE FUNCTION lifecycle_state_change_settled() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM lifecycle_project WHERE id = NEW.project_id) IS DISTINCT FROM
        (SELECT to_state FROM lifecycle_statechange WHERE project_id = NEW.project_id
            ORDER BY sequence DESC LIMIT 1) THEN
        PERFORM lifecycle_refuse_move(NEW.project_id, 'was recorded as moved and has not');
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION lifecycle_state_moved() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    last lifecycle_statechange;
BEGIN
    SELECT * INTO last FROM lifecycle_statechange
    WHERE project_id = NEW.id ORDER BY sequence DESC LIMIT 1;
    IF last.from_state IS DISTINCT FROM OLD.state OR last.to_state IS DISTINCT FROM NEW.state THEN
        PERFORM lifecycle_refuse_move(NEW.id, format('moves from %s to %s without a record', OLD.state, NEW.state));
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION lifecycle_projects_came_in() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lifecycle_statechange
        (project_id, sequence, move, from_state, to_state, actor_name, role, reason, reason_class, conditions,
        facts, rule_set)
    SELECT id, 1, 'entered', '', state, coalesce(current_setting('pilot.actor', true), ''), '', '', '', '{}', '{}', ''
    FROM touched;
    RETURN NULL;
END
$$;

INSERT INTO lifecycle_statechange
    (project_id, sequence, move, from_state, to_state, at, actor_name, role, reason, reason_class, conditions, facts,
    rule_set)
SELECT id, 1, 'entered', '', state, recorded_at, '', '', '', '', '{}', '{}', '' FROM lifecycle_project;
-- What the rows refer to is checked now, since a table with checks outstanding takes no triggers.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

CREATE TRIGGER state_change_goes_on BEFORE INSERT ON lifecycle_statechange
    FOR EACH ROW EXECUTE FUNCTION lifecycle_state_change_inserted();
CREATE CONSTRAINT TRIGGER state_change_has_moved AFTER INSERT ON lifecycle_statechange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lifecycle_state_change_settled();
CREATE TRIGGER project_moves_by_record BEFORE UPDATE OF state ON lifecycle_project
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION lifecycle_state_moved();
CREATE TRIGGER project_comes_in AFTER INSERT ON lifecycle_project
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_projects_came_in();
ALTER TABLE lifecycle_statechange ENABLE ALWAYS TRIGGER state_change_goes_on;
ALTER TABLE lifecycle_statechange ENABLE ALWAYS TRIGGER state_change_has_moved;
ALTER TABLE lifecycle_project ENABLE ALWAYS TRIGGER project_moves_by_record;
ALTER TABLE lifecycle_project ENABLE ALWAYS TRIGGER project_comes_in;

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['statechange', 'step', 'document', 'signature']
    LOOP
        EXECUTE format('CREATE TRIGGER %1$s_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON lifecycle_%1$s
            FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change()', kept);
        EXECUTE format('ALTER TABLE lifecycle_%1$s ENABLE ALWAYS TRIGGER %1$s_is_never_changed', kept);
    END LOOP;
END
$$;
