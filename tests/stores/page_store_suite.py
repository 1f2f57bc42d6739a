"""What every store of vendors' status pages must do."""

from uuid import uuid4

from examples import NOW, at

from chalicelib.domain.health import ClassHealth, Rules, apply, batch_of
from chalicelib.domain.model import EvidenceClass, Outcome, Signal
from chalicelib.domain.vendor_pages.page import Component, Incident, Maintenance, PageState
from chalicelib.domain.vendor_pages.watched import Watched

VOICE = Component(name="Voice", state=PageState.DOWN, regions={"europe": PageState.DOWN, "": PageState.OK})
TROUBLE = Incident(id="i", title="Coupés", state=PageState.DOWN, since=NOW, components=frozenset({"voice"}))


def watched(page: str, asked: float = 0, **changes) -> Watched:
    values = {
        "page": page, "asked_at": at(asked), "source": "abc", "read_at": at(-5), "updated_at": at(-900),
        "trouble": "answered 503", "etag": 'W/"é"', "modified": "Sat, 21 Nov 2026 19:00:00 GMT", "wait_until": at(60),
        "components": {"Voice": VOICE}, "incidents": (TROUBLE,),
        "maintenances": (Maintenance(id="m", title="Work", start=at(3_600), end=at(7_200)),),
    }  # fmt: skip
    return Watched(**(values | changes))


class PageStoreSuite:
    def test_a_reading_comes_back_whole(self, pages):
        one = watched(uuid4().hex)

        pages.keep(one)

        assert pages.read([one.page]) == {one.page: one}

    def test_the_answer_to_a_later_question_holds(self, pages):
        page = uuid4().hex
        for asked in (10, 5, 10):
            pages.keep(watched(page, asked, trouble=f"asked {asked}"))

        assert pages.read([page])[page].trouble == "asked 10"

        pages.keep(Watched(page=page, asked_at=at(11)))

        assert pages.read([page])[page] == Watched(page=page, asked_at=at(11))

    def test_absent_pages_are_left_out(self, pages):
        one = watched(uuid4().hex)
        pages.keep(one)

        assert set(pages.read([uuid4().hex, one.page, one.page])) == {one.page}
        assert pages.read([]) == {}

    def test_a_page_is_no_path_and_no_load(self, pages, health):
        page = uuid4().hex
        pages.keep(watched(page))

        assert not any(page in name for name in (*health.everything(), *health.loads()))

    def test_a_vendors_word_takes_the_place_of_its_last_one_as_in_the_domain(self, health):
        path, known = uuid4().hex, ClassHealth()
        for number, weight in enumerate((2_300, 6_900, 4_600, 0, 0, 6_900)):
            signal = Signal(
                outcome=Outcome.OK,
                at=at(number),
                evidence=EvidenceClass.VENDOR,
                weight=weight,
                detail=f"{weight}",
            )
            batch = batch_of([signal], 0, Rules())

            stored = health.fold(path, EvidenceClass.VENDOR, batch, at(number))

            known = apply(known, batch, at(number))
            assert stored == known == health.read([path])[path].classes[EvidenceClass.VENDOR]
            assert (known.score, known.fine) == (weight, 0)
