"""Where the command begins and ends: streams, language, exit codes, Ctrl-C and a reader who has gone."""

import getpass
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from typing import Any

import click
from click.shell_completion import shell_complete

from bascule_cli.answers import as_json, safe
from bascule_cli.faults import Told
from bascule_cli.kit import SpeakingGroup, build
from bascule_cli.screen import Screen
from bascule_cli.session import Session
from bascule_cli.speech import Words, wanted_language
from bascule_cli.trouble import Exit, Trouble
from bascule_cli.usage import usage_trouble
from bascule_cli.verbs import VERBS
from bascule_cli.web import Web

COMPLETE = "_BASCULE_COMPLETE"
SECONDS = 35.0
"""A little more than the gateway's own limit of 29 s: its answer says more than our deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The command with its surroundings; see Session."""

    session: Session

    def run(self, arguments: Sequence[str]) -> int:
        """Do what the arguments say; the exit code."""
        root = tree(self.session.words)
        program = "--json" in arguments
        try:
            return self._run(root, arguments)
        except click.ClickException as wrong:
            return self._tell(usage_trouble(wrong), program=program)
        except Trouble as trouble:
            return self._tell(trouble, program=program)
        except (KeyboardInterrupt, EOFError, click.Abort):
            self.session.screen.note("")
            return Exit.INTERRUPTED
        except BrokenPipeError:
            return Exit.BROKEN_PIPE

    def _run(self, root: SpeakingGroup, arguments: Sequence[str]) -> int:
        asked = self.session.environment.get(COMPLETE)
        if asked:
            return shell_complete(root, {"obj": self.session}, "bascule", COMPLETE, asked)
        if list(arguments) == ["--version"]:
            self.session.screen.line(f"bascule {own_version()}")
            return Exit.DONE
        try:
            with root.make_context("bascule", list(arguments), obj=self.session) as ctx:
                root.invoke(ctx)
            self.session.screen.out.flush()
        except click.exceptions.NoArgsIsHelpError as bare:
            self.session.screen.line(bare.ctx.get_help() if bare.ctx else "")
            return Exit.WRONG
        except click.exceptions.Exit as ended:
            return ended.exit_code
        return Exit.DONE

    def _tell(self, trouble: Trouble, *, program: bool) -> int:
        """Say on standard error what ended the command, and what to do next."""
        words, screen = self.session.words, self.session.screen
        fields = {name: safe(str(value)) for name, value in trouble.fields.items()}
        if "problem" in fields:
            fields["title"] = words.known(f"problem.{fields['problem']}", fields["title"])
        sentence = words(trouble.key, **fields)
        hint = words(trouble.hint) if trouble.hint else ""
        if program:
            told: dict[str, Any] = {"exit": int(trouble.code), "message": sentence, "next": hint or None}
            told |= {"lines": [str(line) for line in trouble.lines], "problem": trouble.document}
            screen.err.write(as_json({"error": told}, indent=None) + "\n")
        else:
            lines = [one.spoken(words.language) if isinstance(one, Told) else one for one in trouble.lines]
            for line in (sentence, *(f"  {line}" for line in lines), *([hint] if hint else [])):
                screen.note(line)
        return trouble.code


@cache
def tree(words: Words) -> SpeakingGroup:
    """Every verb in one language."""
    return build(VERBS, words)


def own_version() -> str:
    """The version of what was installed."""
    try:
        return version("bascule-contact")
    except PackageNotFoundError:
        return "0"


def main() -> int:
    """The console script."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = Words(language=wanted_language(sys.argv[1:], os.environ))
    screen = Screen(out=sys.stdout, err=sys.stderr, words=words, zone=None, environment=os.environ)
    session = Session(
        screen=screen, environment=os.environ, stdin=sys.stdin, wire=lambda: Web(SECONDS),
        now=lambda: datetime.now(UTC), sleep=time.sleep, ask_hidden=getpass.getpass,
    )  # fmt: skip
    code = Program(session=session).run(sys.argv[1:])
    if code == Exit.BROKEN_PIPE:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
