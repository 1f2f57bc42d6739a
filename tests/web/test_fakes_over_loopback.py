"""The fake providers over loopback: our channels talk to them through the real door, faults switch, receipts come."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.channels import Channel, ChannelConfig, SendFailed, kind
from chalicelib.domain.model import Contact, Message, Outcome, Party, Sent
from chalicelib.http import Door
from chalicelib.http_types import MaybeSent, NotSent, Request
from infra.local.fakes import Fakes
from infra.local.fakes.server import Listening
from infra.local.fakes.vendors import Answered, Signed, post
from infra.local.fakes.wire import Arrived, Reply, told

ROOT = Path(__file__).parents[2]
PERSON = {"messenger": "77", "whatsapp": "33611223344", "twilio_sms": "+33611223344"}
KINDS = {
    "messenger": "messenger",
    "whatsapp": "whatsapp",
    "twilio_sms": "twilio",
    "webhook": "desk-a",
    "chatwoot": "chatwoot",
}
SHOWN_AS = {"drop": MaybeSent, "down": NotSent}


@pytest.fixture
def fakes() -> Iterator[Fakes]:
    with Fakes() as running:
        yield running


def channel(fakes: Fakes, name: str) -> Channel:
    known: dict[str, Any] = fakes[KINDS[name]].describe()
    config = ChannelConfig(
        id=name, account=known["account"], base=known["base"], settings=known["settings"],
        secrets={key: (value,) for key, value in known["secrets"].items()},
    )  # fmt: skip
    return kind(name)(config, Door({"127.0.0.1"}, deadline=4.0))


def send(fakes: Fakes, name: str, key: str = "row-1", text: str = "café 🚨") -> Sent:
    address = PERSON.get(name, "")
    contact = None if address else Contact(account="a", provider_id="p", party=Party(address="77"), text=text)
    target = {"address": address} if address else {}
    message = Message(key=key, target=target, text=text, contact=contact, channel=name, purpose="order")
    return channel(fakes, name).send(message, datetime.now(UTC))


def ask(fakes: Fakes, path: str, sent: object = None) -> Answered:
    body = b"" if sent is None else json.dumps(sent).encode()
    return post(
        Signed(url=f"{fakes.describe()['control']}/_fake/{path}", body=body, method="POST" if body else "GET")
    )


def until(true: Callable[[], object], patience: float = 10.0) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)  # poll until the deadline


class Hook:
    """Our side of a webhook, for once."""

    def __init__(self) -> None:
        self.heard: list[Arrived] = []
        self._listening = Listening(0, self._answer)
        self.url = f"http://127.0.0.1:{self._listening.server_port}/hooks/x"
        self.stop = self._listening.stop

    def _answer(self, arrived: Arrived) -> Reply:
        self.heard.append(arrived)
        return told(200, {})


@pytest.fixture
def hook() -> Iterator[Hook]:
    listening = Hook()
    yield listening
    listening.stop()


@pytest.mark.parametrize("name", KINDS)
def test_each_channel_is_understood_by_its_vendor(fakes: Fakes, name: str) -> None:
    probed = channel(fakes, name).probe(datetime.now(UTC))
    sent = send(fakes, name)

    (entry,) = fakes.taken(KINDS[name])
    assert probed.outcome is Outcome.OK
    assert entry.text == "café 🚨"
    assert sent.provider_id in (entry.id, entry.conversation)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("mode", "outcomes"),
    [
        ("errors", {Outcome.OUTAGE, Outcome.UNKNOWN}),
        ("unavailable", {Outcome.OUTAGE}),
        ("throttle", {Outcome.THROTTLED}),
    ],
)
def test_each_channel_reads_its_vendors_failures(
    fakes: Fakes, name: str, mode: str, outcomes: set[Outcome]
) -> None:
    fakes.set(KINDS[name], mode)

    with pytest.raises(SendFailed) as failed:
        send(fakes, name)
    assert failed.value.outcome in outcomes
    assert fakes.taken(KINDS[name]) == ()


@pytest.mark.parametrize("mode", SHOWN_AS)
def test_a_dead_vendor_refuses_connections_or_drops_them(fakes: Fakes, mode: str) -> None:
    fakes.set("desk-a", mode)

    with pytest.raises(SHOWN_AS[mode]):
        send(fakes, "webhook")
    fakes.set("desk-a", "healthy")
    send(fakes, "webhook")

    assert [entry.key for entry in fakes.taken("desk-a")] == ["row-1"]


def test_the_control_port_heals_a_vendor_that_refuses_connections(fakes: Fakes) -> None:
    down = ask(fakes, "desk-a/faults", {"mode": "down"})
    with pytest.raises(NotSent):
        send(fakes, "webhook")
    up = ask(fakes, "desk-a/faults", {"mode": "healthy"})

    send(fakes, "webhook")
    journal = json.loads(ask(fakes, "desk-a/journal").body)
    assert (down.code, up.code) == (200, 200)
    assert journal["counts"] == {"taken": 1}
    assert journal["entries"][0]["key"] == "row-1"


@pytest.mark.parametrize(
    ("path", "sent", "code"),
    [
        ("desk-a/faults", {"mode": "bored"}, 400),
        ("desk-a/faults", {"mode": "errors", "share": 2}, 400),
        ("desk-a/faults", {"mode": "errors", "shares": 1}, 400),
        ("desk-a/faults", {"mode": "slow", "delay_s": "long"}, 400),
        ("desk-z/faults", {"mode": "down"}, 404),
        ("desk-a/mood", {}, 404),
    ],
)
def test_the_control_api_refuses_what_it_does_not_know(
    fakes: Fakes, path: str, sent: object, code: int
) -> None:
    assert ask(fakes, path, sent).code == code


def test_a_slow_vendor_takes_what_nobody_waited_for(fakes: Fakes) -> None:
    fakes.set("desk-a", "slow", delay_s=0.3)

    before = time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(send, fakes, "webhook")
        until(lambda: fakes["desk-a"].stage.kept == 1)
        sending.result()

    assert time.monotonic() - before >= 0.3
    assert len(fakes.taken("desk-a")) == 1
    assert fakes["desk-a"].stage.kept == 0


def test_half_of_the_sends_are_lost_in_silence(fakes: Fakes, hook: Hook) -> None:
    fakes.set("desk-a", "silent", share=0.5)
    fakes["desk-a"].stage.hook = hook.url

    for number in range(60):
        send(fakes, "webhook", key=f"row-{number}")

    report = fakes["desk-a"].stage.journal.report()["counts"]
    assert isinstance(report, dict)
    assert report["taken"] + report["lost"] == 60
    assert 15 <= report["lost"] <= 45
    until(lambda: len(hook.heard) == 2 * report["taken"])


@pytest.mark.parametrize(
    ("mode", "heard"),
    [
        ("healthy", ["answered", "closed"]),
        ("out_of_order", ["closed", "answered"]),
        ("duplicate", ["answered", "closed", "answered", "closed"]),
        ("lying", ["answered", "closed"]),
    ],
)
def test_receipts_come_as_the_fault_says(fakes: Fakes, hook: Hook, mode: str, heard: list[str]) -> None:
    ask(fakes, "desk-a/hook", {"url": hook.url})
    fakes.set("desk-a", mode)

    send(fakes, "webhook")

    until(lambda: len(hook.heard) == len(heard))
    assert [json.loads(one.body)["type"].removeprefix("contact.") for one in hook.heard] == heard
    assert len(fakes.taken("desk-a")) == (mode != "lying")


@pytest.mark.parametrize("name", KINDS)
def test_our_channels_believe_and_read_the_receipts(fakes: Fakes, hook: Hook, name: str) -> None:
    fakes[KINDS[name]].stage.hook = hook.url
    send(fakes, name)
    until(lambda: len(hook.heard) == 2)

    ours = channel(fakes, name)
    for one in hook.heard:
        request = Request(url=hook.url, headers=one.headers, body=one.body)
        ours.verify(request, datetime.now(UTC))
        read = ours.parse(request, datetime.now(UTC))
        assert len(read.receipts) + len(read.outcomes) == 1
        assert read.faults == ()


def test_a_desk_takes_parallel_repetitions_once(fakes: Fakes) -> None:
    threads = [threading.Thread(target=send, args=(fakes, "webhook")) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counts = fakes["desk-a"].stage.journal.report()["counts"]
    assert counts == {"taken": 1, "repeated": 9}


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_command_tells_its_addresses_and_stops_when_told(sign: signal.Signals) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "infra.local.fakes"], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        env={"PATH": os.defpath},
    )  # fmt: skip
    assert child.stdout
    known = json.loads(child.stdout.readline())

    journal = post(Signed(url=f"{known['providers']['desk-b']['base']}/_fake/journal", method="GET"))
    child.send_signal(sign)

    assert child.wait(20) == 0
    child.stdout.close()
    desks = {"chatwoot", "desk-a", "desk-b"}
    assert set(known["providers"]) == {"messenger", "whatsapp", "twilio", "subscriber", *desks}
    assert json.loads(journal.body) == {"entries": [], "counts": {}}
    with pytest.raises(OSError, match="refused"):
        post(Signed(url=f"{known['control']}/_fake/desk-a/journal", method="GET"))
