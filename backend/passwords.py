"""How long a password has to be, said in the reader's language; Django's own sentence has no Chinese yet."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """At least `min_length` signs."""

    def get_error_message(self) -> str:
        return _("密码太短，至少 %(length)d 位。") % {"length": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少 %(length)d 位。") % {"length": self.min_length}
