"""The page for newcomers: its kind works, its commands run, and a kind is at home in its own two files."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import getattr_static
from pathlib import Path

import pytest

from chalicelib.channels import Capability, Channel, ChannelConfig, kinds
from chalicelib.domain.plan_document.reader import read_plan
from tests.fakes_http import ScriptedHttp

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-a-channel.md").read_text()
BINARIES = Path(sys.executable).parent
NAMED = re.findall(r"^`([\w/]+\.py)`:\n\n```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = dict(NAMED)
KIND, TEST = "chalicelib/channels/example.py", "tests/contract/test_example.py"
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
# The first kind that came after the seam was closed: whoever names it elsewhere has opened the seam again.
LATECOMER = "telegram"


def block(language: str) -> str:
    """The page's one block of this language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which a newcomer has done what the page says, and nothing else."""
    place = tmp_path_factory.mktemp("newcomer")
    leave = shutil.ignore_patterns("__pycache__")
    for part in ("chalicelib", "tests/contract", "tests/samples"):
        shutil.copytree(ROOT / part, place / part, ignore=leave)
    (place / "tests" / "unit").mkdir()
    for part in ("pyproject.toml", "tests/fakes_http.py", "tests/unit/test_layers.py"):
        shutil.copy(ROOT / part, place / part)
    for name, code in FILES.items():
        (place / name).write_text(code)
    return place


def test_the_page_holds_a_kind_and_its_test() -> None:
    assert list(FILES) == [KIND, TEST]


def test_the_pages_kind_is_a_whole_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "newcomers").mkdir()
    (tmp_path / "newcomers" / "example.py").write_text(FILES[KIND])
    monkeypatch.syspath_prepend(tmp_path)
    cls = import_module("newcomers.example").Example
    secrets = {setting.name: ("word",) for setting in cls.needs}

    channel = cls(ChannelConfig(id="example-fr", secrets=secrets), ScriptedHttp())

    assert isinstance(channel, Channel)
    assert cls.__abstractmethods__ == frozenset()
    assert cls.capabilities == {
        c for c in Capability if getattr_static(cls, c.value) is not getattr_static(Channel, c.value)
    }


def test_the_page_has_commands() -> None:
    assert {command.split()[0] for command in COMMANDS} == {
        f".venv/bin/{n}" for n in ("pytest", "ruff", "mypy")
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_page_succeeds_on_the_pages_kind(command: str, walked: Path) -> None:
    binary, *rest = shlex.split(command)
    quiet = ["-p", "no:cacheprovider"] if binary.endswith("pytest") else []

    done = subprocess.run(
        [str(BINARIES / Path(binary).name), *rest, *quiet],
        cwd=walked,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pages_kind_keeps_the_limit_of_length() -> None:
    assert FILES[KIND].count("\n") <= 200


def test_the_plan_takes_the_kind_by_its_name() -> None:
    plan = "schema: 1\npublic_base_url: https://contact.example\nlanguages: [fr, en]\n" + block("yaml")

    read = read_plan(plan, 1, kinds=(*kinds(), "example"))

    assert (read.channels["example-fr"].kind, read.channels["example-fr"].account) == ("example", "in-7")


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`((?:chalicelib|tests|docs)/[\w/]+\.\w+)`", PAGE)) - {KIND, TEST}

    assert named
    assert [name for name in named if "KIND" not in name and not (ROOT / name).exists()] == []


def test_the_page_speaks_of_every_method_of_the_seam() -> None:
    methods = [n for n, found in vars(Channel).items() if callable(found) and not n.startswith("_")]

    assert [name for name in methods if f"`{name}`" not in PAGE] == []


def python_files() -> Iterator[Path]:
    for part in ("chalicelib", "tests"):
        yield from (ROOT / part).rglob("*.py")


def test_the_latecomer_is_named_in_its_two_files_only() -> None:
    own = {
        ROOT / "chalicelib" / "channels" / f"{LATECOMER}.py",
        ROOT / "tests" / "contract" / f"test_{LATECOMER}.py",
        *(ROOT / "chalicelib" / "channels").glob(
            f"_{LATECOMER}_*.py"
        ),  # its own, cut off where it grew too long
        ROOT / "tests" / "unit" / "doctor_side.py",  # one account of each kind, for what no kind has alone
    }
    elsewhere = set(python_files()) - own - {Path(__file__).resolve()}

    assert LATECOMER in kinds()
    assert [p.relative_to(ROOT).as_posix() for p in elsewhere if LATECOMER in p.read_text().lower()] == []
