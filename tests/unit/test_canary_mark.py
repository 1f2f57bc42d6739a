"""A canary's mark and its plan: what only we can make, what survives the way, and what a plan may ask for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import Capability, kind, kinds
from chalicelib.domain.canary_plan import CanaryPlan
from chalicelib.domain.detection.canary import PREFIX, canary_key, mark, recognised, slot
from chalicelib.domain.plan_document.reader import PlanRefused, dump_plan, read_plan
from chalicelib.service.operate.canaries import canary_faults
from tests.world import PLAN

KEY, OTHER = b"a-key", b"another"
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
CHANNELS = st.text("abcdefgh-_0123", min_size=1, max_size=20)
SHOP = 'settings: {url: "https://shop.example/in"}'


@given(CHANNELS, MOMENTS, st.text(max_size=40), st.text(max_size=40))
def test_a_mark_is_known_again_wherever_it_stands_in_a_text(channel, at, before, after):
    text = f"{before} {mark(channel, at, KEY)} {after}"

    assert recognised(channel, text, (OTHER, KEY)) == at.replace(microsecond=0)
    assert recognised(channel, text.upper(), (KEY,)) == at.replace(microsecond=0)


@given(CHANNELS, CHANNELS, MOMENTS)
def test_no_other_key_and_no_other_channel_knows_it(channel, other, at):
    word = mark(channel, at, KEY)

    assert recognised(channel, word, (OTHER,)) is None
    assert recognised(channel, word, ()) is None
    assert other == channel or recognised(other, word, (KEY,)) is None


@given(CHANNELS, MOMENTS, st.integers(0, 23), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_mark_changed_in_one_letter_is_none(channel, at, place, letter):
    word = mark(channel, at, KEY)
    place += len(PREFIX)
    changed = word[:place] + letter + word[place + 1 :]

    assert changed == word or recognised(channel, changed, (KEY,)) is None


@given(st.text(max_size=200))
def test_what_people_write_is_no_canary_and_never_an_error(text):
    assert recognised("shop", text + PREFIX + text, (KEY,)) is None


@given(CHANNELS, MOMENTS)
def test_a_mark_fits_in_one_text_message_and_holds_nothing_that_providers_change(channel, at):
    word = mark(channel, at, KEY)

    assert len(word) == 31
    assert word.isascii()
    assert word == word.lower().strip()


@given(CHANNELS, MOMENTS, st.sampled_from([10, 60, 600]))
def test_one_span_has_one_canary(channel, at, seconds):
    begin = slot(at, seconds)
    last = begin + timedelta(seconds=seconds - 1)

    assert begin <= at < begin + timedelta(seconds=seconds)
    assert canary_key(channel, slot(last, seconds)) == canary_key(channel, begin)
    assert canary_key(channel, slot(begin + timedelta(seconds=seconds), seconds)) != canary_key(
        channel, begin
    )


def with_canary(text):
    return PLAN.replace(SHOP, f"{SHOP}, canary: {text}")


def test_a_plan_with_a_canary_reads_as_written_and_writes_as_read():
    plan = read_plan(with_canary("{from: tester, every: 10m, wait: 45s, most_per_day: 200}"), 1)

    canary = CanaryPlan(from_="tester", every=timedelta(minutes=10), wait=timedelta(seconds=45), most=200)
    assert plan.channels["shop"].canary == canary
    assert (canary.regular, canary.spare) == (144, 56)
    assert read_plan(dump_plan(plan), 1).channels == plan.channels
    assert read_plan(with_canary("{from: tester}"), 1).channels["shop"].canary == CanaryPlan(from_="tester")


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("{every: 10m}", "channels.shop.canary.from", "is required"),
        ("{from: t, every: 30s}", "channels.shop.canary.every", "must be from 60s to 86400s"),
        ("{from: t, wait: 1h}", "channels.shop.canary.wait", "must be from 5s to 840s"),
        (
            "{from: t, every: 5m, most_per_day: 50}",
            "channels.shop.canary.most_per_day",
            "must be at least 312",
        ),
        ("{from: t, most_per_day: 0}", "channels.shop.canary.most_per_day", "must be from 1"),
        ("{from: t, often: yes}", "channels.shop.canary.often", "is not known here"),
        ("[t]", "channels.shop.canary", "must be a mapping"),
    ],
)
def test_a_faulty_canary_is_refused_with_its_path(text, path, words):
    with pytest.raises(PlanRefused) as refused:
        read_plan(with_canary(text), 1)

    assert next((f.path, words in f.message) for f in refused.value.faults) == (path, True)


def channel(named, canary):
    text = PLAN.replace(f"kind: webhook, market: fr, {SHOP}", f"kind: {named}, market: fr, canary: {canary}")
    return read_plan(text, 1).channels["shop"]


def test_a_kind_without_a_canary_and_calls_too_often_are_faults_of_the_plan():
    faults = {
        "messenger": ["channels.shop.canary"],
        "whatsapp": ["channels.shop.canary"],
        "chatwoot": ["channels.shop.canary"],
        "webhook": [],
        "twilio_voice": ["channels.shop.canary", "channels.shop.canary.every", "channels.shop.canary.wait"],
    }

    for named, paths in faults.items():
        found = channel(named, "{from: t, every: 5m, wait: 60s}")
        assert [fault.path for fault in canary_faults(found)] == paths


def test_four_kinds_have_a_canary():
    found = {name for name in kinds() if Capability.CANARY in kind(name).capabilities}

    assert found == {"ses_email", "twilio_sms", "twilio_voice", "webhook"}
