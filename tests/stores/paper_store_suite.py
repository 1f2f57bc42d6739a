"""What every store of small versioned texts must do."""

import pytest

from chalicelib.ports import Stale


class PaperStoreSuite:
    def test_at_first_there_is_nothing(self, ports):
        assert ports.papers.read("attached/a") == (0, "")

    def test_a_text_comes_back_byte_for_byte_and_others_are_left_alone(self, ports):
        ports.papers.write("attached/b", 1, "é\n🚨 ?a=%2F&b=")
        ports.papers.write("checkup/b", 1, "other")

        ports.papers.write("attached/b", 2, "é\n🚨 ?a=%2F&c=")

        assert ports.papers.read("attached/b") == (2, "é\n🚨 ?a=%2F&c=")
        assert ports.papers.read("checkup/b") == (1, "other")

    def test_of_two_who_write_at_once_one_is_stale(self, ports):
        ports.papers.write("attached/c", 1, "first")

        for version in (1, 3):
            with pytest.raises(Stale):
                ports.papers.write("attached/c", version, "second")

        assert ports.papers.read("attached/c") == (1, "first")

    def test_health_does_not_see_them(self, ports):
        ports.papers.write("attached/d", 1, "text")

        assert "attached/d" not in str(ports.health.everything())
