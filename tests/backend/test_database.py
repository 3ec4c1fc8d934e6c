"""The private PostgreSQL: made once, started once, back after a kill, and clear about what stops it."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.synchronize
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from backend import database
from backend.database import Place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A PILOT_HOME of the test's own; its server is stopped and its files removed, wherever they lie."""
    home = tmp_path / "home"
    yield home
    with contextlib.suppress(database.DatabaseTrouble):
        database.stop(home)
    place = Place.of(home)
    for folder in (place.folder, place.socket_folder):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of a database that was made, started and stopped."""
    home = tmp_path_factory.mktemp("made") / "home"
    database.start(home)
    database.stop(home)
    place = Place.of(home)
    yield place.data
    for folder in (place.folder, place.socket_folder):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def made(home: Path, files: Path) -> Path:
    """A home whose database is there already, for what is not about how it is made: that takes seconds."""
    home.mkdir()
    place = Place.of(home)
    database._make_folder(place, place.folder)
    subprocess.run(["cp", "-a", files, place.data], check=True)
    return home


def ask(home: Path, statement: str) -> str:
    """The first value of the statement's answer, as text."""
    with psycopg.connect(
        host=str(Place.of(home).socket_folder), port=database.PORT, user=database.USER, dbname=database.NAME
    ) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return str(row[0]) if row else ""


def write(home: Path, statement: str) -> None:
    with psycopg.connect(
        host=str(Place.of(home).socket_folder), port=database.PORT, user=database.USER, dbname=database.NAME
    ) as connection:
        connection.execute(statement.encode())


def server_of(home: Path) -> int:
    return int((Place.of(home).data / "postmaster.pid").read_text().split()[0])


def start_when_told(home: Path, gun: multiprocessing.synchronize.Barrier) -> None:
    gun.wait()
    database.start(home)


def test_it_keeps_what_was_committed_and_listens_on_nothing_but_its_socket(home: Path) -> None:
    assert not database.is_running(home)
    database.start(home)

    assert database.is_running(home)
    assert ask(home, "SHOW listen_addresses") == ""
    assert ask(home, "SHOW fsync") == "on"
    assert ask(home, "SHOW synchronous_commit") == "on"
    assert ask(home, "SHOW server_encoding") == "UTF8"
    assert ask(home, "SELECT upper('é') || ('甲' < '乙')") == "Éfalse"

    write(home, "CREATE TABLE kept AS SELECT 1 AS fact")
    assert database.stop(home)
    assert not database.is_running(home)
    assert not database.stop(home)
    database.start(home)
    assert ask(home, "SELECT fact FROM kept") == "1"


