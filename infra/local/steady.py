"""People who contact us without pause while something else goes on: each is repeated, as vendors do, until a 2xx."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from infra.local.fakes.vendor_desks import Webhook
from infra.local.fakes.vendors import Signed, post
from infra.local.scene import Scene, SceneError, twilio, until

SENDERS, PAUSE = 3, 0.1
AGAIN_AFTER = 0.3
"""Seconds between a vendor's tries."""
LAST_WAIT = 20.0
"""Seconds for what is under way when all is over."""
GIVEN_UP = 100
"""Tries after which a vendor would give up; a contact that comes to this was refused by us."""


class Steady:
    """Senders on two channels, while entered. `accepted`: name -> tries it took; `refused`: tries without a 2xx."""

    def __init__(self, scene: Scene) -> None:
        self.accepted: dict[str, int] = {}
        self.given_up: list[str] = []
        self.refused: list[int] = []
        self._scene = scene
        self._over = threading.Event()
        self._ends: float | None = None
        self._threads = [threading.Thread(target=self._send, args=(n,), daemon=True) for n in range(SENDERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends = time.monotonic() + LAST_WAIT
        self._over.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, count: int, seconds: float) -> None:
        """Wait until so many more contacts were accepted. Raises SceneError."""
        wanted = len(self.accepted) + count
        try:
            until(lambda: len(self.accepted) >= wanted, f"{count} more contacts are accepted", seconds)
        except SceneError as slow:
            raise SceneError(f"{slow}; {len(self.accepted)} were, refused: {Counter(self.refused)}") from slow

    def _send(self, number: int) -> None:
        makers = (self._form, self._sms)
        turn = number
        while not self._over.wait(PAUSE):
            name = f"steady{secrets.token_hex(8)}"
            self._deliver(name, makers[turn % len(makers)](name))
            turn += 1

    def _deliver(self, name: str, signed: Callable[[], Signed]) -> None:
        for tries in range(1, GIVEN_UP + 1):
            code = _code(signed())
            if code // 100 == 2:  # noqa: PLR2004 - HTTP's own
                self.accepted[name] = tries
                return
            self.refused.append(code)
            if self._late():
                break
            time.sleep(AGAIN_AFTER)
        self.given_up.append(name)

    def _late(self) -> bool:
        """True when all was over long ago: what is not accepted by now never will be."""
        return self._ends is not None and time.monotonic() > self._ends

    def _form(self, name: str) -> Callable[[], Signed]:
        shop = Webhook(url=self._scene.hook("shop"), secret=self._scene.shop_secret)
        return lambda: shop.contact(name, name, name, datetime.now(UTC))

    def _sms(self, name: str) -> Callable[[], Signed]:
        person = f"+336{secrets.randbelow(10**8):08}"
        return lambda: twilio(self._scene, "sms-fr").sms(person, name, name)


def _code(signed: Signed) -> int:
    """What the door answers; 0 for no answer."""
    try:
        return post(signed).code
    except OSError:
        return 0
