"""The distribution: the wheel builds without a network, holds the command and nothing of the service, and runs."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.unit.cli_wheel import built_wheel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return built_wheel(tmp_path_factory.mktemp("checkout"))


def test_the_wheel_holds_the_whole_command_and_nothing_of_the_service(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        [metadata] = [
            archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")
        ]
        [entries] = [
            archive.read(name).decode() for name in archive.namelist() if name.endswith("/entry_points.txt")
        ]
    sources = {
        path.relative_to(ROOT / "cli").as_posix()
        for path in (ROOT / "cli" / "bascule_cli").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert packed == sources
    assert wheel.name.startswith("bascule_contact-")
    assert "bascule = bascule_cli.main:main" in entries
    assert "License-Expression: Apache-2.0" in metadata
    assert sum(line.startswith("Requires-Dist: ") for line in metadata.splitlines()) == 3


def test_what_was_packed_runs_as_a_program_of_its_own(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path / "site")}
    start = (
        "import sys, bascule_cli.main as m; assert 'site' in m.__file__; assert not any(n.startswith('chalice')"
        " for n in sys.modules); sys.argv[0] = 'bascule'; sys.exit(m.main())"
    )

    def run(*arguments, **more):
        return subprocess.run(
            [sys.executable, "-c", start, *arguments],
            cwd=tmp_path, env=environment | more, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    helped, nobody = run("--help", LANG="fr_FR.UTF-8"), run("orders")
    completed = run(_BASCULE_COMPLETE="bash_complete", COMP_WORDS="bascule mainten", COMP_CWORD="1")

    assert (helped.returncode, nobody.returncode) == (0, 3)
    assert "Piloter Bascule" in helped.stdout
    assert "bascule login" in nobody.stderr
    assert completed.stdout.split(",")[-1].strip() == "maintenance"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_taught_to_complete(shell):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "cli")}
    said = subprocess.run(
        [sys.executable, "-m", "bascule_cli", "completion", shell],
        env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert f"_BASCULE_COMPLETE={shell}_complete" in said.stdout
    there = shutil.which(shell)
    if there and shell == "bash":
        subprocess.run([there, "-n"], input=said.stdout, text=True, timeout=60, check=True)
