"""The pages of alarms in docs/operating.md: one for each alarm, whole, and found by what the alarm says."""

import re
from pathlib import Path

import pytest

from infra.alarms import alarms, listed
from infra.dashboard import dashboard
from infra.slo import FAST, OBJECTIVES, SLOW
from infra.watch_price import idle, main

DOCS = Path(__file__).resolve().parents[2] / "docs"
OPERATING = (DOCS / "operating.md").read_text()
CHAPTER = OPERATING.partition("## When an alarm rings")[2].partition("\n## ")[0]
PARTS = ("**Means**: ", "**Look**: ", "**Do**: ", "**Ends**: ")


def sections():
    heads = re.split(r"^### `(\w+)`$", CHAPTER, flags=re.MULTILINE)[1:]
    return dict(zip(heads[::2], heads[1::2], strict=True))


def test_each_alarm_has_a_section_and_each_section_an_alarm():
    heads = re.findall(r"^### `(\w+)`$", OPERATING, re.MULTILINE)

    assert sorted(heads) == sorted(name for name in alarms() if name != "Alarms")
    assert list(sections()) == [alarm.name for alarm in listed()]


@pytest.mark.parametrize("name", sections())
def test_a_section_says_what_it_means_where_to_look_what_to_do_and_when_it_ends(name):
    text = " ".join(sections()[name].split()) + " "
    places = [text.index(part) for part in PARTS]

    assert places == sorted(places)
    ends = [*places[1:], len(text)]
    for part, start, end in zip(PARTS, places, ends, strict=True):
        assert len(text[start + len(part) : end].strip()) >= 8, (name, part)


def test_each_alarm_names_the_anchor_of_its_section():
    for name in sections():
        said = alarms()[name]["Properties"]["AlarmDescription"]

        assert said.endswith(f". docs/operating.md#{name.lower()}"), said


def test_queues_that_a_section_names_are_those_of_the_dead_letters():
    named = re.findall(r"/v1/dead-letters\?queue=(\w+)", CHAPTER)

    assert sorted(named) == sorted(
        name.removesuffix("DeadQueueAlarm").lower() for name in alarms() if name.endswith("DeadQueueAlarm")
    )


def test_the_table_of_objectives_is_the_one_that_is_watched():
    lines = re.findall(r"^\| `(\w+)` (\|.*\|)$", CHAPTER, re.MULTILINE)
    told = {name: [float(number) for number in re.findall(r"\| ([\d.]+) %", cells)] for name, cells in lines}

    assert told == {
        one.name: [
            pytest.approx(100 * share)
            for share in (one.target, *(one.most(burn) for burn in (FAST, SLOW) if burn in one.burns))
        ]
        for one in OBJECTIVES
    }


def test_the_price_told_is_the_price_counted(capsys):
    main()
    terms = idle(alarms() | dashboard())
    price = f"USD {sum(term.usd for term in terms):.2f}"

    assert f"idle, a month: {price} at list price" in capsys.readouterr().out
    assert price in CHAPTER
    assert f"The {len(listed())} alarms" in CHAPTER
