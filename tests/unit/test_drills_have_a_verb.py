"""Whatever has a form for `BASCULE_DRILL=full` is played in it by `make drill`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"


def test_every_test_that_asks_for_the_full_form_is_played_by_make_drill():
    [recipe] = re.findall(r"BASCULE_DRILL=full \S+/pytest (.+)", (ROOT / "Makefile").read_text())
    played = [ROOT / place for place in recipe.split()]
    asking = [
        path
        for path in TESTS.rglob("test_*.py")
        if re.search(r"environ.*BASCULE_DRILL", path.read_text()) and path != Path(__file__)
    ]

    assert len(asking) >= 2
    assert all(place.exists() for place in played)
    assert [path.name for path in asking if not any(path.is_relative_to(place) for place in played)] == []
