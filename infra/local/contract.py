"""`make contract`: schemathesis asks the running local stack all that docs/openapi.yaml allows, and what it forbids."""

import argparse
import os
import signal
import subprocess
import sys

from infra.local.fakes import Fakes
from infra.local.scene import PEOPLE, ROLES, Scene
from infra.local.stack import Stack, local_stack
from infra.package import BUILD, ROOT

TOOL = ROOT / ".venv-contract" / "bin" / "schemathesis"
RULES = ROOT / "infra" / "local" / "contract.toml"
DOCUMENT = ROOT / "docs" / "openapi.yaml"
PHASES = "examples,coverage,fuzzing,stateful"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when every answer was one that the document tells of, and none a 5xx."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.contract", description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=25, help="made-up requests of each operation in each phase; 25"
    )
    parser.add_argument("--phases", default=PHASES, help=PHASES)
    parser.add_argument("--seed", type=int, default=1, help="the same seed asks the same; 1")
    parser.add_argument("--only", default="", help="operations by a regular expression of their ids; all")
    parser.add_argument(
        "--seconds", type=int, default=600, help="fuzzing and stateful runs go on for so long; 600"
    )
    parser.add_argument("--role", choices=ROLES, default="admin", help="who asks; admin")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options: tuple[str, ...] = (
        "--phases",
        asked.phases,
        "--max-examples",
        str(asked.examples),
        "--seed",
        str(asked.seed),
    )
    options += ("--max-time", str(asked.seconds))
    options += ("--include-operation-id-regex", asked.only) if asked.only else ()
    with Fakes() as fakes, local_stack() as stack:
        scene = Scene(stack, fakes)
        scene.set_up()
        for medium, person in PEOPLE.items():
            scene.contact(medium, person, "where is my order")
        with stack.changed_environment("OperationsHandler", BASCULE_CALLER_RATE="0"):
            return run(stack, scene.tokens[asked.role], options)


def run(stack: Stack, token: str, options: tuple[str, ...]) -> int:
    """Schemathesis' own exit code: 0 without a finding, 1 with one."""
    folder = BUILD / "contract"
    folder.mkdir(parents=True, exist_ok=True)
    command = (
        str(TOOL), "--config-file", str(RULES), "run", str(DOCUMENT), "--url", stack.api_url,
        "--header", f"Authorization: Bearer {token}", "--continue-on-failure", "--no-color",
        "--generation-database", "none", "--suppress-health-check", "all", "--request-timeout", "30", *options,
    )  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env={**os.environ, "NO_PROXY": "127.0.0.1"}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
