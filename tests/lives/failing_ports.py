"""Ports that fail: down as a whole, or once, before or after any one call takes effect; or the function dies there."""

from collections.abc import Callable

from chalicelib.ports import Unavailable

NOT_CALLS = frozenset({"take_bells", "take_notes"})
"""The other end of the queues, which is the test's."""


class Died(BaseException):
    """The function ended here, with everything that it had in hand."""


class Trouble:
    """What ails the ports: `down` names those that answer nothing; one call may be tripped."""

    def __init__(self) -> None:
        self.down: str = ""
        self._port, self._left, self._error, self._after = "", -1, None, False
        self.tripped: list[str] = []

    def trip(self, port: str, calls: int, *, dies: bool, after: bool) -> None:
        """So many calls of a port from now, one fails; `after` means that it took effect and nobody heard."""
        self._port, self._left, self._after = port, calls, after
        self._error = Died if dies else Unavailable

    def settle(self) -> None:
        """All well again."""
        self.down, self._left = "", -1

    def pass_through(self, name: str, call: Callable, given: tuple, named: dict) -> object:
        """Make a call, or fail."""
        port = name.partition(".")[0]
        if port == self.down:
            raise Unavailable(f"{self.down} is down")
        mine = self._left == 0 and port == self._port
        self._left -= self._left >= 0 and port == self._port
        if not mine:
            return call(*given, **named)
        self.tripped.append(name)
        if self._after:
            call(*given, **named)
        raise self._error(f"at {name}")


class Troubled:
    """A port with its trouble."""

    def __init__(self, name: str, port: object, trouble: Trouble) -> None:
        self._name, self._port, self._trouble = name, port, trouble

    def __getattr__(self, name: str):
        found = getattr(self._port, name)
        if not callable(found) or name.startswith("_") or name in NOT_CALLS:
            return found
        whole = f"{self._name}.{name}"
        return lambda *given, **named: self._trouble.pass_through(whole, found, given, named)

    def __setattr__(self, name: str, value: object) -> None:
        if name in ("_name", "_port", "_trouble"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._port, name, value)
