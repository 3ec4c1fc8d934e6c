"""The address printed on issued reports: where a digest is told genuine, long after the one who pressed is gone."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def check_url(digest: str) -> str:
    """The absolute address of the check page for a digest."""
    return f"{settings.SITE_URL}{reverse('genuine', args=[digest])}"
