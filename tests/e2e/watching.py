"""What really happened: rows, queues, desks' journals and logs, read beside the product."""

import json
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any
from urllib.parse import urlencode

from infra.local.fakes import Entry
from infra.local.scene import COLD, WORKED, Scene, SceneError, until
from infra.local.triggers import untriggered

DESKS = ("desk-a", "desk-b", "chatwoot")
HELD_FOR = 2.0
"""Seconds for which a container goes by the snapshot that it has read."""
HIDDEN_FOR = 180.0
"""Seconds for which a message stays hidden whose replay was cut off by its time limit (infra/queues.py)."""
QUIET_WITHIN = 10.0
"""Seconds for what is under way: a send takes up to 8, and what was seen waits a second to be counted in a batch."""
SWEEP_AFTER = 10.0
"""Seconds without the bell's effect after which the row is swept."""
Json = dict[str, Any]


def rows_of(scene: Scene, channel: str, person: str, kind: str = "contact", account: str = "") -> list[Json]:
    """A person's rows of one kind on a channel, as operators list them."""
    asked = {"channel": channel, "party": person, **({"account": account} if account else {})}
    found = scene.read(f"/v1/contacts?{urlencode(asked)}")["contacts"]
    return [row for row in found if row["kind"] == kind]


def told_of(scene: Scene, key: str) -> Json:
    """Everything that operators are told of a contact."""
    return scene.read(f"/v1/contacts/{key}")


def sweep(scene: Scene) -> None:
    """Ring every row that is due within five minutes, as a return does: a lost bell costs no minute of the test."""
    scene.stack.client("sqs").send_message(QueueUrl=scene.stack.outputs["FlipsQueue"], MessageBody="{}")


def in_the_end(scene: Scene, done: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait for something that a bell lost on a busy machine may delay until the sweep."""
    end = time.monotonic() + seconds
    while True:
        try:
            until(done, what, min(SWEEP_AFTER, max(0.5, end - time.monotonic())))
        except SceneError:
            if time.monotonic() >= end:
                raise
            sweep(scene)
        else:
            return


def only_row(scene: Scene, channel: str, person: str, **more: str) -> Json:
    """The one row of a person who contacted us once, with all that is told of it."""
    until(lambda: bool(rows_of(scene, channel, person, **more)), f"a row of {channel}", 20)
    (row,) = rows_of(scene, channel, person, **more)
    return told_of(scene, row["key"])


def served(scene: Scene, channel: str, person: str, seconds: float = 30) -> Json:
    """That one row, once a desk has it."""
    in_the_end(scene, lambda: only_row(scene, channel, person)["served_by"] is not None, "served", seconds)
    return only_row(scene, channel, person)


def handed_over(scene: Scene, key: str) -> list[Entry]:
    """Each time that some desk took this contact for a new one."""
    return [entry for desk in DESKS for entry in scene.fakes.taken(desk) if entry.key == key]


def doubled(scene: Scene) -> list[str]:
    """The contacts that desks took more than once."""
    counts = Counter(entry.key for desk in DESKS for entry in scene.fakes.taken(desk))
    return [key for key, count in counts.items() if count > 1]


def rejected(decision: Json) -> dict[str, str]:
    """A decision's rejected desks with their reasons."""
    return {one["desk"]: one["reason"] for one in decision["rejected"]}


def settled(scene: Scene) -> None:
    """Publish the present plan and orders, and wait until no container goes by anything older."""
    scene.tick()
    over = time.monotonic() + HELD_FOR
    until(lambda: time.monotonic() > over, "the snapshot's two seconds", HELD_FOR + 2)


def _stands(scene: Scene, text: str) -> bool:
    """Publish this plan, unless it stands; False when that is to be tried again.

    On a busy machine an answer may be lost, of a plan that then stands.
    """
    now = scene.read("/v1/plan")
    if now["text"] == text:
        return True
    named = {"If-Match": f'"{now["version"]}"', "X-Reason": "a play"}
    answer = scene.ops("PUT", "/v1/plan", text, named)
    assert answer.code in (200, 412, *COLD), answer.text
    return answer.code == 200


def publish(scene: Scene, text: str) -> None:
    """Make this the plan, and wait until everybody goes by it."""
    until(lambda: _stands(scene, text), "the plan is published", 30)
    settled(scene)


def undone(scene: Scene, path: str, kind: str) -> None:
    """Take back every order (`/v1/orders`), or all planned work (`/v1/maintenance`): none of it is left.

    It is asked for again where a busy machine did not answer, or somebody else was quicker.
    """

    def none_left() -> bool:
        for one in scene.read(path)[kind]:
            tag = scene.ops("GET", path).headers["etag"]
            scene.ops("DELETE", f"{path}/{one['id']}", headers={"If-Match": tag})
        return not scene.read(path)[kind]

    until(none_left, f"no {kind} are left", 30)


def forget_health(scene: Scene, channel: str = "") -> None:
    """Take all evidence back, or all of one channel, as if nothing had ever been measured.

    Evidence of before that is still on its way would be counted afterwards: so it is waited for, but not for what
    lies hidden for minutes.
    """
    with suppress(SceneError):
        until(scene.quiet, "quiet queues", QUIET_WITHIN)
    table, client = scene.stack.outputs["HealthTable"], scene.stack.client("dynamodb")
    items = client.scan(TableName=table)["Items"]
    for item in [one for one in items if channel in ("", one["pk"]["S"].partition("#")[0])]:
        client.delete_item(TableName=table, Key={"pk": item["pk"]})
    settled(scene)


def stored(scene: Scene, channel: str) -> set[str]:
    """The vendors' ids of all contacts in the table, read by the database's own client."""
    pages = (
        scene.stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=scene.stack.outputs["ContactsTable"])
    )
    rows = (item for page in pages for item in page["Items"] if item["sk"]["S"] == "c")
    return {row["provider_id"]["S"] for row in rows if row["channel"]["S"] == channel}


