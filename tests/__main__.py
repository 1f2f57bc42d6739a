"""Every test, in turns that two processes take one after the other: none waits while another has work left."""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import IO

NOTHING_CHOSEN = 5
PROCESSES = 2
TURNS = (
    ("-m", "stack and not patient and not lasting"),
    ("-m", "not stack"),
    ("-m", "patient", "tests/e2e"),
    ("-m", "lasting", "tests/e2e"),
)
"""The longest turns first; the last two mostly wait."""


def tested(turn: tuple[str, ...], said: IO[str] | None) -> int:
    """The exit code of one pytest; its words go to a file, where there is one."""
    command = (sys.executable, "-m", "pytest", *turn)
    return subprocess.run(command, check=False, stdout=said, stderr=said).returncode


def run() -> int:
    """The worst exit code; a choice (`PYTEST_ADDOPTS=-k ...`) may leave a turn without tests."""
    with ExitStack() as files, ThreadPoolExecutor(PROCESSES) as pool:
        said = [files.enter_context(tempfile.TemporaryFile("w+")) for _ in TURNS[1:]]
        codes = list(pool.map(tested, TURNS, (None, *said)))
        for words in said:
            words.seek(0)
            sys.stdout.write(words.read())
    chosen = [code for code in codes if code != NOTHING_CHOSEN]
    return max(chosen, key=abs) if chosen else NOTHING_CHOSEN


if __name__ == "__main__":
    sys.exit(run())
