"""Unusual silence and customers' words, in the whole product: suspicion, quicker probes, and never a diversion."""

from dataclasses import replace
from datetime import datetime, timedelta
from json import loads as read_json

import pytest

from chalicelib.domain.detection.traffic import slot_of
from chalicelib.domain.detection.usual import HALF, HALVES, Usual
from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.service.arrivals import Listener
from chalicelib.service.canary_turns import Pace, turns
from tests.world import PLAN, START, World

PATH = "shop#in#fr"
CHAT = """
  chat:
    {kind: webhook, market: fr, medium: chat, provider: acme, settings: {url: "https://chat.example/in"},
     door: {url: "https://chat.example", labels: {fr: "Discuter en ligne", en: "Talk to us"}}}
"""
CROWD_PLAN = PLAN.replace("  box-a:", CHAT.strip("\n") + "\n  box-a:")
ARRIVAL, CROWD = EvidenceClass.ARRIVAL, EvidenceClass.CROWD


def by_day_only(rate: float) -> tuple[float, ...]:
    """Contacts of a half hour: so many from 8 to 18 h, none by night."""
    return tuple(rate if 16 <= half % 48 < 36 else 0.0 for half in range(HALVES))


def usual(rate: float, until: datetime) -> Usual:
    weights = (5.0,) * HALVES
    sums = tuple(each * 5.0 for each in by_day_only(rate))
    return Usual(
        path=PATH, until=until, version=1, learned=HALVES * 5, sums=sums, weights=weights, spread_weight=500.0
    )


def with_history(rate: float, hours: float, share: float = 1.0) -> World:
    """A world that has learned its weeks, and to which contacts came in the last hours as usual, until now."""
    world = World()
    world.clock.advance(hours * 3600)
    now = world.clock.now()
    until = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    world.ports.traffic.keep(usual(rate, until))
    fill(world, rate * share, START, now)
    minutes(world, 2)
    return world


def fill(world: World, rate: float, since: datetime, until: datetime) -> None:
    """So many contacts in every half hour of the time, evenly, as deliveries would have counted them."""
    for slot in range(slot_of(since), slot_of(until)):
        share = round(rate / 6 * (slot + 1 - slot_of(since))) - round(rate / 6 * (slot - slot_of(since)))
        world.ports.traffic.add(PATH, {slot: share})


def minutes(world: World, count: int) -> None:
    for _ in range(count):
        world.minute()


def belief(world: World):
    return world.wired.situations.read(world.clock.now()).beliefs.get(PATH)


def hint(world: World, evidence: EvidenceClass, path: str = PATH):
    found = world.ports.health.read([path]).get(path)
    return found.classes.get(evidence) if found else None


def probes(world: World) -> int:
    """Probes of the shop that one minute asks for."""
    before = len([call for call in world.desks.calls if "shop.example" in call.url])
    world.minute()
    return len([call for call in world.desks.calls if "shop.example" in call.url]) - before


def test_silence_at_peak_hour_makes_the_path_suspect_quickens_probes_and_diverts_nobody():
    world = with_history(60, hours=3)
    assert not belief(world).suspect
    calm = probes(world)

    minutes(world, 25)

    assert belief(world).suspect
    assert (belief(world).state, belief(world).weight) == ("up", 1.0)
    assert probes(world) > calm
    told = hint(world, ARRIVAL)
    assert told.detail.split(" ")[0] == "0"
    assert told.detail.endswith("expected")
    assert told.score in (2_300, 4_600)


def test_contacts_that_come_again_take_the_suspicion_back():
    world = with_history(60, hours=3)
    minutes(world, 25)
    assert belief(world).suspect

    for _ in range(60):
        world.ports.traffic.add(PATH, {slot_of(world.clock.now()): 2})
        world.minute()

    assert not belief(world).suspect
    assert hint(world, ARRIVAL).score == 0


def test_a_silent_night_is_nothing():
    world = with_history(60, hours=13)

    minutes(world, 60)

    assert not belief(world).suspect
    assert hint(world, ARRIVAL) is None


def test_a_holiday_with_six_in_ten_contacts_is_nothing():
    world = with_history(60, hours=1, share=0.6)

    for _ in range(60):
        fill(world, 36, world.clock.now() - timedelta(seconds=60), world.clock.now())
        world.ports.traffic.add(PATH, {slot_of(world.clock.now()): 1})
        world.minute()

    assert not belief(world).suspect


