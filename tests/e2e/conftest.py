"""The scene that the end-to-end tests play on: one stack, one set of fake providers, faults healed after each test."""

from collections.abc import Iterator

import pytest

from infra.local.fakes import Fakes
from infra.local.scene import Scene
from infra.local.stack import Stack
from tests.e2e.troubled import Story, story
from tests.e2e.watching import forget_health, publish, undone

TOLD_LATER = 0.02
"""Of what operators ask, so much may be told to come again: the stack is one process, and busy."""


@pytest.fixture(scope="session")
def scene(stack: Stack) -> Iterator[Scene]:
    """The demo plan on the running stack, and everybody who takes part."""
    with Fakes() as fakes:
        playing = Scene(stack, fakes)
        playing.set_up()
        yield playing
    assert playing.told_later <= max(10, playing.asked * TOLD_LATER), (
        "stores that do not answer are no accident"
    )


@pytest.fixture(scope="session")
def trouble(scene: Scene) -> Story:
    """Every fault once, told before the tests look at what was seen; afterwards the scene is as it was."""
    return story(scene)


@pytest.fixture
def breaking(scene: Scene) -> Iterator[Scene]:
    """The scene for a test that breaks things: afterwards all is healed, and nobody remembers."""
    try:
        yield scene
    finally:
        scene.fakes.heal()
        forget_health(scene)


@pytest.fixture
def planning(scene: Scene) -> Iterator[Scene]:
    """The scene for a test that changes plan or orders: afterwards there are those of before."""
    found = scene.read("/v1/plan")
    try:
        yield scene
    finally:
        undone(scene, "/v1/orders", "orders")
        publish(scene, found["text"])
