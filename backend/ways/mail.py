"""The mail that carries a digest, and the connection to the mail server over which a round of them goes out."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
from dataclasses import dataclass
from datetime import date, datetime
from email.charset import BASE64, Charset
from email.headerregistry import Address
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.ways.contents import Contents, absolute, contents_of, language_of
from lifecycle.models import Digest
from lifecycle.parties.models import Person
from lifecycle.wording import CONTROL, shortened

ROWS_MOST = 100
"""How many messages a mail tells one by one; of the rest it gives the number."""

SUBJECT_LENGTH = 100
ERROR_LENGTH = 500
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


_SEVEN_BIT: Any = Charset("utf-8")
_SEVEN_BIT.body_encoding = BASE64
"""Chinese in signs that every mail server on the way passes on as they are."""


class CannotBeWritten(Exception):
    """No mail can be made for this person: the address is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt. error: what the other side said, empty when it took the mail.

    is_bounced: the address takes no mail. is_final: it would go wrong the same way again. is_down: there is no
    connection to the server, so it was not about this mail. is_broken: it broke off in the middle of this one.
    """

    error: str = ""
    is_bounced: bool = False
    is_final: bool = False
    is_down: bool = False
    is_broken: bool = False


def has_server() -> bool:
    """Whether there is a mail server to send by."""
    return bool(settings.EMAIL_HOST) or settings.EMAIL_BACKEND != SMTP_BACKEND


def message_id(digest: UUID) -> str:
    """The same at every attempt, so that whoever gets a mail twice can tell."""
    return f"<{digest}@{_domain()}>"


def write(digest: Digest, person: Person, *, now: datetime) -> EmailMultiAlternatives:
    """The mail of a digest in the person's language: plain text and HTML; one query.

    Raises CannotBeWritten when the person's address is none.
    """
    address = _checked(person.email)
    with language_of(person.language):
        contents = contents_of(digest.pk, on=timezone.localdate(now), most=ROWS_MOST)
        name = _line(str(person))
        subject = subject_of(contents, is_urgent=digest.is_urgent, on=timezone.localdate(now))
        values: dict[str, Any] = {
            "name": name,
            "subject": subject,
            "opening": _opening(contents, is_urgent=digest.is_urgent),
            "contents": contents,
            "site": absolute("/"),
            "preferences": absolute(reverse("preferences")),
            "language": "en" if (translation.get_language() or "").startswith("en") else "zh-Hans",
        }
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("mail/digest.txt", values),
            from_email=_sender(),
            to=[formataddr((name, address))],
            reply_to=[settings.MAIL_REPLY_TO],
            headers=_headers(digest.pk, values["preferences"], values["language"], now),
        )
        mail.encoding = _SEVEN_BIT
        mail.attach_alternative(render_to_string("mail/digest.html", values), "text/html")
    return mail


def subject_of(contents: Contents, *, is_urgent: bool, on: date) -> str:
    """One line: what it is about where it is one matter, else how many."""
    one = _("待办提醒：%(title)s") % {"title": contents.entries[0].title}
    said = one if contents.count == 1 else _count(contents, on)
    return shortened(_("【紧急】%(said)s") % {"said": said} if is_urgent else said, SUBJECT_LENGTH)


def _count(contents: Contents, on: date) -> str:
    return ngettext("%(count)d 项待办提醒（%(on)s）", "%(count)d 项待办提醒（%(on)s）", contents.count) % {
        "count": contents.count,
        "on": on.isoformat(),
    }


def _opening(contents: Contents, *, is_urgent: bool) -> str:
    count, late = contents.count, contents.late
    said = ngettext("您有 %(count)d 项待办事项", "您有 %(count)d 项待办事项", count) % {"count": count}
    if is_urgent:
        said = ngettext("您有 %(count)d 项紧急事项", "您有 %(count)d 项紧急事项", count) % {"count": count}
    if late:
        return _("%(said)s，其中 %(late)d 项已逾期。") % {"said": said, "late": late}
    return _("%(said)s。") % {"said": said}


def _headers(digest: UUID, preferences: str, language: str, now: datetime) -> dict[str, str]:
    return {
        "Message-ID": message_id(digest),
        "Date": format_datetime(timezone.localtime(now)),
        "List-Id": f"<reminders.{_domain()}>",
        "List-Unsubscribe": f"<{preferences}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": language,
    }


def _sender() -> str:
    """The address of MAIL_FROM under the name of the system, unless a name is set with it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or _("集群试点项目"), address))


def _domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _line(text: str) -> str:
    return shortened(CONTROL.sub("", text), 60)


def _checked(email: str) -> str:
    """The address, where it is one that a mail server can be told."""
    try:
        Address(addr_spec=email)
    except Exception as error:
        raise CannotBeWritten(_("“%(email)s”不是邮件地址。") % {"email": _line(email)}) from error
    if not re.fullmatch(r"[\x21-\x7e]+@[^@\s\x00-\x20]+", email):
        raise CannotBeWritten(_("“%(email)s”不是邮件地址。") % {"email": _line(email)})
    return email


class Post:
    """The connection to the mail server, opened with the first mail and used for the next ones.

    Runs in a thread of its own and touches no database. `abort` from another thread ends what hangs.
    """

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, mail: EmailMultiAlternatives) -> Outcome:
        """Hand one mail over. Whatever goes wrong is told, nothing is raised."""
        try:
            if self._connection is None:
                connection = get_connection(fail_silently=False)
                connection.open()
                self._connection = connection
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(_said(error), is_down=True)
        try:
            self._connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refused:
            code = max((answer[0] for answer in refused.recipients.values()), default=0)
            self.close()
            return Outcome(_said(refused), is_bounced=_is_for_good(code))
        except smtplib.SMTPDataError as error:
            self.close()
            return Outcome(_said(error), is_final=_is_for_good(error.smtp_code))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(_said(error), is_broken=True)
        except (ValueError, UnicodeError) as error:
            self.close()
            return Outcome(_said(error), is_final=True)
        return Outcome()

    def close(self) -> None:
        """Say good-bye where the server still listens."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.close()

    def abort(self) -> None:
        """Cut the line, so that the thread that waits for an answer goes on at once."""
        line = getattr(getattr(self._connection, "connection", None), "sock", None)
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _is_for_good(code: int) -> bool:
    return 500 <= code < 600


def _said(error: Exception) -> str:
    """What the server said, on one line, without what is no text."""
    said = str(error) or type(error).__name__
    return shortened(CONTROL.sub("", f"{type(error).__name__}: {said}"), ERROR_LENGTH)
