"""Every test, in two processes: most tests of the local stack in one; the others, then those that wait, beside them."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO

NOTHING_CHOSEN = 5
HERE = ("stack and not patient",)
BESIDE = ("not stack", "patient")


def tested(turns: Sequence[str], said: IO[str] | None) -> list[int]:
    """The exit codes of one pytest after the other; their words go to a file, where there is one."""
    return [
        subprocess.run(
            (sys.executable, "-m", "pytest", "-m", turn), check=False, stdout=said, stderr=said
        ).returncode
        for turn in turns
    ]


def run() -> int:
    """The worst exit code; a choice (`PYTEST_ADDOPTS=-k ...`) may leave a turn without tests."""
    with tempfile.TemporaryFile("w+") as said, ThreadPoolExecutor(1) as pool:
        beside = pool.submit(tested, BESIDE, said)
        codes = tested(HERE, None) + beside.result()
        said.seek(0)
        sys.stdout.write(said.read())
    chosen = [code for code in codes if code != NOTHING_CHOSEN]
    return max(chosen, key=abs) if chosen else NOTHING_CHOSEN


if __name__ == "__main__":
    sys.exit(run())
