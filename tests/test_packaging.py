"""What the program is made of is pinned, names no index, and is told to whoever installs it."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> dict[str, str]:
    """Package -> version of every pin; a package that is split by a marker keeps the last one."""
    found = re.findall(
        r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE
    )
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert not re.findall(
        r"\w+://|^\s*-|file:|find-links|index-url|trusted-host| @ ", re.sub(r"--hash=", "", text), re.M
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]

    assert lines
    assert [line.split()[0] for line in lines if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_a_lock_holds_what_pyproject_asks_for(lock: str, wanted: list[str]) -> None:
    pinned = pins(lock)

    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is missing: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is pinned at {version}: make lock"


def test_the_lock_for_checking_runs_the_same_versions() -> None:
    checking = pins("requirements-dev.lock")

    assert {name: checking.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


def test_the_example_of_the_environment_tells_every_variable_that_is_read() -> None:
    told = set(
        re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M)
    )
    read = set()
    for path in (ROOT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "environment"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                read.add(str(node.args[0].value))
    read |= set(re.findall(r"\$\{(\w+):-", (ROOT / "Procfile").read_text(encoding="utf-8")))

    assert read - {"PATH", "DJANGO_SETTINGS_MODULE"} == told


def test_only_the_settings_and_the_starting_of_programs_read_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for app in ("backend", "reports", "finance", "lifecycle")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    }

    assert readers == {"backend/settings/environment.py", "backend/wsgi.py"}


@pytest.mark.parametrize("folder", ["lifecycle/rules", "finance/rules"])
def test_rules_take_nothing_of_django_but_its_words(folder: str) -> None:
    taken = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                taken.add(node.module)
            elif isinstance(node, ast.Import):
                taken |= {alias.name for alias in node.names}

    assert {name for name in taken if name.split(".")[0] == "django"} <= {
        "django.utils.translation",
        "django.utils.functional",
    }


def test_the_history_holds_nothing_that_the_program_makes() -> None:
    if not (ROOT / ".git").exists():
        return
    kept = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")

    assert not [path for path in kept if re.match(r"(\.venv|\.tools|var)/|\.env$|uv\.lock$|.*\.pyc$", path)]
