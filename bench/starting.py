"""What a cold start costs: the CPU of a whole process, from the interpreter to the first contact accepted."""

import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from py_compile import PycInvalidationMode
from statistics import median

from bench.stage import event, published
from chalicelib.settings import Settings

ROOT = Path(__file__).parent.parent
OURS = (sys.executable, "-m", "bench.first_request")
FLOOR = (sys.executable, "-m", "bench.floor_request")
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "python": (sys.executable, "-c", "pass"),
    "floor": (*FLOOR, "made"),
    "floor, and one put": (*FLOOR, "called"),
    "ours": OURS,
}
# Not the floor's: botocore itself brings xml and the e-mail parser.
UNWANTED = (
    "yaml", "requests", "boto3", "s3transfer", "pydantic", "asyncio", "cryptography", "chalicelib.http_wire",
    "chalicelib.domain.detection.batch", "chalicelib.aws.sends", "chalicelib.service.tick",
    "chalicelib.service.deliver", "chalicelib.service.operate.callers",
    "chalicelib.service.operate.post", "chalicelib.memory",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Milliseconds of CPU by program, one figure a round; and what our start imported without need."""

    rounds: Mapping[str, tuple[float, ...]]
    unwanted: tuple[str, ...]

    def of(self, program: str) -> float:
        """The median."""
        return median(self.rounds[program])

    def ratio(self, program: str, base: str) -> float:
        """The median of the rounds' ratios."""
        return median(a / b for a, b in zip(self.rounds[program], self.rounds[base], strict=True))


def starting(*, rounds: int) -> Starts:
    """Run every program in turn, from modules compiled as the zip has them; the first round only warms files up."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _lay_out(folder)
        found: dict[str, list[float]] = {program: [] for program in PROGRAMS}
        for number in range(rounds + 1):
            for program, command in PROGRAMS.items():
                spent = _cpu(command, folder)
                if number:
                    found[program].append(spent)
        return Starts(rounds={p: tuple(t) for p, t in found.items()}, unwanted=_unwanted(folder))


def imported_without_need() -> tuple[str, ...]:
    """Which of UNWANTED a first contact imports."""
    with tempfile.TemporaryDirectory() as name:
        _lay_out(Path(name))
        return _unwanted(Path(name))


def _lay_out(folder: Path) -> None:
    for package in ("chalicelib", "bench"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "results")
        )
    shutil.copy(ROOT / "app.py", folder)
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    cloud = published()
    kept = {"items": cloud.items, "secrets": cloud.secrets, "event": event(1)}
    (folder / "cloud.json").write_text(json.dumps(kept))


def _environment(folder: Path) -> dict[str, str]:
    names = {f"BASCULE_{f.name.upper()}": f.name for f in fields(Settings) if f.name != "home_region"}
    queues = {
        name: f"https://sqs.example/{value}" for name, value in names.items() if name.endswith("_QUEUE")
    }
    aws = {
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    away = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(folder), **names, **queues, **aws, **away}


def _cpu(command: tuple[str, ...], folder: Path) -> float:
    child = subprocess.Popen(  # noqa: S603 - our own programs
        command, cwd=folder, env=_environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said = child.stderr.read() if child.stderr else b""
    _, ended, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(ended)
    if child.returncode:
        raise AssertionError(f"{command[-2:]} failed:\n{said.decode()}")
    return (used.ru_utime + used.ru_stime) * 1000


def _unwanted(folder: Path) -> tuple[str, ...]:
    show = "import sys; import bench.first_request; print(*sys.modules)"
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", show],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return tuple(name for name in UNWANTED if name in told)