def test_a_channel_with_two_contacts_a_day_is_never_suspected():
    world = with_history(2 / 20, hours=3)

    minutes(world, 120)

    assert not belief(world).suspect


def test_a_store_that_does_not_answer_gives_no_verdict():
    world = with_history(60, hours=3)
    world.ports.traffic.down = True

    minutes(world, 30)

    assert not belief(world).suspect
    assert belief(world).state == "up"


def test_suspicion_alone_never_opens_a_path_and_three_failures_then_do():
    world = with_history(60, hours=3)
    minutes(world, 30)
    believer, now = world.wired.believer, world.clock.now()

    flips = []
    for _ in range(4):
        known = world.ports.health.read([PATH])[PATH]
        flip = believer.learn(PATH, Signal(outcome=Outcome.OUTAGE, at=now, detail="503"), known)
        flips.append(flip.because if flip else "")

    assert [each for each in flips if each] == ["failures_and_hints"]
    assert flips[:2] == ["", ""]


def test_deliveries_count_each_contact_once_and_write_little():
    world = World()
    for second in range(60):
        world.say(id_=f"m{second}", person=f"p{second}")
        world.run()
        world.say(id_=f"m{second}", person=f"p{second}")
        world.run()
        world.clock.advance(1)
    world.clock.advance(10)
    world.say(id_="last", person="last")
    world.run()

    counts = world.ports.traffic.read([PATH])[PATH].counts

    assert sum(counts.values()) == 61
    assert world.ports.traffic.writes <= 8


def test_replies_and_notices_do_not_count():
    world = World()
    world.say(id_="m1")
    world.run()
    [contact] = world.desks.contacts("a.example")
    assert contact

    row = world.row("m1")
    for kind in ("reply", "notice", "callback", "canary"):
        odd = replace(row, key=kind, kind=type(row.kind)(kind), work=replace(row.work, version=0))
        world.wired.delivery.customers.notice(odd, world.clock.now() + timedelta(seconds=20))

    assert sum(world.ports.traffic.read([PATH])[PATH].counts.values()) == 1


def test_what_is_usual_is_learned_as_the_hours_go_by_and_kept_small():
    world = World()
    world.say()
    world.run()
    world.minute()

    world.clock.advance(5 * 3600)
    world.minute()

    learned = world.ports.traffic.read([PATH])[PATH].usual
    assert learned.learned >= 8
    assert learned.until <= world.clock.now()


CHAT_PATH = "chat#in#fr"
SAYINGS = ("Your chat is dead", "le chat ne marche pas", "I can't reach you on Acme")


def crowd(people: int, texts=SAYINGS) -> World:
    world = World(CROWD_PLAN)
    world.minute()
    for number in range(people):
        world.say(texts[number % len(texts)], id_=f"c{number}", person=f"person-{number}")
        world.run()
    return world


def test_three_people_who_say_the_chat_is_dead_make_it_suspect_and_nothing_more():
    world = crowd(3)

    world.minute()

    found = world.wired.situations.read(world.clock.now()).beliefs[CHAT_PATH]
    assert found.suspect
    assert (found.state, found.weight) == ("up", 1.0)
    assert hint(world, CROWD, CHAT_PATH).detail == "3 people said within an hour that it does not work"
    assert hint(world, CROWD) is None


def test_two_people_may_be_mistaken():
    world = crowd(2)

    world.minute()

    assert not world.wired.situations.read(world.clock.now()).beliefs[CHAT_PATH].suspect


def test_one_person_ten_times_is_one_voice():
    world = World(CROWD_PLAN)
    for number in range(10):
        world.say("Your chat is dead", id_=f"c{number}", person="ann")
        world.run()

    assert len(world.ports.traffic.voices(CHAT_PATH).heard) == 1
    assert hint(world, CROWD, CHAT_PATH) is None


def test_a_person_may_be_heard_again_the_next_day():
    world = crowd(1)
    world.clock.advance(86_400)

    world.say("Your chat is dead", id_="again", person="person-0")
    world.run()

    assert len(world.ports.traffic.voices(CHAT_PATH).heard) == 1


