"""How values travel: JSON read exactly, and the texts of a query string read with their faults named."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, ClassVar

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.fields import empty
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.utils.mediatypes import media_type_matches

from lifecycle.errors import Invalid
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.wording import CONTROL, about, listed

LARGEST_BODY = 1024 * 1024
"""Bytes of a JSON body; what comes as a file has a limit of its own."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,4})?", re.ASCII)
_AMOUNT = re.compile(r"\d{1,16}(\.\d{1,2})?", re.ASCII)


class OneShape(BaseContentNegotiation):
    """Answers in the shape of the address, whatever Accept says; a body is taken only in its own."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return next(
            (parser for parser in parsers if media_type_matches(parser.media_type, request.content_type)),
            None,
        )

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class ExactEncoder(JSONEncoder):
    """Writes amounts as texts with two decimals, never as floats."""

    def default(self, obj: Any) -> Any:
        if isinstance(obj, Decimal):
            return f"{obj:.2f}"
        return super().default(obj)


class ExactJSONRenderer(JSONRenderer):
    encoder_class = ExactEncoder


class ExactJSONParser(JSONParser):
    """JSON whose numbers never pass through a float, of a size and depth that cannot hurt."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise ParseError(_("请求正文超过 %(limit)d 字节。") % {"limit": LARGEST_BODY})
        try:
            "".encode(encoding)  # a codec that is not of text is refused here
            text = codecs.decode(raw, encoding)
            return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, LookupError, RecursionError) as error:
            raise ParseError(_("请求正文不是有效的 JSON。")) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


class Shape(serializers.Serializer[Any]):
    """What a request or an answer holds."""

    default_error_messages: ClassVar = {"invalid": gettext_lazy("应为一个 JSON 对象；收到的是：{datatype}。")}

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation({} if data is None else data)


class TextField(serializers.CharField):
    """A text without the signs that no text has."""

    default_error_messages: ClassVar = {
        "required": gettext_lazy("请填写。"),
        "null": gettext_lazy("请填写。"),
        "blank": gettext_lazy("请填写。"),
        "invalid": gettext_lazy("应为文本。"),
        "max_length": gettext_lazy("最多 {max_length} 个字。"),
        "control": gettext_lazy("不能含有控制字符。"),
    }

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if CONTROL.search(text):
            self.fail("control")
        return text


@extend_schema_field({"type": "string", "pattern": r"^\d{1,16}(\.\d{1,2})?$", "example": "1234.50"})
class AmountField(serializers.Field[Decimal, Any, str, Any]):
    """Yuan: a text such as "1234.50", or a JSON number read exactly; two decimals at most, above zero."""

    default_error_messages: ClassVar = {
        "required": gettext_lazy("请填写。"),
        "null": gettext_lazy("请填写。"),
        "invalid": gettext_lazy('应为大于零、最多两位小数的金额（元），如 "1234.50"；收到的是：{found}。'),
    }

    may_be_zero = False

    def to_internal_value(self, data: Any) -> Decimal:
        text = ""
        if isinstance(data, str):
            text = data.strip()
        elif isinstance(data, Decimal) or (isinstance(data, int) and not isinstance(data, bool)):
            text = f"{Decimal(data):f}" if -20 < Decimal(data).adjusted() < 20 else ""
        if not _AMOUNT.fullmatch(text) or not (Decimal(text) or self.may_be_zero):
            self.fail("invalid", found=shortened(data))
        return Decimal(text).quantize(Decimal("0.01"))

    def to_representation(self, value: Decimal) -> str:
        return f"{value:.2f}"


class ZeroAmountField(AmountField):
    """Yuan, as AmountField, but zero too."""

    default_error_messages: ClassVar = {
        "invalid": gettext_lazy('应为不小于零、最多两位小数的金额（元），如 "0.00"；收到的是：{found}。'),
    }
    may_be_zero = True


@extend_schema_field({"type": "string", "format": "date"})
class DayField(serializers.Field[date, Any, str, Any]):
    """A calendar day, YYYY-MM-DD, from 2000 to 2099."""

    default_error_messages: ClassVar = {
        "required": gettext_lazy("请填写。"),
        "null": gettext_lazy("请填写。"),
        "invalid": gettext_lazy("应为 YYYY-MM-DD 的日期（2000–2099 年）；收到的是：{found}。"),
    }

    def to_internal_value(self, data: Any) -> date:
        day = day_in(data) if isinstance(data, str) else None
        if day is None:
            self.fail("invalid", found=shortened(data))
        return day

    def to_representation(self, value: date) -> str:
        return value.isoformat()


def day_in(text: str) -> date | None:
    """The day that the text says as YYYY-MM-DD; None when it says none between 2000 and 2099."""
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day < LATEST else None


