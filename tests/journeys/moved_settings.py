"""Settings of workers whose clock a test moves: as in the tests of the engines, with the time that a file says."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from tests.backend.jobs.settings import *

_ahead = Path(os.environ["CLOCK_AHEAD"])
"""By how many seconds the clock is ahead of the real one; below zero, behind."""

_real = timezone.now


def _moved() -> datetime:
    return _real() + timedelta(seconds=float(_ahead.read_text()))


timezone.now = _moved
