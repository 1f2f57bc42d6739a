"""The command's wheel, built as pip does from a checkout, without a network."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def built_wheel(copy):
    """Build it from a copy in this folder: a build leaves files behind."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "cli", copy / "cli", ignore=shutil.ignore_patterns("__pycache__"))
    run(*PIP, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", copy / "made", copy)
    [built] = (copy / "made").glob("*.whl")
    return built


def installed(wheel, folder):
    """The program `bascule` as pip installs it from the wheel; its libraries are those of this environment."""
    run(*PIP, "install", "--no-deps", "--no-index", "--no-warn-script-location", "--target", folder, wheel)
    return folder / "bin" / "bascule"


def run(*command):
    made = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert made.returncode == 0, made.stderr
