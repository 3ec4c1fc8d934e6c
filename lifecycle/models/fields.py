"""Field shapes that several models share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Now

EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 1, 1)
"""Days of business lie between these two; anything else is a slip of the pen."""

ZERO = Decimal("0.00")


def money(verbose_name: Any, **options: Any) -> models.DecimalField:
    """Yuan with two places, numeric(18,2)."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=2, **options)


def recorded_at() -> models.DateTimeField:
    """Since when the row reads as it does now; set by the database at every change."""
    return models.DateTimeField(db_default=Now(), editable=False)


def sane_day(field: str, name: str) -> models.CheckConstraint:
    """The claim that a day of business lies between EARLIEST and LATEST."""
    within = models.Q(**{f"{field}__gte": EARLIEST, f"{field}__lt": LATEST})
    return models.CheckConstraint(condition=models.Q(**{f"{field}__isnull": True}) | within, name=name)
