"""Fetch uv, which installs everything else, with nothing but Python's standard library.

Debian's own Python often has neither pip nor venv; this needs neither. The wheel is taken from the
index that the machine is set to (uv's variables, then pip's, then pip's configuration files) and has
to be, byte for byte, the one whose SHA-256 stands below.
"""

from __future__ import annotations

import configparser
import hashlib
import io
import json
import os
import platform
import re
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

VERSION = "0.13.9"

# Wheel tag -> SHA-256, for `uv-VERSION-py3-none-TAG.whl`.
WHEELS = {
    "macosx_10_12_x86_64": "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    "macosx_11_0_arm64": "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    "manylinux_2_17_x86_64.manylinux2014_x86_64": "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64": (
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe"
    ),
    "musllinux_1_1_x86_64": "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
}

DEFAULT_INDEX = "https://pypi.org/simple"
SECONDS = 60


class NoUv(Exception):
    """uv cannot be had here; the words say why."""


class Indexes:
    """Where packages come from on this machine, as uv's variables and pip's settings have it."""

    def __init__(self) -> None:
        pip = _pip_settings()
        environ = os.environ
        self.default = (
            environ.get("UV_DEFAULT_INDEX")
            or environ.get("UV_INDEX_URL")
            or environ.get("PIP_INDEX_URL")
            or pip.get("index-url")
            or DEFAULT_INDEX
        )
        # `UV_DEFAULT_INDEX` may carry a name: `mirror=https://…`.
        self.default = re.sub(r"^[\w-]+=(?=\w+://)", "", self.default).rstrip("/")
        self.extra = (environ.get("PIP_EXTRA_INDEX_URL") or pip.get("extra-index-url", "")).split()
        self.links = (environ.get("PIP_FIND_LINKS") or pip.get("find-links", "")).split()
        self.certificates = environ.get("SSL_CERT_FILE") or environ.get("PIP_CERT") or pip.get("cert", "")

    def for_uv(self, *, with_extra: bool) -> dict[str, str]:
        """Environment for uv. Hashes in the lock say what is right, so any index may give it."""
        variables = {"UV_DEFAULT_INDEX": self.default, "UV_SYSTEM_CERTS": "true"}
        if self.certificates:
            variables["SSL_CERT_FILE"] = self.certificates
        if with_extra:
            variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
            if self.extra:
                variables["UV_INDEX"] = " ".join(self.extra)
            if self.links:
                variables["UV_FIND_LINKS"] = ",".join(self.links)
        return variables


def get_uv(folder: Path) -> Path:
    """The program in `folder`, fetched if it is not there yet.

    Raises:
        NoUv: no wheel for this platform, or it cannot be reached, or it is not the one expected.
    """
    program = folder / f"uv-{VERSION}"
    if program.exists():
        return program
    tag = _tag()
    wheel = _fetch(f"uv-{VERSION}-py3-none-{tag}.whl")
    if hashlib.sha256(wheel).hexdigest() != WHEELS[tag]:
        raise NoUv(f"the wheel of uv {VERSION} from the index is not the one expected")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        content = archive.read(f"uv-{VERSION}.data/scripts/uv")
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{program.name}.{os.getpid()}"
    draft.write_bytes(content)
    draft.chmod(0o755)
    try:
        subprocess.run([draft, "--version"], check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        draft.unlink()
        raise NoUv(f"uv does not run here: {error}") from error
    draft.replace(program)
    return program


def _tag() -> str:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if sys.platform == "darwin":
        wanted = "arm64" if machine == "aarch64" else machine
        found = [tag for tag in WHEELS if tag.startswith("macosx") and tag.endswith(wanted)]
    elif sys.platform == "linux":
        libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
        found = [tag for tag in WHEELS if libc in tag and tag.endswith(machine)]
    else:
        found = []
    if not found:
        raise NoUv(f"no uv is pinned for {sys.platform} {platform.machine()}")
    return found[0]


def _fetch(name: str) -> bytes:
    """The wheel of that name from the machine's index."""
    indexes = Indexes()
    page = f"{indexes.default}/uv/"
    context = ssl.create_default_context(cafile=indexes.certificates or None)
    accept = {"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.5"}
    try:
        with urllib.request.urlopen(_request(page, accept), timeout=SECONDS, context=context) as answer:
            body, kind, page = answer.read(), answer.headers.get("Content-Type", ""), answer.url
        address = _address(body.decode("utf-8", errors="replace"), "json" in kind, name)
        if address is None:
            raise NoUv(f"the index has no {name}")
        wheel = urllib.parse.urljoin(page, address)
        with urllib.request.urlopen(_request(wheel, {}), timeout=SECONDS, context=context) as answer:
            content: bytes = answer.read()
            return content
    except (OSError, ValueError) as error:
        raise NoUv(f"the package index cannot be reached: {error}") from error


def _request(url: str, headers: dict[str, str]) -> urllib.request.Request:
    """The request, with the name and password that the address may carry as a header."""
    parts = urllib.parse.urlsplit(url)
    request = urllib.request.Request(url, headers=headers)
    if parts.username:
        import base64

        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        request = urllib.request.Request(bare, headers=headers)
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    return request


def _address(body: str, is_json: bool, name: str) -> str | None:
    """Where the index says the file of that name is."""
    if is_json:
        return next(
            (str(file["url"]) for file in json.loads(body)["files"] if file["filename"] == name), None
        )
    match = re.search(rf'href="([^"]*{re.escape(name)}[^"]*)"', body)
    return match[1].replace("&amp;", "&") if match else None


def _pip_settings() -> dict[str, str]:
    """`index-url`, `extra-index-url`, `find-links` and `cert` of pip's configuration files; the last one wins."""
    home = Path(os.path.expanduser("~"))
    files = [
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        Path(os.environ.get("XDG_CONFIG_HOME", home / ".config")) / "pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
    ]
    if os.environ.get("PIP_CONFIG_FILE"):
        files.append(Path(os.environ["PIP_CONFIG_FILE"]))
    found: dict[str, str] = {}
    parser = configparser.RawConfigParser()
    for file in files:
        try:
            parser.read(file, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
    for section in ("global", "install"):
        if parser.has_section(section):
            found.update(parser.items(section))
    return found
