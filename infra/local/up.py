"""`make up`: the whole product on this machine with a demonstration, then it stays; `--demo`: ends after it."""

import argparse
import signal
import sys
import threading
import time

from infra.local.demo import Demo
from infra.local.fakes import Fakes
from infra.local.scene import Scene, SceneError
from infra.local.server import StackError
from infra.local.show import Show
from infra.local.stack import Stack, local_stack


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when every step really happened, 1 when one did not, 130 when interrupted."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.up", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="play the demonstration and end")
    parser.add_argument("--quiet", action="store_true", help="stay up without the demonstration")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    show = Show()
    try:
        return _run(show, play=not asked.quiet, stay=not asked.demo)
    except (SceneError, StackError) as failed:
        print(f"\nFAILED: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; nothing is left behind")
        return 130


def _run(show: Show, *, play: bool, stay: bool) -> int:
    began = time.monotonic()
    show.say("starting the local stack: the zip and template that AWS would get, IAM enforced ...")
    with Fakes() as fakes, local_stack() as stack:
        scene = Scene(stack, fakes)
        scene.set_up()
        show.say(f"up after {time.monotonic() - began:.0f} s; it keeps nothing when it stops")
        if play:
            Demo(scene, show).play()
            show.say(f"\nevery step really happened, in {time.monotonic() - began:.0f} s")
        if stay:
            _stay(scene, stack, show)
    return 0


def _stay(scene: Scene, stack: Stack, show: Show) -> None:
    show.say(
        "\n".join(
            (
                "",
                "It stays up until Ctrl-C.",
                "",
                *_addresses(scene, stack),
                "",
                "Try:",
                *_curls(scene, stack),
            )
        )
    )
    threading.Event().wait()


def _addresses(scene: Scene, stack: Stack) -> tuple[str, ...]:
    return (
        f"operations API   {stack.api_url}/v1/health",
        f"status page      {stack.api_url}/status",
        f"front door       {stack.front_door_url}/fr.fr.json",
        f"webhooks         {stack.api_url}/hooks/CHANNEL",
        f"operator token   {scene.tokens['admin']}",
    )


def _curls(scene: Scene, stack: Stack) -> tuple[str, ...]:
    token = f"-H 'Authorization: Bearer {scene.tokens['admin']}'"
    question = '-H \'Content-Type: application/json\' -d \'{"channel":"shop","text":"hello"}\''
    return (
        f"curl -s {token} {stack.api_url}/v1/health",
        f"curl -s {token} '{stack.api_url}/v1/contacts?limit=5'",
        f"curl -s {token} {question} {stack.api_url}/v1/decisions",
    )


if __name__ == "__main__":
    sys.exit(main())
