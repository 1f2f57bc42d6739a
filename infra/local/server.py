"""Starts and stops ministack, the local AWS, as a child of this one; nothing of it survives.

It stands in an environment of its own (``.venv-stack``): its libraries must not shape ours, and the functions
run under its interpreter, as on AWS they run under Lambda's.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from infra.package import ROOT

PYTHON = ROOT / ".venv-stack" / "bin" / "python"
KEEPER = Path(__file__).with_name("keeper.py")
EMULATOR = Path(__file__).with_name("emulator.py")
READY_SECONDS = 30.0
STOP_SECONDS = 15.0


class StackError(RuntimeError):
    """The local stack cannot start or is not as wanted; the message says where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running ministack: its address and what must be removed when it stops."""

    endpoint: str
    log: Path
    folder: Path
    child: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """End it and its workers, and remove its folder."""
        _end(self.child)
        shutil.rmtree(self.folder, ignore_errors=True)  # had its keeper to be killed

    def running(self) -> bool:
        """Say whether the child is still there."""
        return self.child.poll() is None


def start(*, log: Path) -> Server:
    """Start a fresh ministack on a free loopback port, with IAM enforced, and wait until it answers.

    Raises:
        StackError: if it is not installed, or does not answer in time.
    """
    if not PYTHON.exists():
        raise StackError("the local stack is not installed: run `make setup`")
    folder = Path(tempfile.mkdtemp(prefix="bascule-stack-"))
    port = _free_port()
    log.parent.mkdir(parents=True, exist_ok=True)
    child = _spawn(port, folder, log)
    server = Server(endpoint=f"http://127.0.0.1:{port}", log=log, folder=folder, child=child)
    try:
        _await_ready(server)
    except BaseException:
        server.stop()
        raise
    return server


def _spawn(port: int, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start the child, kept in a process group of its own: it ends with us and takes its workers along."""
    with log.open("wb") as words:
        return subprocess.Popen(
            [str(PYTHON), str(KEEPER), str(folder), str(PYTHON), str(EMULATOR)],
            env=_environment(port, folder),
            stdout=words,
            stderr=subprocess.STDOUT,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )


def _environment(port: int, folder: Path) -> dict[str, str]:
    """Return all that ministack may see: it hands its whole environment on to the functions."""
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": "eu-west-3",
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "0",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ACCOUNT_CONCURRENCY": "150",
        "LOG_LEVEL": "WARNING",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(server: Server) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if not server.running():
            raise StackError(f"the local stack ended at once; its words are in {server.log}")
        try:
            with urllib.request.urlopen(f"{server.endpoint}/_ministack/health", timeout=1):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.05)  # poll until the deadline
    raise StackError(
        f"the local stack did not answer in {READY_SECONDS:.0f} s; its words are in {server.log}"
    )


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Let go of the child, which then ends by itself; insist after a while."""
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
