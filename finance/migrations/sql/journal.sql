-- The journal as its own witness: the shape of an entry's hash, the trigger that keeps chain heads
-- and balances, and the refusals of any other change. How the hash is made: docs/ledger-hash.md.

CREATE FUNCTION finance_genesis(number text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to('pilot-ledger-1' || E'\x1f' || number, 'UTF8')), 'hex')
$$;

CREATE FUNCTION finance_instant(at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"')
$$;

CREATE FUNCTION finance_body(
    sequence integer, day date, recorded_at timestamptz, kind text, source text, category text,
    debit text, credit text, amount numeric, voucher text, invoice text, counterparty text, memo text,
    reverses integer
) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT concat_ws(E'\x1f', 'pilot-ledger-1', sequence, to_char(day, 'YYYY-MM-DD'), finance_instant(recorded_at),
        kind, source, category, debit, credit, amount::numeric(18, 2), voucher, invoice, counterparty, memo,
        coalesce(reverses::text, ''))
$$;

CREATE FUNCTION finance_hash(body text, previous text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(body || E'\x1f' || previous, 'UTF8')), 'hex')
$$;

CREATE FUNCTION finance_debit_role(kind text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN '到账园区' THEN 'park' WHEN '拨付单位' THEN 'unit' WHEN '直接拨付' THEN 'unit'
        WHEN '资金到位' THEN 'unit' WHEN '支出' THEN 'expense' WHEN '退回' THEN 'refunded'
        WHEN '园区退回' THEN 'returned' END
$$;

-- NULL where the kind does not carry the source (RULES.md, What may be posted).
CREATE FUNCTION finance_credit_role(kind text, source text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE source
        WHEN '省拨款' THEN CASE kind
            WHEN '到账园区' THEN 'grantor' WHEN '拨付单位' THEN 'park' WHEN '直接拨付' THEN 'direct'
            WHEN '支出' THEN 'unit' WHEN '退回' THEN 'unit' WHEN '园区退回' THEN 'park' END
        WHEN '园区配套' THEN CASE kind
            WHEN '拨付单位' THEN 'grantor' WHEN '直接拨付' THEN 'direct'
            WHEN '支出' THEN 'unit' WHEN '退回' THEN 'unit' END
        WHEN '单位自筹' THEN CASE kind
            WHEN '资金到位' THEN 'grantor' WHEN '支出' THEN 'unit' WHEN '退回' THEN 'unit' END
        WHEN '社会资本' THEN CASE kind
            WHEN '资金到位' THEN 'grantor' WHEN '支出' THEN 'unit' WHEN '退回' THEN 'unit' END
        END
$$;

CREATE FUNCTION finance_account_name(role text, source text, category text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE role
        WHEN 'grantor' THEN '资金来源' WHEN 'direct' THEN '直接拨付' WHEN 'park' THEN '园区待拨'
        WHEN 'unit' THEN '单位资金' WHEN 'expense' THEN '项目支出' WHEN 'refunded' THEN '单位退回'
        WHEN 'returned' THEN '园区退回' END
        || '-' || source || CASE WHEN category = '' THEN '' ELSE '-' || category END
$$;

-- Text as it is compared: one width, one kind of bracket, runs of spaces made one, invisible signs gone.
-- The same as backend.workbook.folding.folded, so that what is posted by hand and what a workbook brings
-- are one movement where WORKBOOK.md says so. Most texts hold none of the signs and are compared as they are.
CREATE FUNCTION finance_folded(plain text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN plain !~ E'[ \uFF01-\uFF5E\uFFE5\u3002\uFF61\u3014\u3015\u3010\u3011\u3016\u3017\u0009\u000A\u000D\u000B\u000C\u001C\u001D\u001E\u001F\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\u200B\u200C\u200D\u2060\uFEFF]' THEN plain
        ELSE btrim(regexp_replace(translate(plain,
            E'\u0009\u000A\u000D\u000B\u000C\u001C\u001D\u001E\u001F\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'
            || E'\uFFE5\u3002\uFF61\u3014\u3015\u3010\u3011\u3016\u3017'
            || '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？'
            || '＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿'
            || '｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～'
            || E'\u200B\u200C\u200D\u2060\uFEFF',
            repeat(' ', 28) || '¥..[][][]'
            || '!"#$%&''()*+,-./0123456789:;<=>?'
            || '@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_'
            || '`abcdefghijklmnopqrstuvwxyz{|}~'), ' {2,}', ' ', 'g'), ' ')
        END
$$;

CREATE INDEX entry_by_voucher ON finance_entry (project_id, finance_folded(voucher));

CREATE VIEW finance_line AS
    SELECT id * 2 AS id, id AS entry_id, debit_id AS account_id, amount AS debit, 0::numeric(18, 2) AS credit
    FROM finance_entry
    UNION ALL
    SELECT id * 2 + 1, id, credit_id, 0::numeric(18, 2), amount
    FROM finance_entry;

-- What must hold of a new entry, of its accounts and of the entry it reverses. Held here and not by
-- CHECK constraints and foreign keys, because the trigger fires even under session_replication_role =
-- replica, sees the neighbours, and costs a bulk load a quarter of them. An account is never deleted.
CREATE FUNCTION finance_fits(f finance_entry, d finance_account, c finance_account, o finance_entry) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT d.project_id = f.project_id
        AND c.project_id = f.project_id
        AND (f.kind = '支出') = (f.category <> '')
        AND strpos(concat(f.voucher, f.invoice, f.counterparty, f.memo, f.category), E'\x1f') = 0
        AND f.hash = finance_hash(finance_body(f.sequence, f.day, f.recorded_at, f.kind, f.source, f.category,
            d.name, c.name, f.amount, f.voucher, f.invoice, f.counterparty, f.memo, o.sequence), f.previous_hash)
        AND CASE WHEN f.reverses_id IS NULL THEN
                d.role = finance_debit_role(f.kind) AND c.role = finance_credit_role(f.kind, f.source)
                AND d.source = f.source AND c.source = f.source AND d.category = f.category AND c.category = ''
            ELSE
                o.project_id = f.project_id AND o.reverses_id IS NULL AND o.amount = f.amount
                AND o.debit_id = f.credit_id AND o.credit_id = f.debit_id AND o.day <= f.day
                AND o.kind = f.kind AND o.source = f.source AND o.category = f.category
            END
$$;

CREATE FUNCTION finance_refuse_entry(bad_project bigint, bad_sequence integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'journal: entry % of project % does not continue its chain or fit its accounts',
        bad_sequence, bad_project USING ERRCODE = '23514', HINT = 'Post through finance.posting.';
END
$$;

-- Every new entry, whoever writes it: it must continue its project's chain, carry the right hash
-- and fit its accounts; then head and balances move with it. Lock first, then look. A single entry
-- takes a short way of its own, many are checked as a set.
CREATE FUNCTION finance_entry_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    f finance_entry;
    d finance_account;
    c finance_account;
    o finance_entry;
    bad record;
    several boolean;
BEGIN
    SELECT * INTO f FROM fresh LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT EXISTS (SELECT 1 FROM fresh OFFSET 1) INTO several;

    IF NOT several THEN
        -- Each UPDATE locks its row and looks at it again, so of two that race one finds no row.
        UPDATE finance_journal SET sequence = f.sequence, head_hash = f.hash
        WHERE project_id = f.project_id AND sequence = f.sequence - 1 AND head_hash = f.previous_hash;
        IF NOT FOUND THEN
            PERFORM finance_refuse_entry(f.project_id, f.sequence);
        END IF;
        UPDATE finance_account SET balance = balance + f.amount, last_on = greatest(last_on, f.day)
        WHERE id = f.debit_id RETURNING * INTO d;
        UPDATE finance_account SET balance = balance - f.amount, last_on = greatest(last_on, f.day)
        WHERE id = f.credit_id RETURNING * INTO c;
        IF f.reverses_id IS NOT NULL THEN
            SELECT * INTO o FROM finance_entry WHERE id = f.reverses_id;
        END IF;
        IF finance_fits(f, d, c, o) IS NOT TRUE THEN
            PERFORM finance_refuse_entry(f.project_id, f.sequence);
        END IF;
        RETURN NULL;
    END IF;

    PERFORM FROM finance_journal
    WHERE project_id IN (SELECT project_id FROM fresh) ORDER BY project_id FOR NO KEY UPDATE;

    -- EXECUTE plans for the rows at hand; a plan kept from a small load would be a disaster for a large one.
    EXECUTE $set$
        SELECT n.project_id, n.sequence
        FROM (
            SELECT project_id, sequence, previous_hash,
                lag(sequence) OVER w AS sequence_before, lag(hash) OVER w AS hash_before
            FROM fresh WINDOW w AS (PARTITION BY project_id ORDER BY sequence)
        ) n
        LEFT JOIN finance_journal j ON j.project_id = n.project_id
        WHERE n.sequence IS DISTINCT FROM coalesce(n.sequence_before, j.sequence) + 1
            OR n.previous_hash IS DISTINCT FROM coalesce(n.hash_before, j.head_hash)
        UNION ALL
        SELECT e.project_id, e.sequence
        FROM fresh e
        LEFT JOIN finance_account d ON d.id = e.debit_id
        LEFT JOIN finance_account c ON c.id = e.credit_id
        LEFT JOIN finance_entry o ON o.id = e.reverses_id
        WHERE finance_fits(ROW(e.*)::finance_entry, d, c, o) IS NOT TRUE
        LIMIT 1
    $set$ INTO bad;
    IF bad.project_id IS NOT NULL THEN
        PERFORM finance_refuse_entry(bad.project_id, bad.sequence);
    END IF;

    EXECUTE $set$
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
        WHERE a.id = s.account_id
    $set$;
    EXECUTE $set$
        UPDATE finance_journal j
        SET sequence = s.sequence, head_hash = s.hash
        FROM (
            SELECT DISTINCT ON (project_id) project_id, sequence, hash
            FROM fresh ORDER BY project_id, sequence DESC
        ) s
        WHERE j.project_id = s.project_id
    $set$;
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
DECLARE
    number_now text;
BEGIN
    -- Locked, so that the number cannot change beside the first entry that hashes it.
    SELECT number INTO number_now FROM lifecycle_project WHERE id = NEW.project_id FOR KEY SHARE;
    IF NEW.sequence <> 0 OR NEW.head_hash IS DISTINCT FROM finance_genesis(number_now) THEN
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
