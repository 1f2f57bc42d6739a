"""The daily account: what was seen, what the present way missed, what would have been done; nothing invented."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model import Outcome
from chalicelib.domain.observing.account import Blind, day_of, passed_path, seen_path
from chalicelib.domain.proof.dispatch import Dispatch
from tests.unit.operations_side import DESKS, Operations
from tests.world import CHANNELS, PURPOSES, START

DAY, OLD = "2026-03-02", "old.example"
SEEN = (CHANNELS + DESKS + PURPOSES).replace("schema: 1", "schema: 1\nmode: observe", 1)
BESIDE = SEEN.replace(
    "kind: webhook, market: fr,", f'kind: webhook, market: fr, forward_to: "https://{OLD}/in",'
)


def day(api: Operations, **query: str) -> object:
    told = api.ask(
        "GET", "/v1/account", query={name: [value] for name, value in {"day": DAY, **query}.items()}
    )
    assert told.code == 200
    return told.json if "format" not in query else told.text


def lived(plan: str = BESIDE) -> Operations:
    """Three contacts taken, one taken late, two never, of which none gets a further try in this day."""
    api = Operations(plan)
    world = api.world
    for number, fault in enumerate([200, 200, 200, 500, 404, 404]):
        world.desks.fault[OLD] = fault
        world.say(id_=f"m{number}", person=f"p{number}")
        world.run()
        world.clock.advance(2)
        if fault == 500:
            world.desks.fault[OLD] = 200
            for _ in range(2):
                world.minute()
    world.desks.fault[OLD] = 404
    for _ in range(6):
        world.minute()
    return api


def test_a_day_says_how_many_were_missed_of_how_many_and_what_would_have_been_done():
    told = day(lived())

    assert (told["seen"], told["passed_on"], told["missed"], told["late"]) == (6, 6, 2, 1)
    shop = told["channels"][0]
    assert shop["purposes"] == [{"name": "order", "contacts": 6}]
    assert shop["would_have_gone_to"] == [{"name": "desk-a", "contacts": 6}]
    assert shop["missed_would_have_gone_to"] == [{"name": "desk-a", "contacts": 2}]
    assert [(hour["at"][:13], hour["seen"], hour["missed"]) for hour in shop["hours"]] == [
        ("2026-03-02T09", 6, 2)
    ]


def test_the_same_in_french_and_in_english():
    api = lived()

    french, english = day(api, format="text"), day(api, format="text", language="en")

    assert french.startswith(f"Le {DAY}, vous avez manqué 2 contacts sur 6 ; 1 sont arrivés en retard.")
    assert english.startswith(f"On {DAY} you missed 2 contacts of 6; 1 came late.")
    assert "between 09:00 and 10:00 UTC: 2 missed and 1 late of 6" in english
    assert "Bascule would have given the missed contacts to: desk-a (2)" in english
    assert "contacts that never reached us" in english


def test_without_a_present_address_it_does_not_pretend_to_know():
    told = day(lived(SEEN))

    assert (told["seen"], told["missed"], told["late"]) == (6, None, None)
    assert "present_way" in told["cannot_know"]


def test_the_time_that_a_channel_was_away_is_told():
    api = Operations(
        BESIDE.replace('https://a.example/in"', 'https://a.example/in", health_url: "https://a.example/up"')
    )
    api.world.desks.fault["a.example"] = 500

    for _ in range(4):
        api.world.minute()

    away = {channel["channel"]: channel["away"] for channel in day(api)["channels"]}
    assert away["box-a"][0]["path"].startswith("box-a#out")


def test_a_plan_that_routes_has_nothing_to_account_for():
    api = Operations()
    api.world.say()
    api.world.run()

    assert day(api)["seen"] == 0
    assert day(api, format="text", language="en") == f"On {DAY} no contact was seen.\n"


@pytest.mark.parametrize("bad", ["yesterday", "2026-13-01", "2031-01-01", "2020-01-01"])
def test_other_days_are_refused(bad):
    told = Operations().ask("GET", "/v1/account", query={"day": [bad]})

    assert (told.code, told.json["faults"][0]["path"]) == (400, "day")


def note(path: str, key: str, at: float, outcome: Outcome = Outcome.OK, attempt: int = 1) -> Dispatch:
    return Dispatch(path=path, key=key, attempt=attempt, at=START + timedelta(seconds=at), outcome=outcome)


def test_a_contact_whose_request_was_never_to_be_passed_on_is_not_missed():
    seen = [note(seen_path("c"), "before", 0.001), note(seen_path("c"), "after", 3600.001)]
    passed = [note(passed_path("c"), "p", 0, Outcome.OUTAGE)]

    told = day_of("c", seen, passed)

    assert (told.seen, told.missed) == (2, 1)


@given(st.lists(st.sampled_from(["at once", "late", "never"]), max_size=30))
def test_each_contact_counts_once_and_as_what_it_was(fates):
    seen = [note(seen_path("c"), f"s{n}", n * 10 + 0.001) for n in range(len(fates))]
    passed = []
    for number, fate in enumerate(fates):
        outcomes = {
            "at once": [Outcome.OK],
            "late": [Outcome.OUTAGE, Outcome.OK],
            "never": [Outcome.OUTAGE] * 3,
        }
        passed += [
            note(passed_path("c"), f"p{number}", number * 10, outcome, attempt)
            for attempt, outcome in enumerate(outcomes[fate], 1)
        ]

    told = day_of("c", seen, passed)

    assert (told.seen, told.missed, told.late) == (len(fates), fates.count("never"), fates.count("late"))
    assert sum(hour.missed for hour in told.hours) == fates.count("never")
    assert Blind.PRESENT_WAY not in told.blind
