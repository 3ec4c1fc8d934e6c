-- What the fact tables said before a change, and a stamp that tells kept answers when they are stale.

CREATE FUNCTION lifecycle_project_of(table_name text, content jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN table_name = 'lifecycle_project' THEN (content ->> 'id')::bigint
        ELSE (content ->> 'project_id')::bigint END
$$;

-- Before a row changes, its former reading is kept with the time it stood; the new one starts now.
CREATE FUNCTION lifecycle_keep_version() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := clock_timestamp();
    former jsonb := to_jsonb(OLD);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'recorded_at' = former - 'recorded_at' THEN
            NEW.recorded_at := OLD.recorded_at;
            RETURN NEW;
        END IF;
        NEW.recorded_at := at;
    END IF;
    INSERT INTO lifecycle_factversion
        (table_name, row_id, project_id, valid_from, valid_until, changed_by, content)
    VALUES (TG_TABLE_NAME, OLD.id, lifecycle_project_of(TG_TABLE_NAME, former), OLD.recorded_at, at,
        coalesce(current_setting('pilot.actor', true), ''), former);
    RETURN CASE WHEN TG_OP = 'UPDATE' THEN NEW ELSE OLD END;
END
$$;

CREATE FUNCTION lifecycle_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused; it is appended only', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END
$$;

-- Statement triggers with the touched rows at hand: one UPDATE a statement, however many rows.
CREATE FUNCTION lifecycle_stamp_new() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lifecycle_projectstamp SET stamp = stamp + 1
    WHERE project_id IN (SELECT project_id FROM touched);
    RETURN NULL;
END
$$;

CREATE FUNCTION lifecycle_stamp_project() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lifecycle_projectstamp (project_id, stamp) SELECT id, 1 FROM touched
    ON CONFLICT (project_id) DO UPDATE SET stamp = lifecycle_projectstamp.stamp + 1;
    RETURN NULL;
END
$$;

CREATE FUNCTION lifecycle_stamp_cluster() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lifecycle_projectstamp SET stamp = stamp + 1
    WHERE project_id IN (SELECT p.id FROM lifecycle_project p JOIN touched t ON t.id = p.cluster_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION lifecycle_stamp_batch() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lifecycle_projectstamp SET stamp = stamp + 1
    WHERE project_id IN (
        SELECT p.id FROM lifecycle_project p JOIN lifecycle_cluster c ON c.id = p.cluster_id
        WHERE c.batch_id IN (SELECT CASE WHEN TG_TABLE_NAME = 'lifecycle_batch'
            THEN (to_jsonb(t) ->> 'id')::bigint ELSE (to_jsonb(t) ->> 'batch_id')::bigint END FROM touched t));
    RETURN NULL;
END
$$;

DO $$
DECLARE
    fact text;
    stamp text;
BEGIN
    FOREACH fact IN ARRAY ARRAY['batch', 'batchlimit', 'cluster', 'project', 'target', 'tranche', 'milestone',
        'annualreport', 'datedevent']
    LOOP
        stamp := CASE fact
            WHEN 'project' THEN 'lifecycle_stamp_project'
            WHEN 'cluster' THEN 'lifecycle_stamp_cluster'
            WHEN 'batch' THEN 'lifecycle_stamp_batch'
            WHEN 'batchlimit' THEN 'lifecycle_stamp_batch'
            ELSE 'lifecycle_stamp_new' END;
        EXECUTE format('CREATE TRIGGER %1$s_keeps_versions BEFORE UPDATE OR DELETE ON lifecycle_%1$s
            FOR EACH ROW EXECUTE FUNCTION lifecycle_keep_version()', fact);
        EXECUTE format('CREATE TRIGGER %1$s_stamps_inserts AFTER INSERT ON lifecycle_%1$s
            REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION %2$s()', fact, stamp);
        EXECUTE format('CREATE TRIGGER %1$s_stamps_updates AFTER UPDATE ON lifecycle_%1$s
            REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION %2$s()', fact, stamp);
        EXECUTE format('CREATE TRIGGER %1$s_stamps_deletes AFTER DELETE ON lifecycle_%1$s
            REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION %2$s()', fact, stamp);
        EXECUTE format('CREATE TRIGGER %1$s_is_never_truncated BEFORE TRUNCATE ON lifecycle_%1$s
            FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change()', fact);
        EXECUTE format('ALTER TABLE lifecycle_%1$s ENABLE ALWAYS TRIGGER %1$s_keeps_versions', fact);
        EXECUTE format('ALTER TABLE lifecycle_%1$s ENABLE ALWAYS TRIGGER %1$s_is_never_truncated', fact);
    END LOOP;
END
$$;

CREATE TRIGGER fact_version_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON lifecycle_factversion
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change();
ALTER TABLE lifecycle_factversion ENABLE ALWAYS TRIGGER fact_version_is_never_changed;
