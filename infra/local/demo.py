"""The main job before a person's eyes: contacts arrive, a desk and a platform die, contacts go on, all returns."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from infra.local.fakes import Mode
from infra.local.scene import PEOPLE, Scene, SceneError, twilio, until
from infra.local.show import Show

DEAD_DESK, DEAD_PATH = "desk-a", "box-a#out#world"
DEAD_WAY, WAY_PATH = "messenger-fr", "messenger-fr#in#fr"
UNPROBED = "shop"
"""A producer that only writes to us: it has no address to ask."""
NOTICED_WITHIN = 180
BACK_WITHIN = 300


class Demo:
    """Plays the steps; each raises SceneError when what it shows did not really happen."""

    def __init__(self, scene: Scene, show: Show) -> None:
        self.scene, self.show = scene, show

    def play(self) -> None:
        """All steps, in order."""
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Every path is probed until it is known to work", self.known),
            ("Six people write, call and mail; each vendor signs its own request", self.arrive),
            ("The desk that everybody prefers dies, and so does Messenger's API", self.die),
            ("Probes notice; nobody is told by a customer", self.notice),
            ("People go on writing: they reach the next desk", self.go_on),
            ("The front door no longer sends anybody to Messenger", self.steer),
            ("A caller whose line is closed hears the alternative in the same call", self.call),
            ("Desk and platform come back", self.heal),
            ("Traffic returns to the preferred desk, through a trial", self.back),
            ("The accounts balance", self.balance),
        )
        for number, (title, step) in enumerate(steps, 1):
            self.show.step(number, len(steps), title)
            step()

    def known(self) -> None:
        """Wait for the first probes."""
        with self.show.waiting("probing") as tell:
            until(
                lambda: self._states(tell).keys() >= {DEAD_PATH, WAY_PATH} and not self._unknown(),
                "every path has evidence",
                120,
            )
            until(self._feed_is_open, "the front door shows every way as open", 120)
        self.show.health(self.scene.read("/v1/health"))
        self.show.feed(self.scene.feed())

    def arrive(self) -> None:
        """One contact on each medium."""
        keys = {medium: self._contact(medium, f"Bonjour, c'est {medium} 📦") for medium in PEOPLE}
        self._served("paris", count=5)
        self.show.contacts(self.scene.contacts())
        if len(keys) != len(PEOPLE):
            raise SceneError("a medium is missing")

    def die(self) -> None:
        """Break the desk and the platform."""
        self.scene.fakes.set(DEAD_DESK, Mode.DOWN)
        self.scene.fakes.set("messenger", Mode.UNAVAILABLE)
        self.broken_at = datetime.now(UTC)
        self.show.say(f"{DEAD_DESK} refuses connections; the Graph API answers 503")

    def notice(self) -> None:
        """Wait for the belief, with some traffic, as there would be."""
        with self.traffic(), self.show.waiting("watching the health table") as tell:
            until(
                lambda: self._states(tell).get(DEAD_PATH) == "down",
                "the desk's path goes down",
                NOTICED_WITHIN,
            )
            until(lambda: self._states(tell).get(WAY_PATH) == "down", "Messenger goes down", NOTICED_WITHIN)
        took = (datetime.now(UTC) - self.broken_at).total_seconds()
        self.show.say(f"both were noticed {took:.0f} s after they broke")
        self.show.health(self.scene.read("/v1/health"), only={DEAD_PATH, WAY_PATH})

    def go_on(self) -> None:
        """A contact now goes straight to the next desk."""
        until(lambda: self._decided()["desk"] == "lille", "the router chooses the next desk", 60)
        before = len(self.scene.fakes.taken("desk-b"))
        self._contact("form", "Where is my order?")
        until(lambda: len(self.scene.fakes.taken("desk-b")) > before, "the next desk gets the contact", 60)
        self.show.decision(self._decided())

    def steer(self) -> None:
        """The feed closes the way."""
        until(lambda: self.scene.feed()[DEAD_WAY] == "closed", "the front door closes Messenger", 120)
        self.show.feed(self.scene.feed())

    def call(self) -> None:
        """An operator closes a line; the response of the very next call dials the other."""
        etag = self.scene.ops("GET", "/v1/orders").headers["etag"]
        order = {"kind": "force_down", "scope": "desk:line-1", "until": 10, "reason": "demonstration"}
        given = self.scene.ops("POST", "/v1/orders", order, {"If-Match": etag})
        if given.code != 201:  # noqa: PLR2004 - HTTP's own
            raise SceneError(f"the order was refused: {given.code} {given.text}")
        until(lambda: "+33155500002" in self._call(), "the second line is dialled in the same response", 30)
        self.show.say(self._call())
        order_id = json.loads(given.text)["order"]["id"]
        self.scene.ops("DELETE", f"/v1/orders/{order_id}", "", {"If-Match": given.headers["etag"]})

    def heal(self) -> None:
        """Mend everything."""
        self.scene.fakes.heal()
        self.show.say("both answer again; the paths rest, then a trial lets a growing share through")

    def back(self) -> None:
        """Wait for the return, with traffic."""
        with self.traffic(), self.show.waiting("watching the return") as tell:
            until(lambda: self._states(tell).get(DEAD_PATH) == "up", "the desk's path is up", BACK_WITHIN)
            until(lambda: self._states(tell).get(WAY_PATH) == "up", "Messenger is up", BACK_WITHIN)
            until(lambda: self._decided()["desk"] == "paris", "the router prefers the first desk again", 60)
        before = len(self.scene.fakes.taken(DEAD_DESK))
        self._contact("whatsapp", "Merci !")
        until(
            lambda: len(self.scene.fakes.taken(DEAD_DESK)) > before, "the preferred desk gets a contact", 60
        )
        until(lambda: self.scene.feed()[DEAD_WAY] == "open", "the front door opens Messenger", 120)
        self.show.health(self.scene.read("/v1/health"), only={DEAD_PATH, WAY_PATH})
        self.show.feed(self.scene.feed())

    def balance(self) -> None:
        """Everybody who wrote is accounted for, and no desk got anybody twice."""
        done = {"answered", "closed", "delivered", "sent", "informed", "abandoned"}
        until(
            lambda: all(c["state"] in done or c["medium"] == "voice" for c in self.scene.contacts()),
            "all served",
            180,
        )
        rows = self.scene.contacts()
        handed = [e.key for name in ("desk-a", "desk-b") for e in self.scene.fakes.taken(name)]
        if len(handed) != len(set(handed)):
            raise SceneError("a desk got a contact twice")
        self.show.balance(rows, handed)

    @contextmanager
    def traffic(self) -> Iterator[None]:
        """Somebody fills in the form every two seconds."""
        over = threading.Event()

        def write() -> None:
            number = 0
            while not over.wait(2):
                number += 1
                self.scene.contact("form", f"visitor-{number}-{id(over)}", "Hello?")

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        try:
            yield
        finally:
            over.set()
            writer.join()

    def _contact(self, medium: str, text: str) -> str:
        answer = self.scene.contact(medium, PEOPLE[medium], text)
        self.show.arrived(medium, answer.code, answer.text)
        if not 200 <= answer.code < 300:  # noqa: PLR2004 - HTTP's own
            raise SceneError(f"{medium} was answered {answer.code}: {answer.text[:200]}")
        return answer.text

    def _served(self, desk: str, count: int) -> None:
        with self.show.waiting(f"{count} contacts on their way to {desk}"):
            until(
                lambda: sum(c["served_by"] == desk for c in self.scene.contacts()) >= count,
                f"{desk} gets {count}",
                90,
            )

    def _states(self, tell: Callable[[str], None]) -> dict[str, str]:
        states = {path["path"]: str(path["state"]) for path in self.scene.read("/v1/health")["paths"]}
        tell(", ".join(f"{path} {state}" for path, state in states.items() if path in (DEAD_PATH, WAY_PATH)))
        return states

    def _unknown(self) -> list[str]:
        paths = self.scene.read("/v1/health")["paths"]
        return [p["path"] for p in paths if p["state"] == "unknown" and p["channel"] != UNPROBED]

    def _feed_is_open(self) -> bool:
        return set(self.scene.feed().values()) == {"open"}

    def _decided(self) -> dict[str, object]:
        asked = {"channel": "shop", "text": "Hello?"}
        answer = self.scene.ops("POST", "/v1/decisions", asked)
        found: dict[str, object] = json.loads(answer.text)["decision"]
        return found

    def _call(self) -> str:
        return self.scene.contact("voice", PEOPLE["voice"], "").text


__all__ = ["Demo", "twilio"]
