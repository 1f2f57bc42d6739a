"""What ends a command early: one error for each exit code, and so for each reaction that a script can have.

Errors::

    Trouble
    ├── Refused       1  something was found, or a rule forbids it: read what, and decide
    ├── Wrong         2  the command is not written as it must be: see --help
    ├── NotAllowed    3  no valid token, or too low a role: log in, or ask somebody else
    ├── NotFound      4  there is no such thing: list what there is
    ├── Overtaken     5  somebody changed it in between: look at their change, then ask again
    ├── Unreachable   6  no answer, or none that can be read: try again, look at the network
    └── Older         7  the stage does not know this verb yet: deploy it, or use an older command
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from bascule_cli.faults import Told


class Exit(IntEnum):
    """What a script sees; documented in docs/operating.md."""

    DONE = 0
    FOUND = 1
    WRONG = 2
    NOT_ALLOWED = 3
    NOT_FOUND = 4
    OVERTAKEN = 5
    UNREACHABLE = 6
    OLDER = 7
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class Trouble(Exception):
    """`key` names the sentence in the catalogue, `fields` what stands in it.

    `lines` come below it, faults in the reader's language; `hint` names the sentence that says what to do next;
    `document` is what the service said, for ``--json``.
    """

    code = Exit.FOUND
    otherwise = ""
    """The hint of those that give none."""

    def __init__(
        self,
        key: str,
        *,
        hint: str = "",
        lines: Sequence[str | Told] = (),
        document: Any = None,
        **fields: object,
    ) -> None:
        super().__init__(key)
        self.key, self.hint, self.lines = key, hint or self.otherwise, lines
        self.document, self.fields = document, fields


class Refused(Trouble):
    """Something was found, or a rule forbids it."""


class Wrong(Trouble):
    """The command is not written as it must be."""

    code = Exit.WRONG
    otherwise = "next.help"


class NotAllowed(Trouble):
    """No valid token, or too low a role."""

    code = Exit.NOT_ALLOWED


class NotFound(Trouble):
    """There is no such thing."""

    code = Exit.NOT_FOUND


class Overtaken(Trouble):
    """Somebody changed it between our reading and our writing."""

    code = Exit.OVERTAKEN


class Unreachable(Trouble):
    """No answer, or none that can be read."""

    code = Exit.UNREACHABLE


class Older(Trouble):
    """The stage does not know this verb."""

    code = Exit.OLDER
