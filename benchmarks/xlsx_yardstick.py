"""Yardstick: a ledger by COPY to polars, and by rust_xlsxwriter's wheel to a file. Called by others.py."""

from __future__ import annotations

import io
import json
import sys
import time
from datetime import date

import polars  # type: ignore[import-not-found]
import psycopg
from rustpy_xlsxwriter import FastExcel  # type: ignore[import-not-found]

QUERY = """
    COPY (
        SELECT e.sequence, e.day, e.recorded_at::text, e.kind, e.source, e.category, d.name AS debit,
            c.name AS credit, e.amount, e.voucher, e.invoice, e.counterparty, e.memo, e.previous_hash, e.hash
        FROM finance_entry e
        JOIN finance_account d ON d.id = e.debit_id
        JOIN finance_account c ON c.id = e.credit_id
        WHERE e.project_id = {project} ORDER BY e.sequence
    ) TO STDOUT (FORMAT csv, HEADER)
"""


def main() -> None:
    connection = psycopg.connect(**json.loads(sys.argv[1]), autocommit=True)
    for line in sys.stdin:
        task = json.loads(line)
        began = time.perf_counter()
        rows = io.BytesIO()
        with connection.cursor().copy(QUERY.format(project=int(task["project"]))) as copy:
            for piece in copy:
                rows.write(piece)
        rows.seek(0)
        frame = polars.read_csv(
            rows, schema_overrides={"invoice": polars.String, "voucher": polars.String}, try_parse_dates=True
        )
        assert isinstance(frame["day"][0], date)
        FastExcel(task["path"]).format(float_format="#,##0.00").sheet("ledger", frame).save()
        print(time.perf_counter() - began, flush=True)


main()
