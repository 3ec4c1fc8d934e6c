-- Former readings and stamps, as in history.sql, for a fact table of a project that came later.

CREATE FUNCTION lifecycle_keep_history_of(fact regclass) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    short text := split_part(fact::text, '_', 2);
BEGIN
    EXECUTE format('CREATE TRIGGER %1$s_keeps_versions BEFORE UPDATE OR DELETE ON %2$s
        FOR EACH ROW EXECUTE FUNCTION lifecycle_keep_version()', short, fact);
    EXECUTE format('CREATE TRIGGER %1$s_stamps_inserts AFTER INSERT ON %2$s
        REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_stamp_new()', short, fact);
    EXECUTE format('CREATE TRIGGER %1$s_stamps_updates AFTER UPDATE ON %2$s
        REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_stamp_new()', short, fact);
    EXECUTE format('CREATE TRIGGER %1$s_stamps_deletes AFTER DELETE ON %2$s
        REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_stamp_new()', short, fact);
    EXECUTE format('CREATE TRIGGER %1$s_is_never_truncated BEFORE TRUNCATE ON %2$s
        FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change()', short, fact);
    EXECUTE format('ALTER TABLE %2$s ENABLE ALWAYS TRIGGER %1$s_keeps_versions', short, fact);
    EXECUTE format('ALTER TABLE %2$s ENABLE ALWAYS TRIGGER %1$s_is_never_truncated', short, fact);
END
$$;

SELECT lifecycle_keep_history_of('lifecycle_exemption');
SELECT lifecycle_keep_history_of('lifecycle_finding');
SELECT lifecycle_keep_history_of('lifecycle_contract');
SELECT lifecycle_keep_history_of('lifecycle_changerequest');
SELECT lifecycle_keep_history_of('lifecycle_inspection');
SELECT lifecycle_keep_history_of('lifecycle_acceptance');
SELECT lifecycle_keep_history_of('lifecycle_creditrecord');
