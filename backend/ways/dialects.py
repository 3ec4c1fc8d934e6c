"""What each receiver of a webhook understands: how a digest is written for it, signed, and how it says that it failed.

A name out of the facts is never markup here: signs that a chat reads as such are written in their full-width form, so
that a milestone can be called anything without making a link, calling everybody or looking like words of ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.ways.contents import Contents, Entry, absolute
from backend.ways.guard import Reply
from lifecycle.models import Dialect
from lifecycle.wording import CONTROL, shortened

WECOM_BYTES = 4096
DINGTALK_BYTES = 15_000
FEISHU_BYTES = 15_000
"""The most that a message may measure. Source: 企业微信 markdown 4096 bytes; 钉钉 and 飞书 20 KB a request, of which
escapes in JSON take their part."""

ERROR_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Parcel:
    """A digest that is ready to be sent, whoever receives it. head: its first line."""

    delivery: UUID
    organisation: str
    head: str
    contents: Contents
    now: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent to which address."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Dialect:
    write: Callable[[str, str, Parcel], Call]
    fault: Callable[[Any], str]


def write(dialect: str, url: str, secret: str, parcel: Parcel) -> Call:
    """The call that tells the parcel in the dialect, in the active language."""
    return _DIALECTS[dialect].write(url, secret, parcel)


def fault_of(dialect: str, reply: Reply) -> str:
    """What the receiver says went wrong; empty when it took the message.

    Anything but 2xx is a failure, a redirect too; so is a code of its own that is not 0, or an answer of a work chat
    that gives none.
    """
    if not 200 <= reply.status < 300:
        return f"HTTP {reply.status}"
    if dialect == Dialect.JSON:
        return ""
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        return _("对方的答复无法识别。")
    return _DIALECTS[dialect].fault(answer)


def plain(text: str) -> str:
    """The text with every sign that some chat reads as markup, mention or address in a form that none does."""
    text = _DOT.sub("．", CONTROL.sub("", text).replace("://", "：//"))
    return " ".join(text.translate(_HARMLESS).split())


_HARMLESS = str.maketrans("<>[]()*_`~#@!|\\&{}", "＜＞［］（）＊＿｀～＃＠！｜＼＆｛｝")
_DOT = re.compile(r"(?<=[A-Za-z0-9-])\.(?=[A-Za-z])")
"""The dot of a name of a host, which some chats make a link of."""


def _json(url: str, secret: str, parcel: Parcel) -> Call:
    """Everything, exact. The signature covers the instant, the delivery's number and the body."""
    contents = parcel.contents
    body = _dumped(
        {
            "id": str(parcel.delivery),
            "organisation": parcel.organisation,
            "text": parcel.head,
            "count": contents.count,
            "messages": [_as_json(entry) for entry in contents.entries],
        }
    )
    at = str(int(parcel.now.timestamp()))
    signed = f"{at}.{parcel.delivery}.".encode() + body
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    headers = {
        "X-Pilot-Delivery": str(parcel.delivery),
        "X-Pilot-Timestamp": at,
        "X-Pilot-Signature": f"sha256={signature}",
    }
    return Call(url, body, _HEADERS | headers)


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "title": entry.title,
        "text": entry.sentence,
        "project": entry.number,
        "project_name": entry.project,
        "due_on": entry.due_on.isoformat(),
        "days": entry.days,
        "step": entry.step,
        "url": entry.url,
    }


def _wecom(url: str, secret: str, parcel: Parcel) -> Call:
    """Markdown of 企业微信; the key in the address is all its security."""
    text = _markdown(parcel, WECOM_BYTES, line="\n")
    return Call(url, _dumped({"msgtype": "markdown", "markdown": {"content": text}}), dict(_HEADERS))


