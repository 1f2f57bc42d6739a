"""What happens to a request at a fake provider: fault, answer, journal, and the receipts that follow."""

import threading
import time
from contextlib import suppress
from queue import SimpleQueue

from infra.local.fakes.faults import Faults, Mode
from infra.local.fakes.journal import Entry, Journal
from infra.local.fakes.provider import Provider
from infra.local.fakes.vendors import Answered, Signed, post
from infra.local.fakes.wire import Arrived, Item, Reply, Taken

TRIES = 3
_LOST = (Mode.SILENT, Mode.LYING)


class Stage:
    """One provider with its fault and its journal; knows no socket. `kept` are the slow answers under way."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.journal, self.faults, self.hook = provider, Journal(), Faults(), ""
        self.outgoing: SimpleQueue[Signed | None] = SimpleQueue()
        self.stopped, self.kept, self._counting = threading.Event(), 0, threading.Lock()

    def play(self, arrived: Arrived) -> Reply | None:
        """The reply to a request under the present fault; None: close the connection without one."""
        number, now, faults = self.journal.number(), time.time(), self.faults
        mode = faults.strikes(number)
        if mode is Mode.SLOW:
            self._keep_waiting(faults.delay_s)
        struck = self._struck(mode, faults)
        taken = Taken(reply=struck) if struck else self.provider.answer(arrived, now)
        if mode is Mode.DROP:
            came_to, reply = "dropped", None
        else:
            came_to, reply = _came_to(mode, taken, struck=bool(struck)), taken.reply
        self._note(arrived, taken, (number, now, came_to))
        if taken.item and mode in _LOST:
            self.provider.lost(taken.item)
        if taken.item and not taken.item.repeated:
            self._report(taken.item, mode, now)
        return reply

    def _keep_waiting(self, seconds: float) -> None:
        with self._counting:
            self.kept += 1
        self.stopped.wait(seconds)
        with self._counting:
            self.kept -= 1

    def _struck(self, mode: Mode, faults: Faults) -> Reply | None:
        """The reply of a provider that does not even look at the request."""
        if mode is Mode.DROP:
            return Reply(code=0)
        if mode is Mode.THROTTLE:
            return self.provider.throttled(faults.delay_s)
        codes = {Mode.UNAVAILABLE: 503, Mode.ERRORS: 500}
        return self.provider.failing(codes[mode]) if mode in codes else None

    def _note(self, arrived: Arrived, taken: Taken, came: tuple[int, float, str]) -> None:
        number, at, came_to = came
        item = taken.item or Item(id="")
        self.journal.add(
            Entry(
                number=number, at=at, what="send" if taken.item else "ask", came_to=came_to, method=arrived.method,
                path=arrived.path, code=taken.reply.code, id=item.id, key=item.key, party=item.party,
                text=item.text, conversation=item.conversation,
            )
        )  # fmt: skip

    def _report(self, item: Item, mode: Mode, now: float) -> None:
        """Queue the receipts of an item: none when lost in silence, twice or backwards when that is the fault."""
        if mode is Mode.SILENT or not (self.hook or item.callback):
            return
        receipts = list(self.provider.receipts(item, self.hook, now))
        if mode is Mode.OUT_OF_ORDER:
            receipts.reverse()
        for receipt in receipts * (2 if mode is Mode.DUPLICATE else 1):
            self.outgoing.put(receipt)

    def deliver(self) -> None:
        """Post queued receipts, one after another, until None comes; each is tried three times."""
        while (receipt := self.outgoing.get()) is not None:
            answer = Answered(code=0)
            for _ in range(TRIES):
                with suppress(OSError):
                    answer = post(receipt)
                if answer.good or self.stopped.wait(0.5):
                    break
            self.journal.add(
                Entry(
                    number=self.journal.number(), at=time.time(), what="receipt",
                    came_to="answered" if answer.good else "failed", code=answer.code, method=receipt.method,
                    path=receipt.url, text=receipt.body.decode("utf-8", "replace"), answer=answer.text,
                )
            )  # fmt: skip


def _came_to(mode: Mode, taken: Taken, *, struck: bool) -> str:
    if struck:
        return "throttled" if mode is Mode.THROTTLE else "failed"
    if taken.item is None:
        return "answered" if taken.reply.code < 400 else "refused"  # noqa: PLR2004 - HTTP's own
    if mode in _LOST:
        return "lost"
    return "repeated" if taken.item.repeated else "taken"
