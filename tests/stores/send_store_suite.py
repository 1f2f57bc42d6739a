"""What every contact store must do with sends, its proof; subclasses give `contacts`."""

from datetime import timedelta
from uuid import uuid4

from examples import NOW, at, row, work

from chalicelib.domain.model import Outcome
from chalicelib.domain.proof.dispatch import Dispatch


def send(path: str, key: str = "k1", seconds: float = 0, **changes) -> Dispatch:
    values = {
        "path": path, "key": key, "attempt": 1, "at": at(seconds), "outcome": Outcome.OK, "desk": "agents-a",
        "provider_id": "sm_é", "due_at": at(seconds + 120), "promised": True,
    }  # fmt: skip
    return Dispatch(**(values | changes))


def a_path() -> str:
    return f"mail-{uuid4().hex}#out#fr"


class SendStoreSuite:
    def test_sends_come_back_as_they_were_noted_oldest_first(self, contacts):
        path = a_path()
        bare = send(path, "k3", 20, desk="", provider_id="", due_at=None, promised=False)
        noted = [send(path, "k1", 10), bare, send(path, "k1", 30, attempt=2, outcome=Outcome.UNKNOWN)]
        for one in reversed(noted):
            contacts.note_sent(one)

        assert list(contacts.sent(path, NOW, at(60), 100)) == noted

    def test_the_same_send_noted_twice_is_one(self, contacts):
        path = a_path()
        contacts.note_sent(send(path))
        contacts.note_sent(send(path))

        assert len(contacts.sent(path, NOW, at(60), 100)) == 1

    def test_only_the_path_and_the_time_asked_for_are_told(self, contacts):
        path, other = a_path(), a_path()
        for seconds in (-1, 0, 59, 60, 3_600, 7_200):
            contacts.note_sent(send(path, f"k{seconds}", seconds))
        contacts.note_sent(send(other))

        assert [one.at for one in contacts.sent(path, NOW, at(60), 100)] == [at(0), at(59)]
        assert [one.at for one in contacts.sent(path, at(60), at(7_200), 100)] == [at(60), at(3_600)]
        assert list(contacts.sent(path, NOW, NOW, 100)) == []
        assert len(contacts.sent(path, NOW - timedelta(hours=3), at(9_000), 4)) == 4

    def test_a_send_is_no_row_and_is_in_no_list_of_rows(self, contacts):
        given = row(uuid4().hex, party=uuid4().hex)
        contacts.add(given)
        contacts.note_sent(send(a_path(), given.key))

        seen, cursor = [], ""
        while True:
            page, cursor = contacts.page(50, cursor)
            seen += [found.key for found in page]
            if not cursor:
                break

        assert seen.count(given.key) == 1
        assert contacts.get(given.key) == given

    def test_works_are_those_of_rows_that_were_saved(self, contacts):
        saved, unsaved = row(uuid4().hex), row(uuid4().hex)
        for given in (saved, unsaved):
            contacts.add(given)
        contacts.save(saved.key, work(1))

        assert contacts.works([saved.key, unsaved.key, uuid4().hex, saved.key]) == {saved.key: work(1)}
