"""Passes announcements on: each subscriber gets each event by a signed POST, again and again for a day."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.channels._standard_webhooks import key, sign
from chalicelib.domain.subscriber import Subscriber
from chalicelib.http_types import Call, Http, MaybeSent, NotSent
from chalicelib.ports import Clock, Note, Unavailable
from chalicelib.service.situation import SituationReader
from chalicelib.service.stores import Stores

QUEUE = "announcements"
FIRST_DELAY, LONGEST_DELAY = 5, 900
"""Seconds before the next try: doubled each time; a queue delays no longer than a quarter of an hour."""
GIVE_UP = timedelta(hours=24)
Json = dict[str, Any]


class Refused(Exception):
    """A subscriber did not take an event; `wait` is how many seconds it asked for."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(slots=True)
class Announcer:
    """The announce function's one verb."""

    situations: SituationReader
    stores: Stores
    http: Http
    clock: Clock

    def take(self, body: str) -> str:
        """Handle one message: an event from the bus, or an event for one subscriber. A word for the log.

        Raises ValueError or KeyError on any other message, Unavailable when nothing could be queued, or when a
        subscriber took nothing for a day: the message then ends in the dead-letter queue.
        """
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("not an announcement")  # noqa: TRY004 - callers ask one question: readable or not
        return self._fan_out(found["detail"]) if "detail" in found else self._pass_on(found)

    def _fan_out(self, event: Json) -> str:
        """One message for each: a subscriber that is down must not make the others hear things twice."""
        plan = self.situations.read(self.clock.now()).plan
        wanted = [one.id for one in plan.subscribers.values() if one.wants(loud=event["data"]["loud"])]
        for subscriber in wanted:
            self._queue({"subscriber": subscriber, "event": event, "tries": 0}, delay=0)
        return f"{event['id']} for {len(wanted)}"

    def _pass_on(self, found: Json) -> str:
        now, name, event = self.clock.now(), found["subscriber"], found["event"]
        plan = self.situations.read(now).plan
        subscriber = plan.subscribers.get(name)
        if subscriber is None or plan.observing:
            return f"{event['id']} {name} gone"
        try:
            self._post(subscriber, event, now)
        except Refused as refused:
            if now - datetime.fromisoformat(event["timestamp"]) > GIVE_UP:
                raise Unavailable(f"{event['id']} {name} given up: {refused}") from refused
            tries = found["tries"] + 1
            wait = max(FIRST_DELAY * 2 ** min(tries, 10), refused.wait)
            self._queue({**found, "tries": tries}, delay=round(min(wait, LONGEST_DELAY)))
            return f"{event['id']} {name} later: {refused}"
        return f"{event['id']} {name} taken"

    def _post(self, subscriber: Subscriber, event: Json, now: datetime) -> None:
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json",
            **sign(self._keys(subscriber.id), event["id"], now, body),
        }
        try:
            answer = self.http.send(Call(method="POST", url=subscriber.url, headers=headers, body=body))
        except (NotSent, MaybeSent) as silent:
            raise Refused(f"no answer ({type(silent).__name__})") from silent
        if not 200 <= answer.code < 300:  # noqa: PLR2004 - HTTP's own
            raise Refused(f"http {answer.code}", answer.retry_after(now))

    def _keys(self, subscriber: str) -> tuple[bytes, ...]:
        secrets = self.stores.secrets.subscriber(subscriber).get("secret", ())
        if not secrets:
            raise Refused(f"no secret: set subscribers.{subscriber}.secret in the stage's channel secrets")
        try:
            return tuple(key(secret) for secret in secrets)
        except ValueError as odd:
            raise Refused(str(odd)) from odd

    def _queue(self, found: Json, delay: int) -> None:
        body = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        self.stores.queues.put(Note(queue=QUEUE, body=body, delay=delay))
