"""Bugs to plant in a deployment, each with the words by which the lives must find it."""

from dataclasses import replace

from chalicelib.domain.outbox import Due
from tests.lives.stage import Stage


class Bent:
    """A port of which one method is another."""

    def __init__(self, port, name, method):
        self.__dict__.update(_port=port, _name=name, _method=method)

    def __getattr__(self, name):
        return self._method if name == self._name else getattr(self._port, name)

    def __setattr__(self, name, value):
        setattr(self._port, name, value)


def contacts_said_to_be_stored(stage: Stage) -> None:
    """Every third contact is answered with a yes and never written."""
    store, count = stage.ports.contacts, [0]

    def add(row):
        count[0] += 1
        return None if count[0] % 3 == 0 else store.add(row)

    _bend(stage, "contacts", add)


def keys_that_change_with_each_try(stage: Stage) -> None:
    """A provider that knows our keys cannot know a repetition."""
    send, count = stage.providers.send, [0]

    def renamed(call):
        count[0] += 1
        key = f"{call.headers.get('webhook-id', '')}-{count[0]}"
        return send(replace(call, headers={**call.headers, "webhook-id": key}))

    stage.providers.send = renamed


def due_times_that_are_forgotten(stage: Stage) -> None:
    """A row that is put by is never looked at again."""
    store = stage.ports.contacts
    _bend(
        stage, "contacts",
        lambda key, work, due=Due.KEEP, due_at=None: store.save(key, work, Due.CLEAR, None),
        name="save",
    )  # fmt: skip


def an_order_that_nobody_keeps(stage: Stage) -> None:
    """Each is the first of its conversation."""
    _bend(stage, "contacts", lambda *_, **__: [], name="history")


def doubts_that_are_tried_elsewhere(stage: Stage) -> None:
    """What may have gone to one desk is given to the next."""
    store = stage.ports.contacts

    def save(key, work, due=Due.KEEP, due_at=None):
        free = replace(work, state=type(work.state).ACCEPTED) if work.state.value == "unknown" else work
        store.save(key, free, due, due_at)

    _bend(stage, "contacts", save)


def overflow_that_is_dropped(stage: Stage) -> None:
    """A request that was held is gone."""
    queues = stage.ports.queues
    _bend(stage, "queues", lambda note: "" if note.queue == "overflow" else queues.put(note), name="put")


def backlogs_that_nobody_is_told_of(stage: Stage) -> None:
    """A row goes where nobody looks."""
    _bend(stage, "contacts", lambda *_: False, name="open_lot")


def _bend(stage: Stage, port: str, method, *, name: str = "") -> None:
    object.__setattr__(stage.ports, port, Bent(getattr(stage.ports, port), name or method.__name__, method))
    stage.restart()


def anchors_that_are_not_kept(stage: Stage) -> None:
    """All but the first are lost on their way, and nobody hears of it."""
    anchors = stage.ports.anchors

    def add(number, text):
        return anchors.add(number, text) if not anchors.texts else None

    _bend(stage, "anchors", add)


BUGS = {
    contacts_said_to_be_stored: "no row",
    keys_that_change_with_each_try: "effects",
    due_times_that_are_forgotten: "never due",
    an_order_that_nobody_keeps: "went before",
    doubts_that_are_tried_elsewhere: "effects",
    overflow_that_is_dropped: "no row",
    backlogs_that_nobody_is_told_of: "deferred, due",
    anchors_that_are_not_kept: "in no anchor",
}
