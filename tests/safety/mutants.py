"""Ways of permission with one fault each, to see that the oracle finds it."""

from dataclasses import replace

from chalicelib.domain.planned_work.windows import Windows
from chalicelib.memory import MemoryPorts
from chalicelib.ports import Stale


class Mutant:
    """In place of memory's own: `read` may lie, `write` may be careless."""

    def __init__(self, ports: MemoryPorts, clock) -> None:
        self.ports, self.clock, self.genuine = ports, clock, ports.permission

    def read(self):
        return self.genuine.read()

    def write(self, seen, change):
        known = self.genuine.read()
        if (seen.plan, seen.orders.version, seen.windows.version) != (
            known.plan, known.orders.version, known.windows.version,
        ):  # fmt: skip
            raise Stale("somebody was faster")
        self.genuine.write(known, change)


class LooksOnceOnly(Mutant):
    """Writes each document by its own version, as if the others could not have changed since."""

    def write(self, seen, change):
        known = self.genuine.read()
        pairs = ((change.orders, known.orders), (change.windows, known.windows))
        if any(new is not None and new.version != old.version + 1 for new, old in pairs):
            raise Stale("somebody was faster")
        if change.plan is not None and change.plan.version != known.plan + 1:
            raise Stale("somebody was faster")
        record = change.record and replace(change.record, version=known.record.version + 1)
        self.genuine.write(known, replace(change, record=record))


class SeesNoWindows(Mutant):
    """Orders and plans are looked at as if nothing were planned."""

    def read(self):
        found = self.genuine.read()
        return replace(found, windows=Windows(version=found.windows.version))

    def write(self, seen, change):
        known = self.genuine.read()
        if change.windows is not None:
            ids = {window.id for window in change.windows.planned}
            kept = (w for w in known.windows.planned if w.id not in ids)
            change = replace(
                change, windows=replace(change.windows, planned=(*kept, *change.windows.planned))
            )
        super().write(replace(seen, windows=known.windows), change)


class SeesOnlyNow(SeesNoWindows):
    """What begins later is not looked at."""

    def read(self):
        found, now = self.genuine.read(), self.clock()
        planned = (
            replace(w, spans=tuple(s for s in w.spans if s.start <= now)) for w in found.windows.planned
        )
        return replace(found, windows=replace(found.windows, planned=tuple(w for w in planned if w.spans)))


class LetsEverythingThrough(SeesNoWindows):
    """No rule is looked at: nothing seems to be commanded or planned."""

    def read(self):
        found = self.genuine.read()
        return replace(
            found, orders=replace(found.orders, given=(), _by_scope={}), windows=Windows(version=found.windows.version)
        )  # fmt: skip

    def write(self, seen, change):
        known = self.genuine.read()
        if change.orders is not None:
            given = (*known.orders.given, *change.orders.given)
            change = replace(change, orders=replace(change.orders, given=given, _by_scope={}))
        super().write(replace(seen, orders=known.orders), change)


MUTANTS = (LooksOnceOnly, SeesNoWindows, SeesOnlyNow, LetsEverythingThrough)
