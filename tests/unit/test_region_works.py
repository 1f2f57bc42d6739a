"""What a row has come to where several regions wrote, and where home is: the same, whichever word came first."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.model import Outcome
from chalicelib.domain.outbox import RowState, Work, claimed, deferred, moved, recorded
from chalicelib.domain.regions import works
from chalicelib.domain.regions.record import read_stand, stand_text
from chalicelib.domain.regions.seat import Reckoning, Seat, Stand, seat_of
from tests.world import START

WORKS = st.dictionaries(st.sampled_from(["", "1@east", "2@west"]), st.integers(0, 4), max_size=3).map(
    lambda found: {term: Work(term=term, version=version) for term, version in found.items()}
)


def sent(work: Work, outcome: Outcome = Outcome.OK, state: RowState = RowState.DELIVERED) -> Work:
    return recorded(claimed(work, "desk-a", "d", START), state, outcome)


def over(work: Work, term: str, *known: Work) -> Work:
    return works.resumed(work, known or (work,), term)


@settings(max_examples=25)
@given(WORKS, WORKS, WORKS)
def test_knowledge_of_works_is_joined_in_any_order_and_any_number_of_times(a, b, c):
    join = works.joined

    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))
    assert join(a, a) == a


def test_what_a_row_has_come_to_does_not_hang_on_the_order_of_its_works():
    west = sent(Work())
    east = over(Work(), "1@east")
    again = over(east, "2@west", Work(), east)

    found = {works.whole(order).state for order in permutations((west, east, again))}

    assert found == {RowState.DELIVERED}


def test_home_is_the_first_region_until_somebody_took_over_and_then_the_highest_epoch():
    first = seat_of([Stand(region="east", beat=START)], ("west", "east"))
    later = seat_of([Stand(region="east", terms=(1, 3)), Stand(region="west", terms=(2,))], ("west", "east"))

    assert (first, first.term) == (Seat(region="west"), "")
    assert (later.region, later.term, later.terms) == ("east", "3@east", ("1@east", "2@west", "3@east"))


def test_of_two_that_took_the_same_epoch_unawares_everybody_names_the_same():
    stands = [Stand(region="north", terms=(1,)), Stand(region="east", terms=(1,))]

    assert {seat_of(order, ("west",)).term for order in permutations(stands)} == {"1@north"}


def test_a_new_term_that_has_sent_nothing_goes_on_from_what_the_old_one_did_late():
    before = Work()
    east = deferred(over(before, "1@east"), "d", START)[0]
    late = sent(before)

    found = works.whole([late, east])

    assert (found.state, found.term, found.version) == (RowState.DELIVERED, "1@east", east.version)
    assert not works.repeated([late, east])


def test_two_terms_that_sent_unknown_to_each_other_are_a_repetition_once_they_meet():
    east = sent(over(Work(), "1@east"))
    late = sent(Work())

    assert works.repeated([late, east])
    assert works.repeated([late, east], "1@east")
    assert not works.repeated([late, east], "2@west")


def test_what_the_new_term_knew_of_is_no_repetition():
    refused = sent(Work(), Outcome.OUTAGE, RowState.ACCEPTED)
    east = sent(over(refused, "1@east"))

    assert not works.repeated([refused, east])
    assert east.started == 1


def test_what_was_under_way_is_in_doubt_for_who_takes_over():
    under_way = claimed(Work(), "desk-a", "d", START)

    assert over(under_way, "1@east").in_doubt
    assert works.whole([under_way, deferred(over(Work(), "1@east"), "d", START)[0]]).in_doubt
    assert not over(sent(Work()), "1@east").in_doubt


def test_word_that_somebody_has_it_ends_the_row_also_where_the_new_term_has_tried():
    refused = sent(over(Work(), "1@east"), Outcome.OUTAGE, RowState.ACCEPTED)

    assert works.whole([sent(Work()), refused]).state is RowState.DELIVERED
    assert works.whole([moved(Work(), RowState.EXPIRED), refused]).state is RowState.ACCEPTED


def test_an_end_is_not_undone_by_old_word_of_waiting():
    expired = moved(over(Work(), "1@east"), RowState.EXPIRED)
    waiting = deferred(Work(), "d", START)[0]

    assert works.whole([waiting, expired]).state is RowState.EXPIRED


def test_a_stand_comes_back_from_its_text():
    given_ = Stand(
        region="east", version=3, beat=START, terms=(1, 3), since=START, owner="ann", reason="été", known=3,
        known_at=START, reckoning=Reckoning(epoch=3, began=START, cursor="x", rows=7, repeated=1, last=True, told=True),
    )  # fmt: skip

    assert read_stand(stand_text(given_)) == given_
    assert read_stand(stand_text(Stand(region="east"))) == Stand(region="east")