def test_a_hundred_voices_weigh_no_more_than_the_greatest_prior_and_open_nothing():
    world = crowd(100)

    world.minute()

    found = world.wired.situations.read(world.clock.now()).beliefs[CHAT_PATH]
    assert (found.state, found.weight) == ("up", 1.0)
    assert hint(world, CROWD, CHAT_PATH).score == world.wired.believer.rules.prior_most


@pytest.mark.parametrize(
    "text",
    ["mon chat est mort", "your shop is dead", "chat " * 400, "\u202e dead si tahc ruoy", "a" * 10_000],
)
def test_innocent_and_hostile_texts_are_no_voices(text):
    world = crowd(4, (text,))

    assert world.ports.traffic.voices(CHAT_PATH).heard == ()
    assert world.ports.traffic.voices(PATH).heard == ()


def test_the_words_and_the_person_are_kept_nowhere_but_in_their_row():
    world = crowd(3)
    world.minute()

    heard = repr(world.ports.traffic.voices(CHAT_PATH)) + repr(world.ports.health.read([CHAT_PATH]))

    assert "person-" not in heard
    assert "dead" not in heard


def test_counts_that_could_not_be_written_wait_for_the_next_time():
    world = World()
    world.ports.traffic.down = True
    world.say(id_="m1")
    world.run()
    world.ports.traffic.down = False

    world.clock.advance(11)
    world.say(id_="m2", person="bob")
    world.run()

    assert sum(world.ports.traffic.read([PATH])[PATH].counts.values()) == 2
    assert len(world.desks.contacts("a.example")) == 2


def test_a_path_that_is_down_is_silent_for_a_reason():
    world = with_history(60, hours=3)
    known = None
    for _ in range(5):
        fault = Signal(outcome=Outcome.OUTAGE, at=world.clock.now(), detail="503")
        world.wired.believer.learn(PATH, fault, known)
        known = world.ports.health.read([PATH])[PATH]
    world.desks.fault["shop.example"] = 503

    minutes(world, 30)

    assert belief(world).state == "down"
    assert hint(world, ARRIVAL) is None


def test_a_suspected_path_gets_canaries_of_doubt_at_once():
    shop = 'settings: {url: "https://shop.example/in"}'
    watched = PLAN.replace(shop, f"{shop}, canary: {{from: tester, every: 5m, wait: 30s, most_per_day: 600}}")
    world = World(watched)
    known = world.ports.health.read([PATH]).get(PATH)
    word = Signal(
        outcome=Outcome.OUTAGE, at=world.clock.now(), evidence=ARRIVAL, weight=2_300, detail="0 of 20"
    )
    world.wired.believer.learn(PATH, word, known)
    world.wired.tick.flip()
    situation = world.wired.situations.read(world.clock.advance(3))

    paces = {read_json(note.body)["pace"] for note in turns(situation, world.clock.now())}

    assert Pace.DOUBT in paces
    assert situation.beliefs[PATH].state == "unknown"


def test_a_path_in_maintenance_is_not_judged():
    world = with_history(60, hours=3)
    world.clock.advance(1_800)
    ports, now, plan = world.ports, world.clock.now(), world.wired.situations.read(world.clock.now()).plan
    at_work = replace(world.wired.believer, planned=lambda _path, _at: "window")

    quiet = Listener(traffic=ports.traffic, believer=at_work, now=now).listen(plan, ports.health.everything())
    heard = Listener(traffic=ports.traffic, believer=world.wired.believer, now=now)

    assert quiet == 0
    assert heard.listen(plan, ports.health.everything()) == 1


def test_what_is_usual_is_learned_once_when_two_ticks_meet():
    world = with_history(60, hours=3)
    world.clock.advance(3_000)
    ports, now, plan = world.ports, world.clock.now(), world.wired.situations.read(world.clock.now()).plan
    before = ports.traffic.read([PATH])[PATH].usual

    for _ in range(2):
        listener = Listener(traffic=ports.traffic, believer=world.wired.believer, now=now)
        listener.listen(plan, ports.health.everything())

    after = ports.traffic.read([PATH])[PATH].usual
    assert after.learned - before.learned == (after.until - before.until) / HALF
    assert after.learned > before.learned
    assert after.version == before.version + 1
