"""Field shapes that several models share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django_fsm import FSMField

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


class WithArrows(models.Model):
    """A model whose protected state changes by its transitions alone, yet can be read anew.

    django-fsm's own mixin lifts the protection for the whole process while it reads.
    """

    class Meta:
        abstract = True

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        """As Django's; the states are read by a query of their own."""
        states = {
            field.attname
            for field in self._meta.concrete_fields
            if isinstance(field, FSMField) and field.protected
        }
        wanted = states if fields is None else states & set(fields)
        others = [
            field.attname
            for field in self._meta.concrete_fields
            if field.attname not in states and field.attname not in self.get_deferred_fields()
        ]
        left = others if fields is None else [name for name in fields if name not in states]
        if left:
            super().refresh_from_db(using=using, fields=left, from_queryset=from_queryset)
        if wanted:
            manager = type(self)._base_manager.using(using or self._state.db or "default")
            self.__dict__.update(manager.values(*wanted).get(pk=self.pk))
