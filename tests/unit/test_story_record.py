"""Stories as a text and back."""

from datetime import UTC, datetime

import pytest

from chalicelib.domain.telling.event import Event, EventType
from chalicelib.domain.telling.record import read_stories, stories_text
from chalicelib.domain.telling.story import Gap, Stories, Story, Told, Waiting

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATH = "box-a#out#world"


def test_stories_read_back_as_they_were_written():
    event = Event(id="evt_1", type=EventType.ALERTED, at=START, about={"loud": True, "text": {"fr": "é"}})
    gap = Gap(gen=2, before="", after="trial", noticed_at=START)
    stories = Stories(
        version=3,
        told={(PATH, "hard"): Told(gen=4, state="open", gaps=(gap,))},
        open={PATH: Story(id="s", began=START, departures=2, back_at=START, planned_at=START)},
        alerted={("loss_lasts", PATH): START}, proven={"desk-b": START}, minute=START, steady=START,
        waiting=(Waiting(event=event, since=START),),
    )  # fmt: skip

    assert read_stories(stories_text(stories)) == stories
    assert read_stories(stories_text(Stories())) == Stories()


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"version": 1}', "nonsense"])
def test_a_text_of_another_shape_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        read_stories(text)