def test_only_its_owner_may_enter_the_folders_of_files_and_socket(home: Path) -> None:
    database.start(home)

    place = Place.of(home)
    for folder in (place.folder, place.data, place.socket_folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == place.uid


def test_of_many_processes_that_start_it_at_once_one_does_and_all_find_it_running(home: Path) -> None:
    context = multiprocessing.get_context("spawn")
    gun = context.Barrier(4)
    racers = [context.Process(target=start_when_told, args=(home, gun)) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(timeout=60)

    assert [racer.exitcode for racer in racers] == [0, 0, 0, 0]
    assert database.is_running(home)
    starts = [
        line
        for log in (Place.of(home).folder / "log").glob("*.log")
        for line in log.read_text().splitlines()
        if "starting PostgreSQL" in line
    ]
    assert len(starts) <= 1


def test_a_second_start_leaves_the_running_server_alone(made: Path) -> None:
    database.start(made)
    first = server_of(made)
    database.start(made)

    assert server_of(made) == first


def test_it_comes_back_with_everything_committed_after_the_server_was_killed(made: Path) -> None:
    database.start(made)
    write(made, "CREATE TABLE kept AS SELECT 1 AS fact")
    os.kill(server_of(made), signal.SIGKILL)
    give_up = time.monotonic() + 10
    while database.is_running(made) and time.monotonic() < give_up:
        time.sleep(0.01)

    database.start(made)

    assert ask(made, "SELECT fact FROM kept") == "1"


def test_a_number_left_behind_that_is_now_another_process_does_not_keep_it_from_starting(made: Path) -> None:
    database.start(made)
    database.stop(made)
    place = Place.of(made)
    # As after a restart of a container: the file names a living process of the same user.
    owner = {"user": place.account.uid, "cwd": "/"} if place.account else {"cwd": "/"}
    with subprocess.Popen(["/bin/sleep", "60"], **owner) as stranger:  # type: ignore[call-overload]
        try:
            lines = [
                str(stranger.pid),
                str(place.data),
                "1",
                str(database.PORT),
                str(place.socket_folder),
                "",
                "",
                "ready",
            ]
            pid_file = place.data / "postmaster.pid"
            pid_file.write_text("\n".join(lines) + "\n")
            os.chown(pid_file, place.uid, -1)

            assert not database.is_running(made)
            database.start(made)

            assert database.is_running(made)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_it_lives_on_when_the_terminal_of_the_command_that_started_it_is_interrupted(made: Path) -> None:
    program = (
        # A shell that starts the tests in the background has SIGINT ignored, in whatever they start as well.
        "import signal, sys, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path\nfrom backend import database\n"
        "database.start(Path(sys.argv[1]))\nprint('up', flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, made], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as terminal:  # fmt: skip
        assert terminal.stdout is not None
        assert terminal.stdout.readline() == b"up\n"
        os.killpg(terminal.pid, signal.SIGINT)
    time.sleep(0.3)

    assert database.is_running(made)


def test_a_home_whose_path_is_too_long_for_a_socket_gets_a_short_place_for_it(home: Path) -> None:
    deep = home.joinpath(*["a-folder-with-a-long-name"] * 5)
    place = Place.of(deep)
    if place.folder.is_relative_to(deep):
        assert not place.socket_folder.is_relative_to(deep)
    try:
        database.start(deep)
        assert database.is_running(deep)
        assert len(os.fsencode(place.socket_folder)) < 80
    finally:
        database.stop(deep)
        shutil.rmtree(place.folder)
        shutil.rmtree(place.socket_folder, ignore_errors=True)


@pytest.mark.parametrize("name", ["空 格'引号", 'quote"comma,and\\backslash'])
def test_a_home_may_have_any_name(tmp_path: Path, name: str, home: Path) -> None:
    odd = home / name
    place = Place.of(odd)
    try:
        database.start(odd)
        assert database.is_running(odd)
    finally:
        database.stop(odd)
        shutil.rmtree(place.folder)
        shutil.rmtree(place.socket_folder, ignore_errors=True)


def test_two_homes_do_not_meet(tmp_path: Path) -> None:
    one, other = Place.of(tmp_path / "one"), Place.of(tmp_path / "other")

    assert one.folder != other.folder
    assert one.socket_folder != other.socket_folder


def test_a_socket_folder_that_somebody_else_prepared_is_refused(home: Path, tmp_path: Path) -> None:
    place = Place.of(home)
    home.mkdir()
    place.folder.mkdir(mode=0o700)
    place.socket_folder.symlink_to(tmp_path)

    try:
        with pytest.raises(database.RightsMissing, match="为 PILOT_HOME 另选目录"):
            database.start(home)
    finally:
        place.socket_folder.unlink()


def test_files_of_another_major_version_are_refused_with_both_versions(made: Path) -> None:
    version = Place.of(made).data / "PG_VERSION"
    version.write_text("13\n")

    with pytest.raises(database.OtherMajorVersion, match="PostgreSQL 13"):
        database.start(made)


def test_a_folder_with_files_that_are_no_database_is_left_as_it_is(home: Path) -> None:
    place = Place.of(home)
    home.mkdir()
    place.data.mkdir(parents=True)
    (place.data / "letter.txt").write_text("mine")

    with pytest.raises(database.DatabaseTrouble, match="不是数据库"):
        database.start(home)

    assert (place.data / "letter.txt").read_text() == "mine"


def test_a_home_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(database.DatabaseTrouble) as told:
        database.start(tmp_path / "file" / "home")

    assert str(tmp_path / "file") in str(told.value)


def test_without_the_wheel_the_words_say_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WHEEL", "no_such_package")

    with pytest.raises(database.ServerProgramsMissing, match="make setup"):
        database.start(home)


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ("initdb: error: could not write: No space left on device", database.DiskFull),
        ("FATAL: could not extend file: Disk quota exceeded", database.DiskFull),
        ("could not create directory: Permission denied", database.RightsMissing),
        ("could not create directory: Read-only file system", database.RightsMissing),
        ("FATAL: data directory has invalid permissions", database.RightsMissing),
        ("FATAL: something nobody has seen", database.StartFailed),
    ],
)
def test_the_words_of_a_program_tell_which_trouble_it_is(
    words: str, trouble: type[database.DatabaseTrouble], tmp_path: Path
) -> None:
    told = database._failure(Place.of(tmp_path), words)

    assert type(told) is trouble
    assert words in str(told)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another account")
class TestAsRoot:
    def test_the_server_runs_as_an_account_without_rights(self, made: Path) -> None:
        database.start(made)

        assert Path(f"/proc/{server_of(made)}").stat().st_uid != 0

    def test_where_that_account_cannot_reach_the_home_the_files_lie_elsewhere(self, tmp_path: Path) -> None:
        private = tmp_path / "private"
        private.mkdir(mode=0o700)

        assert Place.of(private / "home").folder.parent in database.FOLDERS_FOR_ROOT

    def test_a_database_that_a_plain_user_made_is_run_as_that_user(self, tmp_path: Path) -> None:
        own = tmp_path / "postgres"
        own.mkdir()
        os.chown(own, 12345, 12345)

        assert Place.of(tmp_path) == Place(tmp_path, own, database.Account(12345, 12345))

    def test_programs_that_the_account_cannot_reach_are_copied_to_where_it_can(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reachable = database._can_reach
        monkeypatch.setattr(
            database, "_can_reach", lambda path, account: path.name != "bin" and reachable(path, account)
        )

        database.start(home)

        program = Path(f"/proc/{server_of(home)}/exe").resolve()
        assert program.is_relative_to(Place.of(home).folder)
