-- The one writer of the journal: finance_post and finance_reverse do lock, conditions, chain and log
-- in one round trip. Refusals come back as an outcome, so that an enclosing transaction stays usable.

CREATE FUNCTION finance_open_journal(p_project bigint) RETURNS finance_journal
LANGUAGE plpgsql AS $$
DECLARE
    head finance_journal;
BEGIN
    SELECT * INTO head FROM finance_journal WHERE project_id = p_project FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO finance_journal (project_id, sequence, head_hash)
        SELECT id, 0, finance_genesis(number) FROM lifecycle_project WHERE id = p_project FOR KEY SHARE
        ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM finance_journal WHERE project_id = p_project FOR NO KEY UPDATE;
    END IF;
    RETURN head;
END
$$;

-- The lowest end-of-day balance of an account from a day on, and the first day it is that low.
-- Reversed pairs drop out. Costs the entries after the day.
CREATE FUNCTION finance_lowest(p_account finance_account, p_from date, OUT lowest numeric, OUT lowest_on date)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_account.last_on IS NULL OR p_account.last_on <= p_from THEN
        lowest := p_account.balance;
        lowest_on := p_from;
        RETURN;
    END IF;
    WITH moved AS (
        SELECT e.id, e.day, CASE WHEN e.debit_id = p_account.id THEN e.amount ELSE -e.amount END AS amount
        FROM finance_entry e
        WHERE e.project_id = p_account.project_id AND e.day > p_from AND e.reverses_id IS NULL
            AND p_account.id IN (e.debit_id, e.credit_id)
    ), days AS (
        SELECT m.day, sum(m.amount) AS delta FROM moved m
        WHERE NOT EXISTS (SELECT 1 FROM finance_entry r WHERE r.reverses_id = m.id)
        GROUP BY m.day
    ), running AS (
        SELECT p_from AS day, p_account.balance - (SELECT coalesce(sum(delta), 0) FROM days) AS standing
        UNION ALL
        SELECT d.day, p_account.balance - coalesce(sum(d.delta) OVER later, 0) AS standing
        FROM days d
        WINDOW later AS (ORDER BY d.day ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    )
    SELECT r.standing, r.day INTO lowest, lowest_on FROM running r ORDER BY r.standing, r.day LIMIT 1;
END
$$;

-- The first day from p_from on whose end-of-day balance is below p_amount.
CREATE FUNCTION finance_first_short(p_account finance_account, p_from date, p_amount numeric) RETURNS date
LANGUAGE sql STABLE AS $$
    WITH days AS (
        SELECT m.day, sum(m.amount) AS delta FROM (
            SELECT e.id, e.day, CASE WHEN e.debit_id = p_account.id THEN e.amount ELSE -e.amount END AS amount
            FROM finance_entry e
            WHERE e.project_id = p_account.project_id AND e.day > p_from AND e.reverses_id IS NULL
                AND p_account.id IN (e.debit_id, e.credit_id)
        ) m
        WHERE NOT EXISTS (SELECT 1 FROM finance_entry r WHERE r.reverses_id = m.id)
        GROUP BY m.day
    ), running AS (
        SELECT p_from AS day, p_account.balance - (SELECT coalesce(sum(delta), 0) FROM days) AS standing
        UNION ALL
        SELECT d.day, p_account.balance
            - coalesce(sum(d.delta) OVER (ORDER BY d.day ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0)
        FROM days d
    )
    SELECT min(day) FROM running WHERE standing < p_amount
$$;

-- What a refusal for want of money tells: the amount available, and the first day it does not suffice.
CREATE FUNCTION finance_shortfall(
    p_account finance_account, p_role text, p_source text, p_from date, p_wanted numeric, p_lowest numeric
) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'account', finance_account_name(p_role, p_source, ''), 'holder', p_role, 'source', p_source,
        'available', greatest(p_lowest, 0)::numeric(18, 2)::text, 'wanted', p_wanted::numeric(18, 2)::text,
        'first_day', to_char(finance_first_short(p_account, p_from, p_wanted), 'YYYY-MM-DD'))
$$;

CREATE FUNCTION finance_shown(e finance_entry, p_debit text, p_credit text, p_reverses integer) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'id', e.id, 'sequence', e.sequence, 'on', to_char(e.day, 'YYYY-MM-DD'),
        'recorded_at', finance_instant(e.recorded_at),
        'kind', e.kind, 'source', e.source, 'category', e.category, 'debit', p_debit, 'credit', p_credit,
        'amount', e.amount::text, 'voucher', e.voucher, 'invoice', e.invoice, 'counterparty', e.counterparty,
        'memo', e.memo, 'reverses', p_reverses, 'previous_hash', e.previous_hash, 'hash', e.hash,
        'origin', e.origin, 'recorded_by', e.recorder_name)
