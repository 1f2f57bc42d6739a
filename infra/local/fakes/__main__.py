"""`python -m infra.local.fakes`: runs all fake providers until it is told to stop or its parent is gone.

Its first line of output is one JSON object: the control address, and for each provider its base, account,
settings and secrets (made for this run).
"""

import json
import os
import signal
import threading

from infra.local.fakes import Fakes

WATCH_SECONDS = 1.0


def main() -> None:
    """Run until SIGTERM or SIGINT, or until the parent has ended."""
    over, parent = threading.Event(), os.getppid()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: over.set())
    with Fakes() as fakes:
        print(json.dumps(fakes.describe()), flush=True)
        while not over.wait(WATCH_SECONDS) and os.getppid() == parent:
            pass


if __name__ == "__main__":
    main()
