"""Silent loss: the provider says yes, its probes are green, and one message in two never arrives."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.detection.receipts import arrived, missing, receipt_rules, speaks
from chalicelib.domain.health import ClassHealth, Rules, State, believe
from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.domain.outbox import Due, RowState, claimed, recorded
from tests.world import START, World

SILENT = EvidenceClass.SILENT
PATH = "mail#out#world"
RULES = Rules()
MAIL = """
schema: 1
public_base_url: https://bascule.example
market: fr
languages: [fr, en]
channels:
  shop: {kind: webhook, market: fr, settings: {url: "https://shop.example/in"}}
  mail: {kind: ses_email, account: desk@shop.example, settings: {topic_arn: "arn:aws:sns:eu-west-3:1:t", region: eu-west-3, configuration_set: watched}}
  box: {kind: webhook, settings: {url: "https://a.example/in"}}
desks:
  desk-mail: {channel: mail, target: {address: agents@shop.example}}
  desk-box: {channel: box, target: {queue: sales}}
purposes:
  order: {match: [{channel: shop}], routes: {fr: [desk-mail, desk-box]}, deadline: 4h}
"""  # noqa: E501


@pytest.fixture
def world():
    world = World(MAIL)
    world.ports.secrets.channels["box"] = world.ports.secrets.channels.get("box-a", {})
    return world


def sent(world, number, state, desk="desk-mail"):
    """A row that its desk's channel took, and of which a receipt has come (DELIVERED) or not (SENT)."""
    world.say(id_=f"m{number}", person=f"p{number}")
    row, now = world.row(f"m{number}"), world.clock.now()
    world.ports.queues.take_bells()
    work = claimed(row.work, desk, f"{desk}|||1.0.0", now)
    world.ports.contacts.save(row.key, work)
    done = recorded(work, RowState.SENT, Outcome.OK, provider_id=f"id{number}")
    world.ports.contacts.save(row.key, done, Due.SET, now + timedelta(minutes=2))
    if state is not RowState.SENT:
        told = replace(done, state=state, version=done.version + 1)
        world.ports.contacts.save(row.key, told, Due.CLEAR)
    return row.key


def judged(world, keys):
    for key in keys:
        world.wired.delivery.answer(key)
    world.wired.believer.settle(world.clock)


def health(world):
    return world.ports.health.everything()[PATH]


def half_is_lost(world, count=40):
    keys = [sent(world, n, RowState.SENT if n % 2 else RowState.DELIVERED) for n in range(count)]
    world.clock.advance(121)
    judged(world, keys)


def test_one_in_two_lost_while_probes_are_green_opens_the_path_for_silence(world):
    for _ in range(20):
        world.wired.believer.learn(PATH, Signal(outcome=Outcome.OK, at=world.clock.now()), None)

    half_is_lost(world)

    belief = believe(health(world), world.clock.now(), RULES)
    assert (belief.state, belief.worst) == ("down", SILENT)
    assert health(world).classes[EvidenceClass.HARD].state is State.CLOSED


def test_green_probes_never_clear_silence_and_receipts_do(world):
    half_is_lost(world)
    probe(world, 60)
    after_probes = health(world).classes[SILENT].state

    world.wired.believer.elapse([health(world)], world.clock.now())
    keys = [sent(world, n, RowState.DELIVERED) for n in range(100, 100 + RULES.trial_goods)]
    world.clock.advance(121)
    judged(world, keys)

    assert after_probes is State.OPEN
    assert health(world).classes[SILENT].state is State.CLOSED


def probe(world, seconds):
    for _ in range(seconds):
        world.clock.advance(1)
        known = world.ports.health.read([PATH]).get(PATH)
        world.wired.believer.learn(PATH, Signal(outcome=Outcome.OK, at=world.clock.now()), known)


def test_a_probe_lets_a_rested_silence_try_again_and_says_nothing_of_it(world):
    half_is_lost(world)
    world.clock.advance(RULES.dwell + RULES.silence)

    world.wired.prober.run('{"channel": "mail"}')

    silent = health(world).classes[SILENT]
    assert (silent.state, silent.run) == (State.TRIAL, 0)


def test_a_canary_weighs_in_the_same_class(world):
    for _ in range(9):
        known = world.ports.health.read([PATH]).get(PATH)
        world.wired.believer.learn(PATH, missing(world.clock.now(), "canary"), known)

    assert health(world).classes[SILENT].state is State.OPEN


def test_what_was_sent_before_the_path_opened_is_not_counted_again(world):
    keys = [sent(world, n, RowState.SENT) for n in range(40)]
    world.clock.advance(121)
    judged(world, keys)

    path = health(world)
    opened = path.classes[SILENT]
    assert (opened.state, opened.gen, opened.score) == (State.OPEN, 1, 0)


def test_nothing_is_judged_before_its_time_nor_where_nothing_is_promised(world):
    early = [sent(world, n, RowState.SENT) for n in range(10)]
    world.clock.advance(60)
    judged(world, early)
    unpromised = [sent(world, n, RowState.DELIVERED, desk="desk-box") for n in range(20, 30)]
    world.clock.advance(300)
    judged(world, unpromised)

    assert not any(SILENT in path.classes for path in world.ports.health.everything().values())


def test_a_row_without_a_receipt_is_judged_once(world):
    key = sent(world, 1, RowState.SENT)
    world.clock.advance(121)
    judged(world, [key])
    once = health(world).classes[SILENT].score
    judged(world, [key])

    assert health(world).classes[SILENT].score == once > 0


@pytest.mark.parametrize(("usual", "needed"), [(0.0, 5), (0.05, 12), (0.10, 18)])
def test_a_channel_that_loses_receipts_anyhow_needs_more_of_them(usual, needed):
    rules = receipt_rules(RULES, usual)

    assert needed - 1 < RULES.trip / rules.bad <= needed
    assert (rules.trip, rules.fine_trip) == (RULES.trip, RULES.fine_trip)


def test_a_receipt_is_good_a_missing_one_bad_and_both_are_silent_evidence():
    assert (arrived(START).outcome, missing(START, "x").outcome) == (Outcome.OK, Outcome.OUTAGE)
    assert {arrived(START).evidence, missing(START, "x").evidence} == {SILENT}


def test_a_closed_class_hears_everything_and_an_open_one_only_what_was_sent_since():
    since = START + timedelta(minutes=1)
    opened = ClassHealth(state=State.OPEN, since=since)

    assert speaks(None, START)
    assert speaks(ClassHealth(since=since), START)
    assert (speaks(opened, START), speaks(opened, since)) == (False, True)
