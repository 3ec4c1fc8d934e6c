"""What may be wrong with what was said: gathered by field, refused all at once."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lifecycle.errors import Invalid
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.wording import CONTROL


class Faults(dict[str, str]):
    """Sentences by field; the first of a field stays."""

    def say(self, field: str, sentence: str) -> None:
        self.setdefault(field, sentence)

    def text(self, field: str, text: str, *, limit: int, is_required: bool = True) -> str:
        """The text without the spaces around it; a fault when empty, too long, or with control signs."""
        kept = text.strip()
        if not kept and is_required:
            self.say(field, _("请填写。"))
        elif len(kept) > limit:
            self.say(field, _("最多 %(limit)d 个字。") % {"limit": limit})
        elif CONTROL.search(kept):
            self.say(field, _("不能含有控制字符。"))
        return kept

    def day(
        self,
        field: str,
        day: date,
        *,
        today: date | None = None,
        since: date | None = None,
        after: str | Promise = "",
    ) -> None:
        """A fault when the day is no day of business, lies after `today`, or before `since`, which `after` names."""
        if not EARLIEST <= day < LATEST:
            self.say(field, _("日期应在 2000 年至 2099 年之间。"))
        elif today is not None and day > today:
            self.say(field, _("日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()})
        elif since is not None and day < since:
            self.say(
                field,
                _("日期不能早于%(after)s（%(since)s）。") % {"after": after, "since": since.isoformat()},
            )

    def refuse(self) -> None:
        """Raises Invalid, naming every field, unless nothing is wrong."""
        if self:
            raise Invalid(" ".join(dict.fromkeys(self.values())), details=dict(self))
