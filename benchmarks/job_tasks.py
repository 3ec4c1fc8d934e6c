"""A job that writes a row, declared as ours and as each engine would have it."""

from __future__ import annotations

from django.db import connection

from backend.jobs.celery import app
from lifecycle.jobs import Run, job


def write_row(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO yard.written (number) VALUES (%s)", [number])


@job("bench.write", title="写入")
def ours(run: Run, number: int) -> None:
    write_row(number)


@app.task(name="bench.write_row")
def bare(number: int) -> None:
    write_row(number)