def shortened(found: Any) -> str:
    """What was sent, as far as it helps to recognise it."""
    text = str(found) if isinstance(found, str | int | Decimal) else repr(found)
    return text if len(text) <= 50 else text[:49] + "…"


def both_ways(columns: Iterable[str]) -> list[str]:
    """What `ordering` may be: each column, and turned round."""
    return [sign + column for column in columns for sign in ("", "-")]


class Query:
    """The texts of a query string, read one by one; `done` refuses all faults and unknown names at once.

    So a misspelt filter is never taken for "no filter".
    """

    def __init__(self, parameters: QueryDict) -> None:
        self._parameters = parameters
        self._known: set[str] = set()
        self._faults: dict[str, str] = {}

    def text(self, name: str, *, longest: int = 200) -> str:
        """The text, trimmed; empty when it was not given."""
        text = self._take(name).strip()
        if "\x00" in text or len(text) > longest:
            self._fault(name, text, _("不超过 %(limit)d 个字的文本") % {"limit": longest})
            return ""
        return text

    def texts(self, name: str, allowed: Iterable[str] | None = None) -> list[str]:
        """Every text given under the name, each one of `allowed`."""
        self._known.add(name)
        wanted = None if allowed is None else list(allowed)
        texts = [text.strip() for text in self._parameters.getlist(name) if text.strip()]
        for text in texts:
            if "\x00" in text or len(text) > 200:
                self._fault(name, text, _("不超过 %(limit)d 个字的文本") % {"limit": 200})
            elif wanted is not None and text not in wanted:
                self._fault(name, text, listed(wanted))
        return texts if name not in self._faults else []

    def choice(self, name: str, allowed: Iterable[str], *, default: str = "") -> str:
        text = self._take(name).strip()
        if not text:
            return default
        wanted = list(allowed)
        if text not in wanted:
            self._fault(name, text, listed(wanted))
            return default
        return text

    def day(self, name: str) -> date | None:
        """The day; None when it was not given."""
        text = self._take(name).strip()
        if not text:
            return None
        day = day_in(text)
        if day is None:
            self._fault(name, text, _("YYYY-MM-DD 的日期（2000–2099 年）"))
        return day

    def instant(self, name: str) -> datetime | None:
        """The instant, with its offset; None when it was not given."""
        # An offset's plus sign, written as it stands, arrives as a space.
        text = self._take(name).strip().replace(" ", "+")
        if not text:
            return None
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            instant = datetime.min  # noqa: DTZ901 - without an offset it is refused below
        if instant.tzinfo is None or not EARLIEST.year <= instant.year < LATEST.year:
            self._fault(name, text, _("带时区的 ISO 8601 时刻，如 2026-11-21T09:00:00+08:00"))
            return None
        return instant

    def moment(self, today: date) -> tuple[date, datetime | None]:
        """`on` and `known_at`; without a day that of the instant, and without either today."""
        on, known_at = self.day("on"), self.instant("known_at")
        return on or (timezone.localdate(known_at) if known_at else today), known_at

    def count(self, name: str, *, default: int, largest: int) -> int:
        """A whole number from 1 to `largest`."""
        text = self._take(name).strip()
        if not text:
            return default
        number = int(text) if _COUNT.fullmatch(text) else 0
        if not 1 <= number <= largest:
            self._fault(name, text, _("1 至 %(largest)d 的整数") % {"largest": largest})
            return default
        return number

    def counts(self, name: str) -> list[int]:
        """Every whole number given under the name, each from 1."""
        found = []
        for text in self.texts(name):
            if not (_COUNT.fullmatch(text) and int(text)):
                self._fault(name, text, _("从 1 起的整数"))
                return []
            found.append(int(text))
        return found

    def number(self, name: str) -> Decimal | None:
        """A number, zero or above, of four decimals at most; None when it was not given."""
        text = self._take(name).strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self._fault(name, text, _("不小于零、最多四位小数的数字"))
            return None
        return Decimal(text)

    def done(self) -> None:
        """Raises Invalid with details {parameter: message} when anything was wrong."""
        for name in self._parameters:
            if name not in self._known:
                self._faults[name[:50]] = _("没有这个参数；可用的参数：%(known)s。") % {
                    "known": listed(sorted(self._known)) or _("无")
                }
        if self._faults:
            raise Invalid(
                " ".join(about(name, fault) for name, fault in self._faults.items()),
                details=dict(self._faults),
            )

    def _take(self, name: str) -> str:
        self._known.add(name)
        return self._parameters.get(name) or ""

    def _fault(self, name: str, found: str, wanted: str) -> None:
        self._faults[name] = _("“%(found)s”无效，应为：%(wanted)s。") % {
            "found": shortened(found),
            "wanted": wanted,
        }
