"""What the rows said before they were changed, kept by the database itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FactVersion(models.Model):
    """A row of a fact table as it read from `valid_from` until `valid_until`.

    Written by triggers at every UPDATE and DELETE, never by the program; appended only. With the
    rows that stand now it answers what was known at any instant.
    """

    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    project_id = models.BigIntegerField(null=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    changed_by = models.CharField(max_length=100, blank=True)
    content = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["table_name", "valid_until"], name="fact_version_by_table"),
            models.Index(fields=["project_id", "-valid_until"], name="fact_version_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} until {self.valid_until:%F %T}"


class ProjectStamp(models.Model):
    """Counts up whenever a fact about the project changes, so that kept answers know when they are stale.

    Moved by triggers on the fact tables; entries of the journal count by their own sequence.
    """

    project_id = models.BigIntegerField(primary_key=True)
    stamp = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.stamp}"
