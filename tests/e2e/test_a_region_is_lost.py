"""Two regions of the local stack: home is lost as it sends, the other takes over, and home comes back."""

import json
import os
from collections import Counter

import pytest

from infra.local.fakes import Fakes
from infra.local.fakes.vendors import post
from infra.local.scene import Scene, until
from infra.local.second import REGION as AFAR
from infra.local.second import beside, cut_off, lost, second_region, tick
from infra.local.stack import BUILD, REGION, local_stack
from tests.e2e import sides
from tests.e2e.watching import in_the_end

pytestmark = [
    pytest.mark.stack,
    pytest.mark.lasting,
    pytest.mark.enable_socket,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.environ.get("BASCULE_DRILL") != "full", reason="minutes long: make drill plays it"),
]
REGIONS = f"{REGION},{AFAR}"
SLOW = 6.0
DESKS = ("desk-a", "desk-b")


@pytest.fixture(scope="module")
def both():
    with local_stack(log=BUILD / "lost-region.log", regions=REGIONS) as stack, Fakes() as fakes:
        home = Scene(stack, fakes)
        home.set_up()
        for desk in DESKS:
            fakes[desk].stage.hook = ""
        other = beside(home, second_region(stack, REGIONS))
        yield home, other


class People:
    """Who contacted us, and whether they were answered 2xx."""

    def __init__(self):
        self.accepted = []

    def write(self, scene, count):
        for _ in range(count):
            name = sides.fresh("drill")
            code = post(sides.form(scene, name, name, name), patience=60).code
            assert 200 <= code < 300, code
            self.accepted.append(name)


def regions(scene):
    return scene.read("/v1/regions")


def take_over(scene, **more):
    epoch = regions(scene)["epoch"]
    wanted = {"reason": "the drill", **more}
    return scene.ops("POST", "/v1/regions/takeover", wanted, {"If-Match": f'"{epoch}"'})


def sendings(fakes):
    """How often the desks were sent each contact, by its words."""
    entries = [entry for desk in DESKS for entry in fakes[desk].stage.journal.entries()]
    return Counter(entry.text for entry in entries if entry.came_to in ("taken", "repeated"))


def all_served(scene, names, seconds):
    def done():
        found = sendings(scene.fakes)
        return all(found[name] for name in names)

    in_the_end(scene, done, "everybody who was accepted is served", seconds)


def counted(scene, region):
    [found] = [each for each in regions(scene)["regions"] if each["region"] == region]
    return found["counted"]


def counted_for_good(home, other):
    tick(home)
    tick(other)
    found = counted(other, AFAR)
    return found["last"] and found["done"]


def states(scene):
    """The states of works as they lie in a region's table: a send lasts seconds, and the API takes its time."""
    table, client = scene.stack.outputs["ContactsTable"], scene.stack.client("dynamodb")
    items = client.scan(TableName=table, ConsistentRead=True)["Items"]
    return {item["state"]["S"] for item in items if item["sk"]["S"] == "w"}


def rows(scene):
    found = scene.read("/v1/contacts?channel=shop&limit=100")["contacts"]
    return [row for row in found if row["kind"] == "contact"]


def everybody_is_served_by_home(home, other, people):
    """What either region took, once each; and nobody takes over from a home that lives."""
    people.write(home, 3)
    people.write(other, 2)
    until(lambda: len(rows(other)) == 5, "the rows are in both regions", 20)
    all_served(home, people.accepted, 60)
    assert max(sendings(home.fakes).values()) == 1
    assert json.loads(take_over(other).text)["type"] == "/problems/unfit"


def one_is_under_way(home, other, people):
    """The name of a contact that home knows of, too, while one of home's own is being sent, slowly."""
    people.write(other, 1)
    until(lambda: len(rows(home)) == 6, "home knows of it, too", 20)
    home.fakes.set("desk-a", "slow", delay_s=SLOW)
    people.write(home, 1)
    until(lambda: "sending" in states(other), "a send is under way, and known in the other region", 30)
    return people.accepted[-2]


def the_other_takes_over(home, other, people, unaware):
    """Home is cut off, sends what the other does not hear of, and is lost; the other serves, and counts."""
    fakes = home.fakes
    with cut_off(home.stack):
        fakes.heal()
        in_the_end(home, lambda: sendings(fakes)[unaware] == 1, "home sends what the other does not know", 60)
        with lost(home.stack):
            people.write(home, 2)
            out_of_reach = people.accepted[-2:]
            people.write(other, 2)
            assert take_over(other, while_alive=True).code == 200
            until(lambda: regions(other)["serving"], "the other region serves", 40)
            people.write(other, 2)
            all_served(other, [name for name in people.accepted if name not in out_of_reach], 120)
            in_the_end(other, lambda: sendings(fakes)[unaware] == 2, "it is sent unawares", 60)
            tick(other)
            until(lambda: (counted(other, AFAR) or {}).get("done"), "it is counted", 90)
    until(lambda: tick(home).get("home") == AFAR, "the former home stands by", 60)
    all_served(other, people.accepted, 200)


def test_home_is_lost_as_it_sends_and_everybody_is_served_once_but_those_who_are_counted(both):
    home, other = both
    people = People()
    tick(home)
    assert tick(other) == {"home": REGION, "epoch": 0}
    everybody_is_served_by_home(home, other, people)

    the_other_takes_over(home, other, people, one_is_under_way(home, other, people))

    until(lambda: counted_for_good(home, other), "the last count", 240)
    found = counted(other, AFAR)
    twice = {name for name, count in sendings(home.fakes).items() if count > 1}
    assert len(twice) <= found["in_doubt"] + found["repeated"], (twice, found)
    assert found["in_doubt"] >= 1
    assert found["repeated"] == 1
    assert set(sendings(home.fakes)) == set(people.accepted)

    assert take_over(home, while_alive=True).code == 200
    until(lambda: regions(home)["serving"], "home serves again", 40)
    tick(home)
    people.write(home, 1)
    all_served(home, people.accepted, 60)
    assert tick(other) == {"home": REGION, "epoch": 2}
