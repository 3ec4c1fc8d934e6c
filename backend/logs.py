"""What the program says of itself on standard error, without what nobody may read there."""

from __future__ import annotations

import logging
import re

_LINK = re.compile(r"(/(?:expert|calendar)/)[A-Za-z0-9_-]{20,}")


class WithoutPersonalLinks(logging.Filter):
    """Leaves the token out of every personal address, of an expert's page or somebody's calendar: whoever reads the log
    could judge, or look on, with it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/expert/" in said or "/calendar/" in said:
            record.msg, record.args = _LINK.sub(r"\1…", said), ()
        return True
