-- Stamps, as in history.sql, for what hangs below a fact of a project, and for the tree of organisations: what is due,
-- and who answers for it, is worked out of these too. None of them keeps former readings.

-- TG_ARGV: the table above, and the column that leads there.
CREATE FUNCTION lifecycle_stamp_through() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE lifecycle_projectstamp SET stamp = stamp + 1
        WHERE project_id IN (SELECT above.project_id FROM %1$I above JOIN touched t ON t.%2$I = above.id)',
        TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END
$$;

DO $$
DECLARE
    below record;
    act record;
BEGIN
    FOR below IN SELECT * FROM (VALUES ('signature', 'lifecycle_contract', 'contract_id'),
        ('panelist', 'lifecycle_acceptance', 'acceptance_id')) v (short, above, through)
    LOOP
        FOR act IN SELECT * FROM (VALUES ('INSERT', 'NEW'), ('UPDATE', 'NEW'), ('DELETE', 'OLD')) v (name, rows)
        LOOP
            EXECUTE format('CREATE TRIGGER %1$s_stamps_%2$s AFTER %3$s ON lifecycle_%1$s
                REFERENCING %4$s TABLE AS touched FOR EACH STATEMENT
                EXECUTE FUNCTION lifecycle_stamp_through(%5$L, %6$L)',
                below.short, lower(act.name) || 's', act.name, act.rows, below.above, below.through);
        END LOOP;
    END LOOP;
END
$$;

-- An organisation that moves in the tree, or becomes another kind, moves who answers for the projects below it.
-- A new address or telephone moves nothing.
CREATE FUNCTION lifecycle_stamp_below() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    moved bigint[];
BEGIN
    SELECT array_agg(n.id) INTO moved FROM after_it n JOIN before_it o ON o.id = n.id
    WHERE (n.parent_id, n.kind, n.name) IS DISTINCT FROM (o.parent_id, o.kind, o.name);
    IF moved IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE lifecycle_projectstamp SET stamp = stamp + 1
    WHERE EXISTS (SELECT FROM after_it n JOIN before_it o ON o.id = n.id
            WHERE n.kind <> o.kind AND 'province' IN (n.kind, o.kind))
        OR project_id IN (
            SELECT p.id FROM lifecycle_project p
            JOIN lifecycle_cluster c ON c.id = p.cluster_id
            JOIN parties_organisation park ON park.id = c.park_id
            JOIN parties_organisation unit ON unit.id = p.unit_id
            LEFT JOIN parties_organisation near_park ON near_park.id = park.parent_id
            LEFT JOIN parties_organisation near_unit ON near_unit.id = unit.parent_id
            WHERE ARRAY[park.id, unit.id, park.parent_id, unit.parent_id, near_park.parent_id, near_unit.parent_id]
                && moved);
    RETURN NULL;
END
$$;

-- Whoever has no province above them has the first one, so that one that comes or goes moves everybody.
CREATE FUNCTION lifecycle_stamp_all() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM touched WHERE kind = 'province') THEN
        UPDATE lifecycle_projectstamp SET stamp = stamp + 1;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER organisation_stamps_inserts AFTER INSERT ON parties_organisation
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_stamp_all();
CREATE TRIGGER organisation_stamps_deletes AFTER DELETE ON parties_organisation
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_stamp_all();
CREATE TRIGGER organisation_stamps_updates AFTER UPDATE ON parties_organisation
    REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_stamp_below();
