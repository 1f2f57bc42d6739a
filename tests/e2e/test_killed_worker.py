"""A worker killed while it sends: nobody knows whether the contact went, and still the desk gets it exactly once."""

import os
import signal
from pathlib import Path

import pytest

from infra.local.fakes.vendors import post
from infra.local.scene import until
from tests.e2e import sides
from tests.e2e.watching import in_the_end, only_row, told_of

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

SLOW = 7.0
"""Seconds: longer than a busy machine needs to see that somebody sends, shorter than the 8 for which a sender waits."""
LEASE = 30


def workers_of(stack, function):
    """The processes of the local stack that run a function: it says so in their environment."""
    found, parents = [], {stack.server.child.pid}
    for _ in range(3):  # keeper, server, worker
        parents = {pid for pid, parent in running() if parent in parents}
        found += [pid for pid in parents if named(pid, stack.functions[function])]
    return found


def running():
    """Every process and its parent."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        yield int(entry.parent.name), int(after[1])


def named(pid, function):
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return f"AWS_LAMBDA_FUNCTION_NAME={function}".encode() in environment


@pytest.fixture
def silent(breaking):
    """The first desk never says by itself what became of a contact."""
    stage = breaking.fakes["desk-a"].stage
    hook, stage.hook = stage.hook, ""
    yield breaking
    stage.hook = hook


def test_a_contact_whose_sender_was_killed_reaches_the_idempotent_desk_exactly_once(silent):
    person = sides.person("form")
    silent.fakes.set("desk-a", "slow", delay_s=SLOW)
    post(sides.form(silent, sides.fresh("shop"), person, "Toujours là ?"), patience=60)
    in_the_end(silent, lambda: only_row(silent, "shop", person)["state"] == "sending", "the send", 40)
    key = only_row(silent, "shop", person)["key"]

    killed = workers_of(silent.stack, "Deliver")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    until(lambda: told(silent, key) == ["taken"], "the desk takes what was sent before", SLOW + 20)
    silent.fakes.heal()

    until(lambda: told_of(silent, key)["state"] == "sending", "nobody says what became of it", 5)
    in_the_end(silent, lambda: told_of(silent, key)["served_by"] == "paris", "resolved", LEASE + 60)
    outcomes = [each["outcome"] for each in told_of(silent, key)["attempts"]]
    assert killed
    assert outcomes == ["unknown", "ok"]
    assert told(silent, key) == ["taken", "repeated"]


def told(scene, key):
    """What the desk made of each sending of this contact: its webhook-id is the row's key."""
    entries = scene.fakes["desk-a"].stage.journal.entries()
    return [entry.came_to for entry in entries if entry.key == key]
