-- The journal as its own witness: the shape of an entry's hash, the trigger that keeps chain heads
-- and balances, and the refusals of any other change. How the hash is made: docs/ledger-hash.md.

CREATE FUNCTION finance_genesis(number text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to('pilot-ledger-1' || E'\x1f' || number, 'UTF8')), 'hex')
$$;

CREATE FUNCTION finance_body(
    sequence integer, day date, recorded_at timestamptz, kind text, source text, category text,
    debit text, credit text, amount numeric, voucher text, invoice text, counterparty text, memo text,
    reverses integer
) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT 'pilot-ledger-1' || E'\x1f' || sequence || E'\x1f' || to_char(day, 'YYYY-MM-DD') || E'\x1f'
        || to_char(recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"') || E'\x1f'
        || kind || E'\x1f' || source || E'\x1f' || category || E'\x1f' || debit || E'\x1f' || credit || E'\x1f'
        || amount::numeric(18, 2) || E'\x1f' || voucher || E'\x1f' || invoice || E'\x1f' || counterparty || E'\x1f'
        || memo || E'\x1f' || coalesce(reverses::text, '')
$$;

CREATE FUNCTION finance_hash(body text, previous text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(body || E'\x1f' || previous, 'UTF8')), 'hex')
$$;

-- One step of the chain for the window aggregate below; the first step starts from `head`.
CREATE FUNCTION finance_chain_step(state text, head text, body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN encode(sha256(convert_to(body || E'\x1f' || coalesce(state, head), 'UTF8')), 'hex');
END
$$;

CREATE AGGREGATE finance_chain(text, text) (SFUNC = finance_chain_step, STYPE = text);

CREATE FUNCTION finance_debit_role(kind text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN '到账园区' THEN 'park' WHEN '拨付单位' THEN 'unit' WHEN '直接拨付' THEN 'unit'
        WHEN '资金到位' THEN 'unit' WHEN '支出' THEN 'expense' WHEN '退回' THEN 'refunded'
        WHEN '园区退回' THEN 'returned' END
$$;

CREATE FUNCTION finance_credit_role(kind text, source text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind = '拨付单位' AND source = '省拨款' THEN 'park'
        WHEN kind IN ('到账园区', '拨付单位', '资金到位') THEN 'grantor'
        WHEN kind = '直接拨付' THEN 'direct'
        WHEN kind IN ('支出', '退回') THEN 'unit'
        WHEN kind = '园区退回' THEN 'park' END
$$;

CREATE FUNCTION finance_account_name(role text, source text, category text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE role
        WHEN 'grantor' THEN '资金来源' WHEN 'direct' THEN '直接拨付' WHEN 'park' THEN '园区待拨'
        WHEN 'unit' THEN '单位资金' WHEN 'expense' THEN '项目支出' WHEN 'refunded' THEN '单位退回'
        WHEN 'returned' THEN '园区退回' END
        || '-' || source || CASE WHEN category = '' THEN '' ELSE '-' || category END
$$;

ALTER TABLE finance_entry
    ADD CONSTRAINT entry_debits_its_own_project
        FOREIGN KEY (project_id, debit_id) REFERENCES finance_account (project_id, id),
    ADD CONSTRAINT entry_credits_its_own_project
        FOREIGN KEY (project_id, credit_id) REFERENCES finance_account (project_id, id),
    ADD CONSTRAINT entry_kind_carries_its_source CHECK (
        (kind IN ('到账园区', '园区退回') AND source = '省拨款')
        OR (kind IN ('拨付单位', '直接拨付') AND source IN ('省拨款', '园区配套'))
        OR (kind = '资金到位' AND source IN ('单位自筹', '社会资本'))
        OR (kind IN ('支出', '退回') AND source IN ('省拨款', '园区配套', '单位自筹', '社会资本'))),
    ADD CONSTRAINT entry_category_belongs_to_spending CHECK ((kind = '支出') = (category <> '')),
    ADD CONSTRAINT entry_text_has_no_separator CHECK (
        strpos(voucher || invoice || counterparty || memo || category, E'\x1f') = 0),
    ADD CONSTRAINT entry_hashes_are_sha256 CHECK (hash ~ '^[0-9a-f]{64}$' AND previous_hash ~ '^[0-9a-f]{64}$');

CREATE INDEX entry_by_debit ON finance_entry (debit_id, day) INCLUDE (amount);
CREATE INDEX entry_by_credit ON finance_entry (credit_id, day) INCLUDE (amount);

CREATE VIEW finance_line AS
    SELECT id * 2 AS id, id AS entry_id, debit_id AS account_id, amount AS debit, 0::numeric(18, 2) AS credit
    FROM finance_entry
    UNION ALL
    SELECT id * 2 + 1, id, credit_id, 0::numeric(18, 2), amount
    FROM finance_entry;

-- Every new entry, whoever writes it: it must continue its project's chain, carry the right hash
-- and fit its accounts; then head and balances move with it. Lock first, then look.
CREATE FUNCTION finance_entry_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    PERFORM FROM finance_journal
    WHERE project_id IN (SELECT project_id FROM fresh) ORDER BY project_id FOR NO KEY UPDATE;

    SELECT f.project_id, f.sequence INTO bad
    FROM (
        SELECT n.*, lag(n.sequence) OVER w AS sequence_before, lag(n.hash) OVER w AS hash_before
        FROM fresh n WINDOW w AS (PARTITION BY n.project_id ORDER BY n.sequence)
    ) f
    JOIN finance_account d ON d.id = f.debit_id
    JOIN finance_account c ON c.id = f.credit_id
    LEFT JOIN finance_journal j ON j.project_id = f.project_id
    LEFT JOIN finance_entry o ON o.id = f.reverses_id
    WHERE j.project_id IS NULL
        OR f.sequence <> coalesce(f.sequence_before, j.sequence) + 1
        OR f.previous_hash <> coalesce(f.hash_before, j.head_hash)
        OR f.hash <> encode(sha256(convert_to(finance_body(f.sequence, f.day, f.recorded_at, f.kind, f.source,
            f.category, d.name, c.name, f.amount, f.voucher, f.invoice, f.counterparty, f.memo, o.sequence)
            || E'\x1f' || f.previous_hash, 'UTF8')), 'hex')
        OR CASE WHEN f.reverses_id IS NULL THEN
                d.role <> finance_debit_role(f.kind) OR c.role <> finance_credit_role(f.kind, f.source)
                OR d.source <> f.source OR c.source <> f.source
                OR (d.role = 'expense' AND d.category <> f.category)
            ELSE
                o.project_id <> f.project_id OR o.reverses_id IS NOT NULL OR o.amount <> f.amount
                OR o.debit_id <> f.credit_id OR o.credit_id <> f.debit_id OR o.day > f.day
                OR o.kind <> f.kind OR o.source <> f.source OR o.category <> f.category
            END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal: entry % of project % does not continue its chain', bad.sequence, bad.project_id
            USING ERRCODE = '23514', HINT = 'Post through finance.posting.';
    END IF;

    UPDATE finance_account a
    SET balance = a.balance + s.delta, last_on = greatest(a.last_on, s.latest)
    FROM (
        SELECT account_id, sum(delta) AS delta, max(day) AS latest
        FROM (
            SELECT debit_id AS account_id, amount AS delta, day FROM fresh
            UNION ALL
            SELECT credit_id, -amount, day FROM fresh
        ) sides
        GROUP BY account_id
    ) s
    WHERE a.id = s.account_id;

    UPDATE finance_journal j
    SET sequence = s.sequence, head_hash = s.hash
    FROM (
        SELECT DISTINCT ON (project_id) project_id, sequence, hash FROM fresh ORDER BY project_id, sequence DESC
    ) s
    WHERE j.project_id = s.project_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION finance_refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'journal: % of % is refused; entries are appended and reversed, never changed',
        TG_OP, TG_TABLE_NAME USING ERRCODE = '23514', HINT = 'Post through finance.posting.';
END
$$;

CREATE FUNCTION finance_account_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance <> 0 OR NEW.last_on IS NOT NULL
        OR NEW.name <> finance_account_name(NEW.role, NEW.source, NEW.category) THEN
        RAISE EXCEPTION 'journal: an account starts empty and under its own name' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION finance_journal_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> 0 OR NEW.head_hash IS DISTINCT FROM
        (SELECT finance_genesis(number) FROM lifecycle_project WHERE id = NEW.project_id) THEN
        RAISE EXCEPTION 'journal: a chain starts at its project''s genesis' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;

-- A project's chain begins with its number, so the number stays.
CREATE FUNCTION finance_project_number_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM finance_journal WHERE project_id = OLD.id) THEN
        RAISE EXCEPTION 'journal: the number of a project with a journal stays' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER entry_continues_the_chain AFTER INSERT ON finance_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION finance_entry_inserted();
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON finance_entry
    FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER entry_is_never_truncated BEFORE TRUNCATE ON finance_entry
    FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER account_starts_empty BEFORE INSERT ON finance_account
    FOR EACH ROW EXECUTE FUNCTION finance_account_inserted();
CREATE TRIGGER account_moves_with_entries BEFORE UPDATE ON finance_account
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER account_is_never_deleted BEFORE DELETE ON finance_account
    FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER account_is_never_truncated BEFORE TRUNCATE ON finance_account
    FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER journal_starts_at_genesis BEFORE INSERT ON finance_journal
    FOR EACH ROW EXECUTE FUNCTION finance_journal_inserted();
CREATE TRIGGER journal_moves_with_entries BEFORE UPDATE ON finance_journal
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON finance_journal
    FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER journal_is_never_truncated BEFORE TRUNCATE ON finance_journal
    FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse();
CREATE TRIGGER project_number_stays BEFORE UPDATE OF number ON lifecycle_project
    FOR EACH ROW WHEN (OLD.number IS DISTINCT FROM NEW.number) EXECUTE FUNCTION finance_project_number_stays();

-- ALWAYS: they fire under session_replication_role = replica too.
ALTER TABLE finance_entry ENABLE ALWAYS TRIGGER entry_continues_the_chain;
ALTER TABLE finance_entry ENABLE ALWAYS TRIGGER entry_is_never_changed;
ALTER TABLE finance_entry ENABLE ALWAYS TRIGGER entry_is_never_truncated;
ALTER TABLE finance_account ENABLE ALWAYS TRIGGER account_starts_empty;
ALTER TABLE finance_account ENABLE ALWAYS TRIGGER account_moves_with_entries;
ALTER TABLE finance_account ENABLE ALWAYS TRIGGER account_is_never_deleted;
ALTER TABLE finance_account ENABLE ALWAYS TRIGGER account_is_never_truncated;
ALTER TABLE finance_journal ENABLE ALWAYS TRIGGER journal_starts_at_genesis;
ALTER TABLE finance_journal ENABLE ALWAYS TRIGGER journal_moves_with_entries;
ALTER TABLE finance_journal ENABLE ALWAYS TRIGGER journal_is_never_deleted;
ALTER TABLE finance_journal ENABLE ALWAYS TRIGGER journal_is_never_truncated;
ALTER TABLE lifecycle_project ENABLE ALWAYS TRIGGER project_number_stays;
