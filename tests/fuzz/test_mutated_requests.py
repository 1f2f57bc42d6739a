"""Mutated requests of every kind by the function's own door: no 5xx, nothing forged gets in, none costs the earth."""

import logging
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from chalicelib.channels import kind
from chalicelib.handlers.log import logger
from tests.fuzz.bodies import CHANGES
from tests.fuzz.campaign import Tally, campaign, dearest, judge, mutated
from tests.fuzz.gallery import Gallery
from tests.fuzz.vendors import BY_CHANNEL, VENDORS, Vendor, genuine
from tests.fuzz.wires import CHANGES_ON_THE_WIRE

EACH = 500
DEAREST = 1_000
"""Times the CPU of an honest request: a second for what takes a millisecond, of a function that has sixty."""
LEAST_PARSED = {"twilio_sms": 0.2, "twilio_voice": 0.2}
"""A form that is no UTF-8 cannot be signed, so fewer of these vendors' reach the reader."""
every_kind = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.kind)


@pytest.fixture(autouse=True)
def _quiet():
    before = logger().level
    logger().setLevel(logging.CRITICAL)
    yield
    logger().setLevel(before)


@cache
def fired(name: str) -> Tally:
    return campaign(next(v for v in VENDORS if v.kind == name), EACH, seed=1)


@every_kind
def test_no_mutation_gives_a_5xx_lets_an_error_escape_or_lets_a_forged_request_in(vendor):
    tally = fired(vendor.kind)

    assert tally.wrong == []
    assert tally.codes.total() == EACH


@every_kind
def test_every_mutation_was_fired_and_enough_of_them_were_signed_and_read(vendor):
    tally = fired(vendor.kind)
    read = sum(tally.parsed[name] for name in CHANGES) / sum(tally.fired[name] for name in CHANGES)

    assert set(tally.fired) >= {*CHANGES, *CHANGES_ON_THE_WIRE}
    assert read > LEAST_PARSED.get(vendor.kind, 0.4)
    assert tally.got_in > EACH / 50
    assert tally.forged > EACH / 10
    assert tally.outcomes["malformed"] > EACH / 200


@every_kind
def test_no_mutation_costs_out_of_proportion(vendor):
    assert dearest(Gallery(), fired(vendor.kind)) < DEAREST


@every_kind
def test_an_untouched_request_gets_in_and_its_second_delivery_writes_no_second_row(vendor):
    gallery, random = Gallery(), Random(8)  # noqa: S311 - repeatable by its seed
    plain = replace(vendor, queries=("",))
    shot = vendor.sign(plain, vendor.bodies[0], gallery.world.clock.now(), random)

    first, second = gallery.fire(shot), gallery.fire(shot)

    assert genuine(shot, gallery.world.clock.now())
    assert first.got_in
    assert second.rows == 0


@every_kind
def test_with_table_and_queue_away_each_mutation_is_refused_or_told_later_in_the_vendors_own_way(vendor):
    gallery, random = Gallery(), Random(f"away {vendor.kind}")  # noqa: S311 - repeatable by its seed
    gallery.ports.contacts.down = gallery.ports.queues.down = True
    shots = [mutated(vendor, random, gallery.world.clock.now()) for _ in range(60)]

    hits = [(shot, gallery.fire(shot)) for shot in shots if not shot.topic]
    later = {hit.code for _, hit in hits if hit.handled and hit.handled.standing.value == "overloaded"}

    assert later <= {kind(v.kind).later.code for v in VENDORS}
    assert [hit for _, hit in hits if hit.escaped or hit.got_in] == []
    assert [s.marks for s, hit in hits if hit.code >= 500 and hit.code not in later and hit.code != 503] == []


@pytest.mark.parametrize("broken", ["gives a 500", "lets anything in"])
def test_the_fuzzer_sees_a_kind_that_breaks_or_that_proves_nothing(broken):
    gallery, tally, random = Gallery(), Tally(), Random(1)  # noqa: S311 - repeatable by its seed
    vendor = BY_CHANNEL["partner"]
    gallery.world.wired.registry = Broken(gallery.world.wired.registry, broken)
    gallery.world.wired.acceptance.registry = gallery.world.wired.registry

    for _ in range(60):
        judge(mutated(vendor, random, gallery.world.clock.now()), gallery, tally)

    words = "a 500" if broken == "gives a 500" else "forged, and"
    assert [wrong for wrong in tally.wrong if wrong.startswith(words)]


class Broken:
    """A registry whose channels have a bug."""

    def __init__(self, registry, bug):
        self.registry, self.bug = registry, bug

    def get(self, plan, channel):
        made = self.registry.get(plan, channel)
        return Careless(made, self.bug)


class Careless:
    """A channel that trips over a header, or that never looks at its proof."""

    def __init__(self, channel, bug):
        self.channel, self.bug = channel, bug

    def __getattr__(self, name):
        return getattr(self.channel, name)

    def verify(self, request, now):
        if self.bug == "gives a 500":
            request.body.decode("ascii")
            self.channel.verify(request, now)


def test_a_mark_of_a_replay_is_refused_where_the_vendor_stamps():
    gallery, random = Gallery(), Random(3)  # noqa: S311 - repeatable by its seed
    stamped: list[Vendor] = [BY_CHANNEL["partner"], BY_CHANNEL["chatwoot-eu"]]
    shots = [v.sign(v, v.bodies[0], gallery.world.clock.now(), random) for v in stamped]
    gallery.world.clock.advance(301)

    hits = [gallery.fire(replace(shot)) for shot in shots]

    assert [hit.code for hit in hits] == [401, 401]
    assert [hit.handled.because for hit in hits if hit.handled] == [
        "the time stamp is too old or too new"
    ] * 2
