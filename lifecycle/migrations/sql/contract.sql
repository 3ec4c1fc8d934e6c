-- A version of the contract stands as it was made, and the project's facts are what the one in force says.

-- What a version says never changes; its state goes its way: draft, in force or withdrawn, superseded.
CREATE FUNCTION lifecycle_contract_stands() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'contract % is refused to be deleted', OLD.id USING ERRCODE = '23514';
    END IF;
    IF (OLD.project_id, OLD.version, OLD.terms, OLD.digest, OLD.drafted_on, OLD.change_id)
        IS DISTINCT FROM (NEW.project_id, NEW.version, NEW.terms, NEW.digest, NEW.drafted_on, NEW.change_id)
        OR (OLD.in_force_on IS NOT NULL AND NEW.in_force_on IS DISTINCT FROM OLD.in_force_on)
        OR (OLD.state IS DISTINCT FROM NEW.state AND (OLD.state, NEW.state) NOT IN
            (('draft', 'in_force'), ('draft', 'withdrawn'), ('in_force', 'superseded'))) THEN
        RAISE EXCEPTION 'contract %: a version stands as it was made', OLD.id USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION lifecycle_hold_to_contract(project bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    wanted jsonb;
    kept lifecycle_project;
BEGIN
    SELECT terms INTO wanted FROM lifecycle_contract WHERE project_id = project AND state = 'in_force';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO kept FROM lifecycle_project WHERE id = project;
    IF (kept.total_investment, kept.provincial_grant, kept.park_matching, kept.self_raised, kept.social_capital,
            kept.start_on, kept.end_on, kept.unit_id)
        IS DISTINCT FROM ((wanted ->> 'total_investment')::numeric, (wanted ->> 'provincial_grant')::numeric,
            (wanted ->> 'park_matching')::numeric, (wanted ->> 'self_raised')::numeric,
            (wanted ->> 'social_capital')::numeric, (wanted ->> 'start_on')::date, (wanted ->> 'end_on')::date,
            (wanted ->> 'unit_id')::bigint) THEN
        RAISE EXCEPTION 'project % says other than its contract in force', project
            USING ERRCODE = '23514', HINT = 'Change it by lifecycle.changes.';
    END IF;
END
$$;

CREATE FUNCTION lifecycle_contract_of_project_holds() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lifecycle_hold_to_contract(NEW.id);
    RETURN NULL;
END
$$;

CREATE FUNCTION lifecycle_contract_holds() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lifecycle_hold_to_contract(NEW.project_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER contract_stands BEFORE UPDATE OR DELETE ON lifecycle_contract
    FOR EACH ROW EXECUTE FUNCTION lifecycle_contract_stands();
-- Deferred: a change moves the project and its contract one after the other, and both agree at the commit.
CREATE CONSTRAINT TRIGGER contract_in_force_is_kept AFTER INSERT OR UPDATE ON lifecycle_contract
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lifecycle_contract_holds();
CREATE CONSTRAINT TRIGGER project_keeps_its_contract AFTER UPDATE ON lifecycle_project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.total_investment, OLD.provincial_grant, OLD.park_matching, OLD.self_raised, OLD.social_capital,
            OLD.start_on, OLD.end_on, OLD.unit_id)
        IS DISTINCT FROM (NEW.total_investment, NEW.provincial_grant, NEW.park_matching, NEW.self_raised,
            NEW.social_capital, NEW.start_on, NEW.end_on, NEW.unit_id))
    EXECUTE FUNCTION lifecycle_contract_of_project_holds();
ALTER TABLE lifecycle_contract ENABLE ALWAYS TRIGGER contract_stands;
ALTER TABLE lifecycle_contract ENABLE ALWAYS TRIGGER contract_in_force_is_kept;
ALTER TABLE lifecycle_project ENABLE ALWAYS TRIGGER project_keeps_its_contract;
