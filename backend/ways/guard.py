"""Calls an address that somebody else gave us, and never one inside: hosts on a list, by https, at outer addresses.

The name is resolved once. Every address it gives is looked at, and the connection goes to one of those that were:
a second answer of the name server is never asked for, so it cannot lead inside. The certificate has to be that of the
name all the same. Nothing is followed, what comes back is bounded, and so is the time it may take.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from time import monotonic
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection

from lifecycle.wording import CONTROL, shortened

LONGEST_URL = 500
CONNECT_SECONDS = 4.0
READ_SECONDS = 6.0
TOTAL_SECONDS = 12.0
"""How long a call may take in all, whatever each part of it takes."""

ANSWER_MOST = 64 * 1024
"""How many bytes of an answer are read."""

ADDRESSES_MOST = 2
"""How many addresses of a name are tried."""

_URL = re.compile(r"https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?(/[!-~]*)?")

_INNER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/8",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
"""Networks that are no place of the open net, among them those that carry an inner IPv4 address in disguise: mapped
and compatible ones (::/8), 6to4 (2002::/16), Teredo (within 2001::/23), local NAT64. Source: IANA's registries of
special-purpose addresses."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address may not be called; the text says why, in the active language."""


class Unreachable(Exception):
    """Nobody answered, or not in the way of HTTP, or not in time; the text says what happened."""


class NobodyThere(Unreachable):
    """No connection came about, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status and the beginning of the body."""

    status: int
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """Every address of the name, as the system knows it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))


def is_outer(address: str) -> bool:
    """Whether the address lies in the open net, also where it only carries another one inside."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None:
            return False
        if found in _NAT64:
            return is_outer(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    if found.is_multicast or found.is_reserved or found.is_unspecified or not found.is_global:
        return False
    return not any(found in network for network in _INNER if network.version == found.version)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a call goes, taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """The host as it stands in a request."""
        usual = 443 if self.scheme == "https" else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Gate:
    """What may be called. `of_settings` gives the one of the program; tests open one of their own.

    hosts: `name` for port 443, or `name:port`.
    """

    hosts: frozenset[str]
    schemes: frozenset[str] = frozenset({"https"})
    resolve: Callable[[str, int], list[str]] = resolve
    is_outer: Callable[[str], bool] = is_outer
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    total_seconds: float = TOTAL_SECONDS

    @classmethod
    def of_settings(cls, *, total_seconds: float = TOTAL_SECONDS) -> Gate:
        """Only https, only hosts of WEBHOOK_HOSTS, only outer addresses; nothing in the settings opens more."""
        hosts = frozenset(host.lower() for host in settings.WEBHOOK_HOSTS)
        return cls(hosts, total_seconds=total_seconds)

    def fault(self, url: str) -> str:
        """What is wrong with the address as it is written, in the active language; empty when nothing is."""
        try:
            self._place(url)
        except NotAllowed as refusal:
            return str(refusal)
        return ""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send the body to the address.

        Raises:
            NotAllowed: it may not be called; nothing was sent.
            Unreachable: no answer in time. What was sent may have arrived.
        """
        until = monotonic() + self.total_seconds
        place = self._place(url)
        *others, last = self._addresses(place)
        for address in others:
            try:
                return self._call(place, address, body, headers, until)
            except NobodyThere:
                continue
        return self._call(place, last, body, headers, until)

    def _place(self, url: str) -> _Place:
        if len(url) > LONGEST_URL or not _URL.fullmatch(url):
            raise NotAllowed(_("请填写完整的网址，如 https://open.feishu.cn/…。"))
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise NotAllowed(_("请填写完整的网址，如 https://open.feishu.cn/…。")) from None
        if parts.scheme not in self.schemes:
            raise NotAllowed(_("只能使用 https 地址。"))
        host = (parts.hostname or "").lower()
        if (host if port == 443 else f"{host}:{port}") not in self.hosts:
            raise NotAllowed(_("该地址的主机不在允许的名单内，请联系系统管理员。"))
        path = parts.path or "/"
        return _Place(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path)

    def _addresses(self, place: _Place) -> list[str]:
        """The addresses of the name, each of them looked at; the first few."""
        found = _in_time(partial(self.resolve, place.host, place.port), CONNECT_SECONDS)
        if not found:
            raise Unreachable(_("主机名没有地址。"))
        if not all(self.is_outer(address) for address in found):
            raise NotAllowed(_("该主机指向内部地址，不能发送。"))
        return found[:ADDRESSES_MOST]

    def _call(
        self, place: _Place, address: str, body: bytes, headers: Mapping[str, str], until: float
    ) -> Reply:
        """One call of an address that was looked at, under the name; no proxy and no name server is asked."""
        line = _Line(self._connection(place, address), until)
        try:
            return line.post(place.path, body, {**headers, "Host": place.named})
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise NobodyThere(_("无法连接对方主机。")) from error
        except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
            if line.is_cut:
                raise Unreachable(_("对方没有在规定时间内答复。")) from error
            raise Unreachable(said_of(error)) from error
        finally:
            line.close()

    def _connection(self, place: _Place, address: str) -> HTTPConnection:
        if place.scheme == "http":
            return HTTPConnection(address, place.port, timeout=CONNECT_SECONDS)
        return HTTPSConnection(
            address,
            place.port,
            timeout=CONNECT_SECONDS,
            ssl_context=self.tls(),
            cert_reqs="CERT_REQUIRED",
            server_hostname=place.host,
        )


class _Line:
    """A connection that is cut when its time is over, wherever it hangs then."""

    def __init__(self, connection: HTTPConnection, until: float) -> None:
        self.is_cut = False
        self._connection = connection
        self._watch = threading.Timer(max(until - monotonic(), 0.05), self._cut)
        self._watch.daemon = True
        self._watch.start()

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send, and read the beginning of the answer as it comes."""
        self._connection.connect()
        if self.is_cut:
            raise TimeoutError
        self._connection.sock.settimeout(READ_SECONDS)
        self._connection.request(
            "POST",
            path,
            body,
            {**headers, "Connection": "close"},
            preload_content=False,
            decode_content=False,
        )
        reply = self._connection.getresponse()
        read = reply.read(ANSWER_MOST, decode_content=False)
        if self.is_cut:
            raise TimeoutError
        return Reply(int(reply.status), bytes(read))

    def close(self) -> None:
        self._watch.cancel()
        self._connection.close()

    def _cut(self) -> None:
        self.is_cut = True
        line = self._connection.sock
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _in_time(ask: Callable[[], list[str]], seconds: float) -> list[str]:
    """What a name server answers, which the system's own call may wait for much longer.

    Raises Unreachable when it gives nothing in time.
    """
    found: list[str] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            found.extend(ask())
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=run, daemon=True, name="resolve")
    asking.start()
    asking.join(seconds)
    if asking.is_alive() or failed:
        raise NobodyThere(_("无法解析主机名。"))
    return list(found)


def said_of(error: Exception) -> str:
    """What happened, on one line."""
    return shortened(CONTROL.sub("", f"{type(error).__name__}: {error}"), 300)