def _dingtalk(url: str, secret: str, parcel: Parcel) -> Call:
    """Markdown of 钉钉, signed in the address: base64 of HMAC-SHA256 over `milliseconds\\nsecret`."""
    at = str(int(parcel.now.timestamp() * 1000))
    if secret:
        sign = base64.b64encode(
            hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
        )
        url += f"{'&' if '?' in url else '?'}timestamp={at}&sign={quote_plus(sign)}"
    message = {
        "msgtype": "markdown",
        "markdown": {
            "title": shortened(plain(parcel.head), 60),
            "text": _markdown(parcel, DINGTALK_BYTES, line="\n\n"),
        },
        "at": {"isAtAll": False},
    }
    return Call(url, _dumped(message), dict(_HEADERS))


def _feishu(url: str, secret: str, parcel: Parcel) -> Call:
    """Rich text of 飞书, signed in the body: base64 of HMAC-SHA256 of nothing under the key `seconds\\nsecret`."""
    rows: list[list[dict[str, str]]] = []
    room = FEISHU_BYTES
    shown = 0
    for entry in parcel.contents.entries:
        row = [
            {"tag": "a", "text": plain(entry.title), "href": entry.url},
            {"tag": "text", "text": f" {plain(entry.sentence)} {plain(_project(entry))}"},
        ]
        room -= len(_dumped(row)) + 1
        if room < 0:
            break
        rows.append(row)
        shown += 1
    others = parcel.contents.count - shown
    if others:
        rows.append([{"tag": "a", "text": _others(others), "href": absolute("/")}])
    post = {"zh_cn": {"title": plain(parcel.head), "content": rows or [[{"tag": "text", "text": " "}]]}}
    message: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
    if secret:
        at = str(int(parcel.now.timestamp()))
        digest = hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()
        message |= {"timestamp": at, "sign": base64.b64encode(digest).decode()}
    return Call(url, _dumped(message), dict(_HEADERS))


def _markdown(parcel: Parcel, most: int, *, line: str) -> str:
    """As many entries as fit into `most` bytes, then how many there are besides."""
    text = f"**{plain(parcel.head)}**"
    room = most - len(text.encode()) - 200
    shown = 0
    for entry in parcel.contents.entries:
        said = (
            f"{line}> [{plain(entry.title)}]({entry.url}){line}> {plain(entry.sentence)}"
            f"{line}> {plain(_project(entry))}{line}"
        )
        room -= len(said.encode())
        if room < 0:
            break
        text += said
        shown += 1
    others = parcel.contents.count - shown
    return f"{text}{line}[{_others(others)}]({absolute('/')})" if others else text


def _project(entry: Entry) -> str:
    return _("项目：%(number)s %(project)s") % {"number": entry.number, "project": entry.project}


def _others(count: int) -> str:
    return ngettext(
        "另有 %(count)d 项未列出，请登录系统查看。", "另有 %(count)d 项未列出，请登录系统查看。", count
    ) % {"count": count}


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _fault_by(*names: tuple[str, str]) -> Callable[[Any], str]:
    """How a receiver says that it failed: a code under one of the names, with its words under the other."""

    def fault(answer: Any) -> str:
        if isinstance(answer, dict):
            for code, words in names:
                if code in answer:
                    if answer[code] == 0 and not isinstance(answer[code], bool):
                        return ""
                    said = f"{code} {answer[code]}: {answer.get(words, '')}"
                    return shortened(CONTROL.sub("", said), ERROR_LENGTH)
        return _("对方的答复无法识别。")

    return fault


_HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "cluster-pilot"}

_DIALECTS: dict[str, _Dialect] = {
    Dialect.JSON: _Dialect(_json, lambda answer: ""),
    Dialect.WECOM: _Dialect(_wecom, _fault_by(("errcode", "errmsg"))),
    Dialect.DINGTALK: _Dialect(_dingtalk, _fault_by(("errcode", "errmsg"))),
    # 飞书 answers `code`, and an older receiver `StatusCode`.
    Dialect.FEISHU: _Dialect(_feishu, _fault_by(("code", "msg"), ("StatusCode", "StatusMessage"))),
}
