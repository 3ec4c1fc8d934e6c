-- Papers that a target names are those of its own project. Documents are appended only, so none goes away afterwards.
CREATE FUNCTION lifecycle_target_papers_are_its_own() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(NEW.papers) paper WHERE NOT EXISTS (
            SELECT FROM lifecycle_document d WHERE d.id = paper AND d.project_id = NEW.project_id)) THEN
        RAISE EXCEPTION 'target % of project % names papers that are not on file there', NEW.id, NEW.project_id
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER target_papers_are_its_own BEFORE INSERT OR UPDATE OF papers, project_id ON lifecycle_target
    FOR EACH ROW WHEN (NEW.papers <> '{}') EXECUTE FUNCTION lifecycle_target_papers_are_its_own();
ALTER TABLE lifecycle_target ENABLE ALWAYS TRIGGER target_papers_are_its_own;

-- A rating that went in with an application stands as it went in.
CREATE FUNCTION lifecycle_filed_rating_stands() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'recorded_at' = to_jsonb(OLD) - 'recorded_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of self-rating % of project % is refused; it was filed', TG_OP, OLD.round, OLD.project_id
        USING ERRCODE = '23514';
END
$$;

CREATE TRIGGER filed_rating_stands BEFORE UPDATE OR DELETE ON lifecycle_selfrating
    FOR EACH ROW WHEN (OLD.filed_on IS NOT NULL) EXECUTE FUNCTION lifecycle_filed_rating_stands();
ALTER TABLE lifecycle_selfrating ENABLE ALWAYS TRIGGER filed_rating_stands;

SELECT lifecycle_keep_history_of('lifecycle_yearbenefits');
SELECT lifecycle_keep_history_of('lifecycle_selfrating');
