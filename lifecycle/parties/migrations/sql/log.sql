-- The security log is appended only, whoever tries.

CREATE FUNCTION parties_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused; it is appended only', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END
$$;

CREATE TRIGGER security_event_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON parties_securityevent
    FOR EACH STATEMENT EXECUTE FUNCTION parties_refuse_change();
ALTER TABLE parties_securityevent ENABLE ALWAYS TRIGGER security_event_is_never_changed;
