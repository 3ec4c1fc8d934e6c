"""Arguments that several commands read alike."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

from django.utils.translation import gettext as _


def day(text: str) -> date:
    """A calendar day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(_("日期“%(found)s”应写作 YYYY-MM-DD。") % {"found": text}) from None
