"""Who may write a row's work: home alone claims, and what was begun in a term is ended in it."""

import json

import pytest

from chalicelib.aws.works import work_item
from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import RowState, claimed, moved, recorded
from chalicelib.ports import Stale
from chalicelib.service.forget import forget
from tests.unit.regions_side import TwoRegions, cut_off, put
from tests.world import World


@pytest.fixture
def two():
    return TwoRegions()


def claim(two, region, text="a"):
    row = two.row(region, text)
    work = claimed(row.work, "desk-a", "d", two.clock.now())
    region.wired.stores.contacts.save(row.key, work)
    return row.key, work


def moved_east(two):
    two.take_over(two.east, while_alive=True)
    two.minutes(1)


def test_a_stage_in_one_region_has_the_stores_and_writes_the_texts_that_it_had():
    world = World()
    world.say("a", id_="a")
    world.run()
    kept = work_item(world.row("a").work)

    assert world.wired.seats is None
    assert world.wired.stores is world.ports
    assert '"home"' not in world.ports.snapshots.read()[1]
    assert not {"term", "started", "seen", "in_doubt"} & json.loads(kept["work"]).keys()
    assert (kept["version"], world.ports.seats.stands) == (2, {})


def test_a_claim_away_from_home_is_stale_whatever_container_tries_it(two):
    two.say(two.west, "a")
    two.copies.settle()

    with pytest.raises(Stale):
        claim(two, two.east)

    moved_east(two)
    two.say(two.east, "b")
    two.copies.settle()
    with pytest.raises(Stale):
        claim(two, two.west, "b")
    assert claim(two, two.east, "b")[1].attempt == 1


def test_a_region_that_lost_home_still_ends_what_it_began_and_begins_nothing(two):
    two.say(two.west, "a")
    two.copies.settle()
    key, work = claim(two, two.west)
    two.take_over(two.east, while_alive=True)
    two.run(two.east, two.east.work)
    two.copies.settle()
    two.seconds(20)
    contacts = two.west.wired.stores.contacts

    assert not two.west.serving
    contacts.save(key, recorded(work, RowState.DELIVERED, Outcome.OK))

    two.copies.note()
    two.copies.settle()
    row = two.row(two.east, "a")
    assert (row.work.state, row.work.term) == (RowState.DELIVERED, "1@east")
    with pytest.raises(Stale):
        claim(two, two.west)


def test_a_container_that_has_not_heard_of_the_new_home_does_not_claim_what_that_one_has(two):
    two.say(two.west, "a")
    two.copies.settle()
    with cut_off(two):
        moved_east(two)
        key, work = claim(two, two.east)
    put(two.west, ("work", work.term, key), work)

    assert two.west.serving
    with pytest.raises(Stale):
        claim(two, two.west)


def test_no_region_writes_in_another_ones_term(two):
    two.say(two.east, "a")
    two.copies.settle()
    moved_east(two)
    two.minutes(3)
    row = two.west.ports.contacts.get(two.row(two.west, "a").key)

    assert row.work.term == "1@east"
    with pytest.raises(Stale):
        two.west.wired.stores.contacts.save(row.key, moved(row.work, RowState.CLOSED))
    with pytest.raises(Stale):
        two.west.wired.stores.contacts.park(
            row.key, moved(row.work, RowState.DEFERRED), "lot", two.clock.now()
        )


def test_a_person_who_is_erased_is_gone_from_every_terms_work(two):
    two.minutes(1)
    two.say(two.west, "a")
    two.copies.settle()
    with cut_off(two):
        key, work = claim(two, two.west)
        done = recorded(work, RowState.DELIVERED, Outcome.OK, detail="said of a", provider_id="p1")
        two.west.wired.stores.contacts.save(key, done)
        two.copies.note()
        two.seconds(200)
        two.take_over(two.east)
        two.minutes(2, two.east)
    two.copies.settle()
    row = two.row(two.east, "a")
    plan = two.east.wired.situations.read(two.clock.now()).plan
    told = {work.term: work for work in row.works}

    assert told[""].attempts[-1].detail == "said of a"
    assert forget(two.east.wired.stores.contacts, plan, row, two.clock.now())

    left = two.east.ports.contacts.get(row.key)
    assert {work.provider_id for work in left.works} == {""}
    assert {attempt.detail for work in left.works for attempt in work.attempts} == {""}
