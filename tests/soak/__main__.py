"""The long form: `python -m tests.soak [--minutes 10]`; non-zero when memory grew."""

import argparse
import sys
import time

from tests.soak.soaking import Soak, objects, quiet, resident

WARM = 100
MOST_GROWTH = 0.05
"""Of resident memory, after warming up."""


def main() -> int:
    """One line every half minute."""
    asked = argparse.ArgumentParser(prog="python -m tests.soak")
    asked.add_argument("--minutes", type=float, default=10)
    until = time.monotonic() + asked.parse_args().minutes * 60
    soak = Soak()
    with quiet():
        soak.work(WARM)
        first, told = (objects(), resident()), 0.0
        while time.monotonic() < until:
            soak.work(10)
            if time.monotonic() - told > 30:
                told = time.monotonic()
                sys.stdout.write(
                    f"{soak.contacts} contacts  {objects()} objects  {resident()} KiB resident\n"
                )
                sys.stdout.flush()
    last = (objects(), resident())
    sys.stdout.write(
        f"{soak.contacts} contacts: {first[0]} -> {last[0]} objects, {first[1]} -> {last[1]} KiB\n"
    )
    return int(last[1] > first[1] * (1 + MOST_GROWTH))


sys.exit(main())
