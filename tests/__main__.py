"""Every test: those of the local stack in one process, which mostly waits, and all others in another beside it."""

import subprocess
import sys
import tempfile

PYTEST = (sys.executable, "-m", "pytest")
NOTHING_CHOSEN = 5


def run() -> int:
    """The exit code: the worse of the two; a choice (`PYTEST_ADDOPTS=-k ...`) may leave one of them without tests."""
    with tempfile.TemporaryFile("w+") as said:
        beside = subprocess.Popen((*PYTEST, "-m", "not stack"), stdout=said, stderr=subprocess.STDOUT)
        codes = [subprocess.run((*PYTEST, "-m", "stack"), check=False).returncode, beside.wait()]
        said.seek(0)
        sys.stdout.write(said.read())
    chosen = [code for code in codes if code != NOTHING_CHOSEN]
    return max(chosen, key=abs) if chosen else NOTHING_CHOSEN


if __name__ == "__main__":
    sys.exit(run())
