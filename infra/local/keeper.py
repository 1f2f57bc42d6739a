"""Runs a command for as long as its own standard input stays open, then ends it with all its children.

``python keeper.py FOLDER COMMAND...``: the parent holds the other end of the input, so that the command ends
with its parent however that ends, be it by kill -9; its working folder goes with it. It imports nothing of
Bascule: another interpreter runs it.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading

PATIENCE_SECONDS = 10.0


def keep(folder: str, command: list[str]) -> int:
    """Run the command in a folder until it ends or nobody holds the input any more; return its exit code."""
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL)
    threading.Thread(target=_await_release, args=(child,), daemon=True).start()
    code = child.wait()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)  # the command's own children, if it left any
    shutil.rmtree(folder, ignore_errors=True)
    return code


def _await_release(child: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    child.terminate()
    try:
        child.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1], sys.argv[2:]))
