"""What every store of anchors must do, and what every ledger tells of its chains."""

import pytest
from examples import NOW, at

from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.proof.chain import chain_of
from chalicelib.ports import Missing, Stale


class AnchorSuite:
    def test_there_is_none_at_first(self, anchors):
        with pytest.raises(Missing):
            anchors.newest()
        with pytest.raises(Missing):
            anchors.read(1)

    def test_texts_are_kept_as_they_are_and_the_newest_is_found(self, anchors):
        for number in range(1, 8):
            anchors.add(number, f"text {number}, é")

        assert anchors.newest() == (7, "text 7, é")
        assert [anchors.read(number) for number in (1, 7)] == ["text 1, é", "text 7, é"]
        with pytest.raises(Missing):
            anchors.read(8)

    def test_a_number_is_written_once(self, anchors):
        anchors.add(1, "first")

        with pytest.raises(Stale):
            anchors.add(1, "second")

        assert anchors.newest() == (1, "first")

    def test_what_is_remembered_is_right_again_after_it_was_stale(self, anchors):
        anchors.add(1, "first")

        remembered = anchors.newest(remembered=True)
        with pytest.raises(Stale):
            anchors.add(1, "another")

        assert remembered == anchors.newest(remembered=True) == anchors.newest() == (1, "first")

    def test_the_public_key_proves_what_was_signed_and_nothing_else(self, anchors):
        signature = anchors.sign(b"a message " * 400)

        key = read_key(anchors.public_key())

        assert key.proves(signature, b"a message " * 400)
        assert not key.proves(signature, b"another")


class TouchedSuite:
    def test_the_chains_that_were_begun_in_an_hour_are_known(self, ports):
        for stream in ("flips", "operations", "losses/box#out#fr"):
            ports.ledger.append(stream, {"n": "1"}, NOW)
            ports.ledger.append(stream, {"n": "2"}, at(60))
        ports.ledger.append_once("capacity", {"id": "c"}, at(3_600))

        assert list(ports.ledger.touched(NOW)) == [
            "flips#2026-11-21T20", "losses/box#out#fr#2026-11-21T20", "operations#2026-11-21T20",
        ]  # fmt: skip
        assert list(ports.ledger.touched(at(3_600))) == ["capacity#2026-11-21T21"]
        assert list(ports.ledger.touched(at(7_200))) == []

    def test_a_chain_that_was_over_and_is_added_to_is_known_in_the_hour_when_that_was_done(self, ports):
        ports.ledger.append_once("flips", {"id": "a"}, NOW)

        ports.ledger.append_once("flips", {"id": "b"}, at(60), written=at(5 * 3_600))
        ports.ledger.append_once("flips", {"id": "b"}, at(60), written=at(6 * 3_600))

        assert list(ports.ledger.touched(at(5 * 3_600))) == ["flips#2026-11-21T20"]
        assert list(ports.ledger.touched(at(6 * 3_600))) == []
        assert [entry.entry["id"] for entry in ports.ledger.entries("flips", NOW)] == ["a", "b"]

    def test_the_end_of_a_chain_is_read_from_any_number_on(self, ports):
        for number in range(1, 6):
            ports.ledger.append("flips", {"n": str(number)}, at(number))

        chain = chain_of("flips", NOW)

        assert [entry.seq for entry in ports.ledger.tail(chain, 4)] == [4, 5]
        assert list(ports.ledger.tail(chain, 1)) == list(ports.ledger.entries("flips", NOW))
        assert list(ports.ledger.tail(chain, 6)) == []
