-- An annual report that was written here and accepted stands as it was accepted; one out of a workbook has no content
-- and may still be put right by one.

CREATE FUNCTION lifecycle_accepted_report_stands() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'recorded_at' = to_jsonb(OLD) - 'recorded_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of annual report % of project % is refused; it was accepted', TG_OP, OLD.year, OLD.project_id
        USING ERRCODE = '23514';
END
$$;

CREATE TRIGGER accepted_report_stands BEFORE UPDATE OR DELETE ON lifecycle_annualreport
    FOR EACH ROW WHEN (OLD.state = 'accepted' AND OLD.content <> '{}'::jsonb)
    EXECUTE FUNCTION lifecycle_accepted_report_stands();
ALTER TABLE lifecycle_annualreport ENABLE ALWAYS TRIGGER accepted_report_stands;