$$;

CREATE FUNCTION finance_entry_shown(p_entry bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT finance_shown(e, d.name, c.name, o.sequence)
    FROM finance_entry e
    JOIN finance_account d ON d.id = e.debit_id
    JOIN finance_account c ON c.id = e.credit_id
    LEFT JOIN finance_entry o ON o.id = e.reverses_id
    WHERE e.id = p_entry
$$;

CREATE FUNCTION finance_post(
    p_project bigint, p_key text, p_kind text, p_source text, p_category text, p_day date, p_amount numeric,
    p_voucher text, p_invoice text, p_counterparty text, p_memo text,
    p_actor bigint, p_actor_name text, p_address text, p_recorded_at timestamptz,
    OUT outcome text, OUT detail jsonb
)
LANGUAGE plpgsql AS $$
DECLARE
    head finance_journal;
    known record;
    low record;
    credit finance_account;
    credit_role text := finance_credit_role(p_kind, p_source);
    debit_role text := finance_debit_role(p_kind);
    credit_name text := finance_account_name(credit_role, p_source, '');
    debit_name text := finance_account_name(debit_role, p_source, p_category);
    at timestamptz;
    mark text;
    written bigint;
BEGIN
    -- Lock first; what is read after that stays so until the end.
    head := finance_open_journal(p_project);
    at := coalesce(p_recorded_at, clock_timestamp());
    SELECT p.number, p.state, d.id AS debit_id, c.id AS credit_id, c.balance, c.last_on,
        k.id AS keyed_id, s.id AS same_id
    INTO known
    FROM lifecycle_project p
    LEFT JOIN finance_account d
        ON d.project_id = p.id AND d.role = debit_role AND d.source = p_source AND d.category = p_category
    LEFT JOIN finance_account c
        ON c.project_id = p.id AND c.role = credit_role AND c.source = p_source AND c.category = ''
    LEFT JOIN finance_entry k ON k.project_id = p_project AND k.key = p_key
    LEFT JOIN LATERAL (
        SELECT e.id FROM finance_entry e
        WHERE e.project_id = p_project AND finance_folded(e.voucher) = finance_folded(p_voucher)
            AND e.kind = p_kind AND e.source = p_source AND e.category = p_category
            AND finance_folded(e.invoice) = finance_folded(p_invoice) AND e.reverses_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM finance_entry r WHERE r.reverses_id = e.id)
        LIMIT 1
    ) s ON true
    WHERE p.id = p_project;

    IF known.keyed_id IS NOT NULL THEN
        SELECT CASE WHEN e.reverses_id IS NULL
            AND (e.kind, e.source, e.category, e.day, e.amount, e.voucher, e.invoice, e.counterparty, e.memo)
                = (p_kind, p_source, p_category, p_day, p_amount, p_voucher, p_invoice, p_counterparty, p_memo)
            THEN 'repeated' ELSE 'key_reused' END
        INTO outcome FROM finance_entry e WHERE e.id = known.keyed_id;
        detail := finance_entry_shown(known.keyed_id);
        RETURN;
    END IF;
    -- After an end no more fiscal money moves but back; what was misused is reversed and posted again to
    -- the unit's own money, so that stays open until a project is closed.
    IF known.state = 'closed' AND p_kind NOT IN ('退回', '园区退回')
        OR known.state IN ('terminated', 'revoked') AND p_kind NOT IN ('退回', '园区退回')
            AND p_source IN ('省拨款', '园区配套')
        OR known.state = 'suspended' AND p_kind IN ('拨付单位', '直接拨付') THEN
        outcome := 'stage_forbids';
        detail := jsonb_build_object('state', known.state, 'kind', p_kind);
        RETURN;
    END IF;
    IF known.same_id IS NOT NULL THEN
        outcome := 'already_posted';
        detail := finance_entry_shown(known.same_id);
        RETURN;
    END IF;
    IF credit_role IN ('park', 'unit') THEN
        credit.id := known.credit_id;
        credit.project_id := p_project;
        credit.balance := coalesce(known.balance, 0);
        credit.last_on := known.last_on;
        SELECT * INTO low FROM finance_lowest(credit, p_day);
        IF low.lowest < p_amount THEN
            outcome := 'insufficient';
            detail := finance_shortfall(credit, credit_role, p_source, p_day, p_amount, low.lowest);
            RETURN;
        END IF;
    END IF;

    IF known.credit_id IS NULL THEN
        INSERT INTO finance_account (project_id, role, source, category, name, balance)
        VALUES (p_project, credit_role, p_source, '', credit_name, 0) RETURNING id INTO known.credit_id;
    END IF;
    IF known.debit_id IS NULL THEN
        INSERT INTO finance_account (project_id, role, source, category, name, balance)
        VALUES (p_project, debit_role, p_source, p_category, debit_name, 0) RETURNING id INTO known.debit_id;
    END IF;
    IF p_invoice <> '' AND p_kind = '支出' THEN
        PERFORM finance_touch_sharers(p_project, p_invoice);
    END IF;
    mark := finance_hash(finance_body(head.sequence + 1, p_day, at, p_kind, p_source, p_category, debit_name,
        credit_name, p_amount, p_voucher, p_invoice, p_counterparty, p_memo, NULL), head.head_hash);
    INSERT INTO finance_entry (
        project_id, sequence, day, recorded_at, kind, source, category, debit_id, credit_id, amount,
        voucher, invoice, counterparty, memo, previous_hash, hash, key, origin, recorded_by, recorder_name)
    VALUES (
        p_project, head.sequence + 1, p_day, at, p_kind, p_source, p_category, known.debit_id,
        known.credit_id, p_amount, p_voucher, p_invoice, p_counterparty, p_memo, head.head_hash, mark, p_key,
        'live', p_actor, p_actor_name)
    RETURNING id INTO written;
    INSERT INTO parties_securityevent (at, actor_id, actor_name, address, act, subject, details)
    VALUES (at, p_actor, p_actor_name, p_address, 'post_entry', known.number,
        jsonb_build_object('sequence', head.sequence + 1, 'kind', p_kind, 'source', p_source,
            'amount', p_amount::text, 'voucher', p_voucher));
    outcome := 'posted';
    detail := jsonb_build_object(
        'id', written, 'sequence', head.sequence + 1, 'on', to_char(p_day, 'YYYY-MM-DD'),
        'recorded_at', finance_instant(at), 'kind', p_kind, 'source', p_source, 'category', p_category,
        'debit', debit_name, 'credit', credit_name, 'amount', p_amount::numeric(18, 2)::text,
        'voucher', p_voucher, 'invoice', p_invoice, 'counterparty', p_counterparty, 'memo', p_memo,
        'reverses', NULL, 'previous_hash', head.head_hash, 'hash', mark, 'origin', 'live',
        'recorded_by', p_actor_name);
