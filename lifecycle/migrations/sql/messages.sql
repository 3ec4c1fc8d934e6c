-- What was sent is proof that it was: nobody changes it afterwards or takes it away. What a message is about never
-- changes, and only what is planned is sent.

CREATE FUNCTION lifecycle_message_stands() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'sent' THEN
            RAISE EXCEPTION 'DELETE of message % is refused; it was sent', OLD.id USING ERRCODE = '23514';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW = OLD THEN
        RETURN NEW;
    END IF;
    IF OLD.state = 'sent' THEN
        RAISE EXCEPTION 'UPDATE of message % is refused; it was sent', OLD.id USING ERRCODE = '23514';
    END IF;
    IF (NEW.id, NEW.matter_id, NEW.organisation_id, NEW.due_on, NEW.step)
        <> (OLD.id, OLD.matter_id, OLD.organisation_id, OLD.due_on, OLD.step) THEN
        RAISE EXCEPTION 'UPDATE of message % is refused; it would be another message', OLD.id USING ERRCODE = '23514';
    END IF;
    IF NEW.state = 'sent' AND OLD.state <> 'planned' THEN
        RAISE EXCEPTION 'UPDATE of message % is refused; it was not planned', OLD.id USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER message_stands BEFORE UPDATE OR DELETE ON lifecycle_message
    FOR EACH ROW EXECUTE FUNCTION lifecycle_message_stands();
CREATE TRIGGER message_is_never_truncated BEFORE TRUNCATE ON lifecycle_message
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change();
ALTER TABLE lifecycle_message ENABLE ALWAYS TRIGGER message_stands;
ALTER TABLE lifecycle_message ENABLE ALWAYS TRIGGER message_is_never_truncated;