def queued(scene: Scene) -> list[bytes]:
    """The raw bodies in the overflow queue and in its dead-letter queue; they stay there (ask while replay stands)."""
    found: dict[str, bytes] = {}
    for name in ("OverflowQueue", "OverflowDeadQueue"):
        url, client = scene.stack.outputs[name], scene.stack.client("sqs")
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 5}
        while messages := client.receive_message(**asked).get("Messages", []):
            found |= {m["MessageId"]: b64decode(json.loads(m["Body"])["body"]) for m in messages}
    return list(found.values())


def overflowing(scene: Scene) -> int:
    """How many messages the overflow queue and its dead-letter queue hold, without touching them."""
    return sum(map(sum, scene.messages("OverflowQueue", "OverflowDeadQueue").values()))


def waiting(scene: Scene) -> int:
    """How many messages wait where it is longest: for a sender, or for what was seen to be counted."""
    return max(waits for waits, _ in scene.messages(*WORKED).values())


def overflow_empties(scene: Scene) -> None:
    """Wait until all that was held has been replayed. What stays is told with the replay's own words."""
    try:
        in_the_end(scene, lambda: overflowing(scene) == 0, "an empty overflow queue", HIDDEN_FOR + 60)
    except SceneError as stuck:
        said = Counter(str(line.get("came")) for line in log_lines(scene, "ReplayOverflow"))
        raise AssertionError(f"{overflowing(scene)} are still held; the replay said {dict(said)}") from stuck


def replay_stopped(scene: Scene) -> AbstractContextManager[None]:
    """Nobody reads the overflow queue for a while."""
    return untriggered(scene.stack.client("lambda"), scene.stack.functions["ReplayOverflow"])


def log_lines(scene: Scene, function: str) -> list[Json]:
    """A function's log lines that are JSON."""
    lines = (line for line in scene.stack.words(function).splitlines() if line.startswith("{"))
    return [json.loads(line) for line in lines]
