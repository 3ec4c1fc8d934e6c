-- What was issued is proof of what was said: nobody changes it, not even by hand.

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['issue', 'issuedfile', 'ledgerprint'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_%1$s
            FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change()', kept);
        EXECUTE format('ALTER TABLE reports_%1$s ENABLE ALWAYS TRIGGER %1$s_is_never_changed', kept);
    END LOOP;
END
$$;
