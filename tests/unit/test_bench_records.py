"""A benchmark's figures are kept under its name and the day, and every benchmark keeps them by the same words."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from bench.records import RESULTS, keep

BENCH = Path(__file__).parents[2] / "bench"


def test_a_record_is_named_for_its_benchmark_and_the_day_and_told_of_on_stderr(tmp_path, capsys):
    before = datetime.now(UTC)
    kept = keep("load", {"rows": [1.5], "words": "é"}, tmp_path)
    days = {f"{moment:%Y-%m-%d}" for moment in (before, datetime.now(UTC))}

    out, told = capsys.readouterr()
    assert kept.parent == tmp_path
    assert kept.name in {f"load-{day}.json" for day in days}
    assert json.loads(kept.read_text()) == {"rows": [1.5], "words": "é"}
    assert (out, kept.name in told) == ("", True)


def test_a_later_record_of_the_day_takes_the_place_of_the_former(tmp_path):
    keep("load", {"rows": list(range(100))}, tmp_path)
    kept = keep("load", {"rows": []}, tmp_path)

    assert json.loads(kept.read_text()) == {"rows": []}


def test_no_benchmark_writes_its_record_by_itself():
    sources = {path: path.read_text() for path in BENCH.rglob("*.py") if path.name != "records.py"}
    keeping = {name for text in sources.values() for name in re.findall(r'\bkeep\("([a-z-]+)"', text)}
    offering = [path for path, text in sources.items() if "offer_to_keep(parser)" in text]
    alone = [path for path, text in sources.items() if '"--save"' in text or '"results" /' in text]

    assert alone == []
    assert len(offering) == len(keeping) == 9
    assert {path.name.rsplit("-", 3)[0] for path in RESULTS.glob("*.json")} <= keeping
