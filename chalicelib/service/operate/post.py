"""The operator's post: who does something, when, and what it is done on."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.access.scope import EVERYWHERE, markets_of
from chalicelib.domain.belief import Belief
from chalicelib.domain.plan import WORLD, Plan
from chalicelib.ports import Change, Missing, Note, Stale, Standing, Unavailable
from chalicelib.service.operate.callers import Caller
from chalicelib.service.operate.refusals import Absent, Forbidden
from chalicelib.service.permit import Light, Wish, settle
from chalicelib.service.registry import Registry
from chalicelib.service.situation import NoSituation, SituationReader
from chalicelib.service.stores import Stores

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One operation's surroundings; `now` is read once for it, `stage` is what the deployment is called."""

    stores: Stores
    situations: SituationReader
    registry: Registry
    caller: Caller
    now: datetime
    stage: str = ""

    def plan(self) -> Plan:
        """The newest plan, from the store. Raises Absent when none was ever published."""
        try:
            return self.situations.plan_of(self.stores.plans.current())
        except Missing:
            raise Absent("plan", "current") from None

    def settle(self, make: Callable[[Standing, Plan], Wish]) -> tuple[Standing, Change]:
        """Change what is permitted, by the one way there is. Raises Absent while there is no plan, and as `settle`."""

        def planned(seen: Standing, plan: Plan | None) -> Wish:
            if plan is None:
                raise Absent("plan", "current")
            return make(seen, plan)

        return settle(self.stores.permission, self.light, planned)

    def light(self, number: int) -> Light:
        """What changes are looked at by, on a version of the plan; without beliefs when none can be read."""
        beliefs: Mapping[str, Belief] = {}
        with suppress(NoSituation):
            beliefs = self.situations.read(self.now).beliefs
        plan = self.situations.plan_of(self.stores.plans.version(number)) if number else None
        return Light(plan=plan, now=self.now, beliefs=beliefs)

    def require_markets(self, *scopes: str) -> None:
        """Raises Forbidden when these scopes concern a market that the caller is not there for."""
        if self.caller.markets is None:
            return
        plan = self.plan()
        missing = {m for scope in scopes for m in markets_of(plan, scope)} - self.caller.markets
        if missing or not scopes:
            named = ", ".join(sorted(missing)) or EVERYWHERE
            raise Forbidden(f"this concerns markets that your token is not for: {named}")

    def require_market(self, market: str) -> None:
        """The same for something of one market."""
        if self.caller.markets is not None and market not in self.caller.markets:
            raise Forbidden(f"this concerns a market that your token is not for: {market or WORLD}")

    def write_down(self, what: str, **fields: str) -> bool:
        """Append to the ledger. False when it does not answer: what was done stands all the same."""
        entry = {"what": what, "who": self.caller.id, "role": self.caller.role.value, **fields}
        try:
            self.stores.ledger.append("operations", entry, self.now)
        except (Unavailable, Stale):
            return False
        return True

    def republish(self, what: str) -> bool:
        """Ring `tick`, so that routing changes now. False when the queue does not answer: then within a minute."""
        return self.tell(Note(queue="flips", body=json.dumps({"operation": what, "who": self.caller.id})))

    def tell(self, note: Note) -> bool:
        """Queue a message. False when the queue does not answer."""
        try:
            self.stores.queues.put(note)
        except Unavailable:
            return False
        return True


def iso(moment: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC with milliseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