END
$$;

-- Other projects that carry the invoice: their FIN-11 may change with this one. The lock on the
-- invoice lets two projects that post it at once see each other.
CREATE FUNCTION finance_touch_sharers(p_project bigint, p_invoice text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_invoice, 11));
    UPDATE lifecycle_projectstamp SET stamp = stamp + 1
    WHERE project_id IN (
        SELECT project_id FROM finance_entry
        WHERE invoice = p_invoice AND invoice <> '' AND project_id <> p_project);
END
$$;

CREATE FUNCTION finance_reverse(
    p_project bigint, p_sequence integer, p_key text, p_day date, p_memo text,
    p_actor bigint, p_actor_name text, p_address text, p_recorded_at timestamptz,
    OUT outcome text, OUT detail jsonb
)
LANGUAGE plpgsql AS $$
DECLARE
    head finance_journal;
    original finance_entry;
    before finance_entry;
    written finance_entry;
    debit finance_account;
    credit finance_account;
    project record;
    low record;
    at timestamptz;
BEGIN
    head := finance_open_journal(p_project);
    at := coalesce(p_recorded_at, clock_timestamp());
    SELECT * INTO original FROM finance_entry WHERE project_id = p_project AND sequence = p_sequence;
    IF NOT FOUND THEN
        outcome := 'not_found';
        RETURN;
    END IF;
    IF p_key IS NOT NULL THEN
        SELECT * INTO before FROM finance_entry WHERE project_id = p_project AND key = p_key;
        IF FOUND THEN
            outcome := CASE WHEN before.reverses_id = original.id AND before.day = p_day AND before.memo = p_memo
                THEN 'repeated' ELSE 'key_reused' END;
            detail := finance_entry_shown(before.id);
            RETURN;
        END IF;
    END IF;
    IF original.reverses_id IS NOT NULL THEN
        outcome := 'is_a_reversal';
        detail := finance_entry_shown(original.id);
        RETURN;
    END IF;
    SELECT * INTO before FROM finance_entry WHERE reverses_id = original.id;
    IF FOUND THEN
        outcome := 'already_reversed';
        detail := finance_entry_shown(before.id);
        RETURN;
    END IF;
    SELECT number, state INTO project FROM lifecycle_project WHERE id = p_project;
    IF project.state = 'closed' THEN
        outcome := 'stage_forbids';
        detail := jsonb_build_object('state', project.state, 'kind', original.kind);
        RETURN;
    END IF;
    IF p_day < original.day THEN
        outcome := 'before_the_entry';
        detail := finance_entry_shown(original.id);
        RETURN;
    END IF;
    SELECT * INTO debit FROM finance_account WHERE id = original.credit_id;
    SELECT * INTO credit FROM finance_account WHERE id = original.debit_id;
    -- The pair drops out of every sum, from the day of the original on.
    IF credit.role IN ('park', 'unit') THEN
        SELECT * INTO low FROM finance_lowest(credit, original.day);
        IF low.lowest < original.amount THEN
            outcome := 'insufficient';
            detail := finance_shortfall(credit, credit.role, original.source, original.day, original.amount,
                low.lowest);
            RETURN;
        END IF;
    END IF;
    IF original.invoice <> '' AND original.kind = '支出' THEN
        PERFORM finance_touch_sharers(p_project, original.invoice);
    END IF;
    INSERT INTO finance_entry (
        project_id, sequence, day, recorded_at, kind, source, category, debit_id, credit_id, amount,
        voucher, invoice, counterparty, memo, reverses_id, previous_hash, hash, key, origin, recorded_by,
        recorder_name)
    VALUES (
        p_project, head.sequence + 1, p_day, at, original.kind, original.source, original.category, debit.id,
        credit.id, original.amount, original.voucher, original.invoice, original.counterparty, p_memo,
        original.id, head.head_hash,
        finance_hash(finance_body(head.sequence + 1, p_day, at, original.kind, original.source,
            original.category, debit.name, credit.name, original.amount, original.voucher, original.invoice,
            original.counterparty, p_memo, original.sequence), head.head_hash),
        p_key, 'live', p_actor, p_actor_name)
    RETURNING * INTO written;
    INSERT INTO parties_securityevent (at, actor_id, actor_name, address, act, subject, details)
    VALUES (at, p_actor, p_actor_name, p_address, 'reverse_entry', project.number,
        jsonb_build_object('sequence', written.sequence, 'reverses', original.sequence,
            'amount', original.amount::text, 'memo', p_memo));
    outcome := 'posted';
    detail := finance_shown(written, debit.name, credit.name, original.sequence);
END
$$;
