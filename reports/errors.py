"""What a report cannot be drawn up of."""

from __future__ import annotations

from lifecycle.errors import Conflict


class NothingToReport(Conflict):
    """What the report would be about is not there, or not so far yet; the sentence says why."""

    code = "nothing_to_report"
