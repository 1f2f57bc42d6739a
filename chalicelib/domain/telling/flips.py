"""What a flip makes of the stories: which chapter it is, whether people are to hear it, which flips nobody told of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from chalicelib.domain.detection.machine import WORDS, ClassHealth, PathHealth, State
from chalicelib.domain.model import EvidenceClass
from chalicelib.domain.telling.story import Gap, Stories, Story, Told
from chalicelib.domain.telling.told_flip import ToldFlip

GRACE = timedelta(seconds=90)
"""A flip that is in the health table for so long and of which no message came is told from the table."""
QUIET = timedelta(minutes=15)
"""A path that stays back for so long has ended its story."""
FOUND = "found_later"


class News(StrEnum):
    """What a flip is to the story. OPENED, FLAPPING and a first RETURNED are for people, the rest for machines."""

    OPENED = "opened"
    GOES_ON = "goes_on"
    FLAPPING = "flapping"
    AGAIN = "again"
    RETURNED = "returned"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What came of a flip that was not told before."""

    flip: ToldFlip
    story: Story | None
    news: News
    loud: bool


def hear(stories: Stories, flip: ToldFlip) -> tuple[Stories, Chapter | None]:
    """The stories after a flip, and its chapter; None when it was told already."""
    told = stories.told.get((flip.path, flip.evidence), Told())
    if not told.lacks(flip.gen):
        return stories, None
    if flip.gen < told.gen:  # overtaken by a later one: the story is past it
        left = replace(told, gaps=tuple(gap for gap in told.gaps if gap.gen != flip.gen))
        story = stories.open.get(flip.path)
        after = stories.with_told(flip.path, flip.evidence, left)
        return after, Chapter(flip=flip, story=story, news=News.LATE, loud=False)
    now_told = Told(gen=flip.gen, state=flip.after, gaps=(*told.gaps, *_gaps(told, flip)))
    after = stories.with_told(flip.path, flip.evidence, now_told)
    story, news = _turn(
        stories.open.get(flip.path), flip, was=stories.away(flip.path), now=after.away(flip.path)
    )
    loud = story is not None and not story.planned and _for_people(news, story)
    return after.with_story(flip.path, story), Chapter(flip=flip, story=story, news=news, loud=loud)


def unheard(
    stories: Stories, health: Mapping[str, PathHealth], now: datetime, grace: timedelta = GRACE
) -> Iterator[ToldFlip]:
    """The flips that the health table has known for so long and nobody told of.

    Their writer died, or their message was lost; within GRACE it may only be late.
    """
    for (path, evidence), told in stories.told.items():
        for gap in told.gaps:
            if now - gap.noticed_at >= grace:
                yield ToldFlip(
                    path=path, evidence=evidence, before=gap.before, after=gap.after, gen=gap.gen,
                    at=gap.noticed_at, because=FOUND,
                )  # fmt: skip
    for path, evidence, cls in _machines(health):
        told = stories.told.get((path, evidence.value), Told())
        if cls.gen > told.gen and cls.since is not None and now - cls.since >= grace:
            before = told.state if cls.gen == told.gen + 1 else ""
            yield ToldFlip(
                path=path, evidence=evidence.value, before=before, after=cls.state.value, gen=cls.gen,
                at=cls.since, because=FOUND, detail=cls.detail,
            )  # fmt: skip


def adopted(stories: Stories, health: Mapping[str, PathHealth], now: datetime) -> Stories:
    """The stories without what health has forgotten; the very first ones take what stands as told already."""
    known = {(path, evidence.value): cls for path, evidence, cls in _machines(health)}
    kept = {key: told for key, told in stories.told.items() if key in known and known[key].gen >= told.gen}
    gone = {path for path, _ in stories.told.keys() - kept.keys()}
    after = replace(stories, told=kept, open={p: s for p, s in stories.open.items() if p not in gone})
    if stories.version:
        return after
    for (path, evidence), cls in known.items():
        if cls.gen and cls.since is not None and now - cls.since >= GRACE:
            after = after.with_told(path, evidence, Told(gen=cls.gen, state=cls.state.value))
            if cls.state is not State.CLOSED:
                after = after.with_story(path, Story(id=_story_id(path, cls.since), began=cls.since))
    return after


def ended(stories: Stories, now: datetime) -> tuple[Stories, list[tuple[str, Story]]]:
    """The stories without those whose path stayed back long enough, and these, by path."""
    over = [
        (path, story)
        for path, story in stories.open.items()
        if story.back_at and now - story.back_at >= QUIET
    ]
    for path, _ in over:
        stories = stories.with_story(path, None)
    return stories, over


def _turn(story: Story | None, flip: ToldFlip, *, was: bool, now: bool) -> tuple[Story | None, News]:
    if not was and now:
        if story is None:
            began = Story(
                id=_story_id(flip.path, flip.at), began=flip.at, planned_at=flip.at if flip.planned else None
            )
            return began, News.OPENED
        planned_at = flip.at if story.planned and flip.planned else None
        again = replace(story, departures=story.departures + 1, back_at=None, planned_at=planned_at)
        return again, News.FLAPPING if again.departures == 2 else News.AGAIN  # noqa: PLR2004 - the second one
    if was and not now and story is not None:
        return replace(story, back_at=flip.at), News.RETURNED
    return story, News.GOES_ON


def _for_people(news: News, story: Story) -> bool:
    """At most: away, back, flapping; the end of what flapped is told by the story's own event."""
    return news in (News.OPENED, News.FLAPPING) or (news is News.RETURNED and story.departures == 1)


def _gaps(told: Told, flip: ToldFlip) -> Iterator[Gap]:
    for gen in range(told.gen + 1, flip.gen):
        before = told.state if gen == told.gen + 1 else ""
        yield Gap(
            gen=gen, before=before, after=flip.before if gen == flip.gen - 1 else "", noticed_at=flip.at
        )


def _machines(health: Mapping[str, PathHealth]) -> Iterator[tuple[str, EvidenceClass, ClassHealth]]:
    for path, found in health.items():
        for evidence, cls in found.classes.items():
            if evidence not in WORDS:
                yield path, evidence, cls


def _story_id(path: str, began: datetime) -> str:
    return f"sty_{sha256(f'{path}|{began.isoformat()}'.encode()).hexdigest()[:16]}"
