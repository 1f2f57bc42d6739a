"""A world with two subscribers, and what is published there: shared by the stories of what is told."""

from chalicelib.domain.telling.event import EventType
from chalicelib.http_types import NotSent
from tests.world import PLAN, SECRET, World

PATH = "box-a#out#world"
SUBSCRIBERS = """
subscribers:
  ops-room: {url: "https://ops.example/in"}
  pager: {url: "https://pager.example/in", events: loud}
"""


def made():
    """A quiet world of two minutes."""
    world = World(PLAN + SUBSCRIBERS)
    for name in ("ops-room", "pager"):
        world.ports.secrets.subscribers[name] = {"secret": (SECRET,)}
    minutes(world, 2)
    return world


def published(world, type_=EventType.FLIPPED):
    return [event.about | {"id": event.id} for event in world.ports.events.published if event.type is type_]


def minutes(world, count):
    for _ in range(count):
        world.minute()


def outage(world, count=2):
    world.desks.fault["a.example"] = NotSent("refused")
    minutes(world, count)


def heal(world, count=5):
    world.desks.fault.pop("a.example")
    minutes(world, count)
