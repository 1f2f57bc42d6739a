"""Two regions of one local stack probe the same desks, and one of them cannot reach all."""

import json
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest

from infra.local.fakes import Fakes
from infra.local.scene import Scene, until
from infra.local.stack import BUILD, REGION, RootClients, local_stack
from infra.local.triggers import untriggered
from infra.vantage import deploy_vantage, home_of
from tests.e2e.watching import publish

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

AFAR, BUCKET = "us-east-1", "bascule-artefacts-afar"
VANTAGES = f"vantages: {{{REGION}: [fr], {AFAR}: [us]}}\n"


class Afar:
    """The vantage in the other region, and its queue."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.clients = scene, RootClients(scene.stack.endpoint, AFAR)
        self.clients("s3").create_bucket(Bucket=BUCKET)
        home = home_of(scene.stack.clients, "local", REGION)
        self.outputs = deploy_vantage(self.clients, scene.stack.artefact, home, BUCKET, self.reached())

    def reached(self) -> str:
        """Every provider but the one behind the first desk: what is down as seen from there."""
        names = ("messenger", "whatsapp", "twilio", "chatwoot", "desk-b")
        bases = [str(self.scene.fakes[name].describe()["base"]) for name in names]
        return ",".join(urlsplit(base).netloc for base in (*bases, self.scene.stack.endpoint))

    def asleep(self) -> AbstractContextManager[None]:
        """Nobody reads its queue of probes for a while."""
        return untriggered(self.clients("lambda"), self.outputs["VantageFunction"])

    def probe(self, channel: str) -> None:
        body = json.dumps({"channel": channel})
        self.clients("sqs").send_message(QueueUrl=self.outputs["VantageProbes"], MessageBody=body)


@pytest.fixture(scope="module")
def scene():
    """A stack of its own: the second region goes on probing for a minute after the last test."""
    with local_stack(log=BUILD / "two-regions.log") as stack, Fakes() as fakes:
        playing = Scene(stack, fakes)
        playing.set_up()
        yield playing


@pytest.fixture(scope="module")
def afar(scene: Scene) -> Afar:
    return Afar(scene)


@pytest.fixture
def two(afar: Afar, planning: Scene, breaking: Scene) -> Afar:
    """The plan with both vantages, and the orders in which customers of the other market may go to the desks.

    Home is heard of first: one vantage alone speaks for every market.
    """
    text = planning.read("/v1/plan")["text"].replace(
        "routes: {fr: [paris, lille, nantes]}", "routes: {world: [paris, lille, nantes]}"
    )
    with afar.asleep():
        publish(planning, text + VANTAGES)
        planning.tick()
        until(lambda: heard_of(planning, REGION, "box-a"), "home has probed the first desk", 75)
    return afar


def states(scene: Scene) -> dict[str, str]:
    return {each["path"]: each["state"] for each in scene.read("/v1/health/box-a")["paths"]}


def desk_for(scene: Scene, market: str) -> str:
    asked = {"channel": "shop", "market": market}
    return str(json.loads(scene.ops("POST", "/v1/decisions", asked).text)["decision"]["desk"])


def heard_of(scene: Scene, vantage: str, channel: str) -> bool:
    """True when what a vantage has seen of a channel lately counts."""
    paths = scene.read(f"/v1/health/{channel}")["paths"]
    return any(each["vantages"].get(vantage, {}).get("fresh") for each in paths)


def test_a_desk_that_one_region_cannot_reach_is_down_in_its_market_alone(two: Afar) -> None:
    scene = two.scene

    def seen() -> bool:
        two.probe("box-a")
        return states(scene).get("box-a#out#us") == "down" and states(scene).get("box-a#out#fr") == "up"

    until(seen, "the desk is down as seen from the other region", 60)
    scene.tick()

    def apart() -> bool:
        return (desk_for(scene, "us"), desk_for(scene, "fr")) == ("lille", "paris")

    until(apart, "customers over there go to the second desk, those here to the first", 60)
    world = {each["path"]: each for each in scene.read("/v1/health/box-a")["paths"]}["box-a#out#world"]
    assert (world["state"], world["suspect"]) == ("up", True)
    assert world["vantages"][AFAR]["in_doubt"]


def test_the_scheduler_at_home_asks_the_other_region_too(two: Afar) -> None:
    two.scene.tick()

    until(lambda: heard_of(two.scene, AFAR, "box-b"), "the other region has probed the second desk", 30)
    assert states(two.scene)["box-a#out#fr"] == "up"
