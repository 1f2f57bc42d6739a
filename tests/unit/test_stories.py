"""Stories as values: each flip is told once in whatever order it is heard of, and people hear little."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.detection.machine import ClassHealth, PathHealth, State
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.telling.flips import GRACE, QUIET, News, adopted, ended, hear, unheard
from chalicelib.domain.telling.story import Stories, Told
from chalicelib.domain.telling.told_flip import ToldFlip

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATH = "box-a#out#world"
CLOSED, OPEN, TRIAL = (state.value for state in (State.CLOSED, State.OPEN, State.TRIAL))


def flip(gen, after, *, before=CLOSED, minute=0.0, evidence="hard", planned=False):
    return ToldFlip(
        path=PATH, evidence=evidence, before=before, after=after, gen=gen,
        at=START + timedelta(minutes=minute), because="failures", planned=planned,
    )  # fmt: skip


def told(flips, stories=None):
    """The stories after all of them, and (generation, news, loud) of each chapter."""
    stories, chapters = stories or Stories(version=1), []
    for one in flips:
        stories, chapter = hear(stories, one)
        chapters += [(chapter.flip.gen, chapter.news.value, chapter.loud)] if chapter else []
    return stories, chapters


def table(gen, state, minute=0.0):
    cls = ClassHealth(state=state, gen=gen, since=START + timedelta(minutes=minute))
    return {PATH: PathHealth(path=PATH, classes={EvidenceClass.HARD: cls})}


def test_away_trial_and_back_are_three_chapters_of_one_story():
    stories, chapters = told([flip(1, OPEN), flip(2, TRIAL, minute=1), flip(3, CLOSED, minute=2)])

    assert chapters == [(1, "opened", True), (2, "goes_on", False), (3, "returned", True)]
    assert stories.open[PATH].back_at == START + timedelta(minutes=2)


def test_a_second_class_that_opens_is_no_second_story_and_the_path_is_back_with_the_last_one():
    flips = [
        flip(1, OPEN), flip(1, OPEN, evidence="silent", minute=1), flip(3, CLOSED, minute=2),
        flip(3, CLOSED, evidence="silent", minute=3),
    ]  # fmt: skip

    _, chapters = told(flips)

    assert [news for _, news, _ in chapters] == ["opened", "goes_on", "goes_on", "returned"]


def test_a_flip_that_was_overtaken_is_told_as_late_and_only_once():
    _, chapters = told([flip(2, TRIAL, before=OPEN, minute=1), flip(1, OPEN), flip(1, OPEN), flip(2, TRIAL)])

    assert chapters == [(2, "opened", True), (1, "late", False)]


def test_a_story_that_lasts_beyond_its_quiet_time_is_a_new_one():
    stories, _ = told([flip(1, OPEN), flip(2, CLOSED, minute=2)])
    before = stories.open[PATH].id

    stories, over = ended(stories, START + timedelta(minutes=2) + QUIET)
    stories, chapters = told([flip(3, OPEN, minute=30)], stories)

    assert [story.departures for _, story in over] == [1]
    assert chapters == [(3, "opened", True)]
    assert stories.open[PATH].id != before


def test_what_planned_work_explains_is_not_for_people_until_something_else_happens():
    flips = [flip(1, OPEN, planned=True), flip(2, CLOSED, minute=2, planned=True), flip(3, OPEN, minute=4)]

    _, chapters = told(flips)

    assert chapters == [(1, "opened", False), (2, "returned", False), (3, "flapping", True)]


def test_a_flip_in_the_table_of_which_no_word_came_is_found_after_its_grace():
    stories = Stories(version=1)
    health = table(1, State.OPEN)

    assert list(unheard(stories, health, START + GRACE - timedelta(seconds=1))) == []
    (found,) = unheard(stories, health, START + GRACE)

    assert (found.before, found.after, found.because) == (CLOSED, OPEN, "found_later")


def test_several_lost_flips_are_each_told_with_the_states_that_can_be_known():
    stories, now = Stories(version=1), START + timedelta(minutes=20)
    seen = []
    for _ in range(3):
        for found in sorted(unheard(stories, table(3, State.CLOSED), now), key=lambda each: each.gen):
            stories, chapter = hear(stories, found)
            seen += [(found.gen, found.before, found.after)] if chapter else []
        now += GRACE

    assert seen == [(3, "", CLOSED), (1, CLOSED, ""), (2, "", "")]


def test_the_first_run_on_a_standing_product_takes_what_stands_as_told():
    now = START + timedelta(hours=1)

    stories = adopted(Stories(), table(7, State.OPEN), now)

    assert stories.told[PATH, "hard"] == Told(gen=7, state=OPEN)
    assert stories.open[PATH].began == START
    assert list(unheard(stories, table(7, State.OPEN), now)) == []


def test_health_that_was_wiped_out_begins_anew():
    stories, _ = told([flip(1, OPEN), flip(2, TRIAL, minute=1)])

    stories = adopted(stories, {}, START + timedelta(minutes=2))
    _, chapters = told([flip(1, OPEN, minute=3)], stories)

    assert chapters == [(1, "opened", True)]


@st.composite
def walks(draw):
    """The flips of one class as the machine makes them, each some minutes after the one before."""
    state, minute, flips = CLOSED, 0.0, []
    following = {CLOSED: [OPEN], OPEN: [TRIAL], TRIAL: [OPEN, CLOSED]}
    for gen in range(1, draw(st.integers(1, 40)) + 1):
        after = draw(st.sampled_from(following[state]))
        minute += draw(st.integers(0, 25))
        flips.append(flip(gen, after, before=state, minute=minute))
        state = after
    return flips


@settings(max_examples=150, deadline=None)
@given(walks())
def test_people_hear_at_most_four_times_of_one_story_however_long_it_flaps(flips):
    stories, words = Stories(version=1), {}
    for one in flips:
        stories, over = ended(stories, one.at)
        for _, story in over:
            words[story.id] = words.get(story.id, 0) + (story.departures > 1)
        stories, chapter = hear(stories, one)
        words[chapter.story.id] = words.get(chapter.story.id, 0) + chapter.loud

    assert max(words.values()) <= 4


@settings(max_examples=150, deadline=None)
@given(walks(), st.randoms(use_true_random=False))
def test_each_flip_is_told_exactly_once_in_any_order_and_however_often_it_is_heard(flips, chance):
    heard = flips * 2
    chance.shuffle(heard)

    stories, chapters = told(heard)

    assert sorted(gen for gen, _, _ in chapters) == [one.gen for one in flips]
    assert stories.told[PATH, "hard"].gaps == ()


@settings(max_examples=60, deadline=None)
@given(walks())
def test_a_story_is_open_exactly_while_its_path_is_away_or_not_long_back(flips):
    stories = Stories(version=1)
    for one in flips:
        stories, _ = ended(stories, one.at)
        stories, _ = hear(stories, one)
        assert (stories.open[PATH].back_at is None) == stories.away(PATH)

    final, _ = ended(stories, flips[-1].at + QUIET)
    assert (PATH in final.open) == stories.away(PATH)


def test_every_news_word_is_used():
    _, chapters = told(
        [flip(2, TRIAL, before=OPEN, minute=1), flip(1, OPEN)]
        + [flip(gen, state, minute=gen) for gen, state in enumerate((CLOSED, OPEN, TRIAL, CLOSED, OPEN), 3)]
    )

    assert {news for _, news, _ in chapters} == {news.value for news in News}
