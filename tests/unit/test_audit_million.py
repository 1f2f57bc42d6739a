"""Very many rows are verified with progress, in memory that does not grow; `make audit-million` has a million."""

import json
import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.audit.anchor import Anchor, Head, beginning, digest_of
from chalicelib.domain.audit.rsa import read_key
from chalicelib.domain.audit.verify import Verification
from chalicelib.domain.proof.chain import chain_of, chained
from chalicelib.memory.anchors import MemoryAnchors
from infra.audit import main
from infra.audit_book import DiskBook
from infra.audit_export import Export, anchor_line, entry_line, head_line

pytestmark = pytest.mark.timeout(3_600)
ROWS = int(os.environ.get("AUDIT_ROWS", "20000"))
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
STREAMS, EACH = 20, 10
"""Streams, and entries of each in one minute in three."""
MOST_MB = 12.0


class Forge:
    """Writes an honest ledger of any length into a file, a minute at a time."""

    def __init__(self, file) -> None:
        self.file, self.rows, self.minute = file, 0, 0
        self.port = MemoryAnchors()
        self.last: dict[str, object] = {}
        self.before, self.number, self.texts = beginning("test"), 0, []
        self.key = digest_of_key(self.port)

    def run(self, rows: int) -> None:
        """Whole hours until there are so many."""
        print(head_line("test", BEGAN), file=self.file)
        while self.rows < rows:
            for chain_rows in self._hour():
                for line in chain_rows:
                    print(line, file=self.file)

    def _hour(self):
        lines = {}
        self.last = {}
        for _ in range(20):
            now = BEGAN + timedelta(minutes=self.minute)
            for stream in range(STREAMS):
                name = chain_of(f"stream-{stream}", now)
                for number in range(EACH):
                    words = {
                        "what": "an act",
                        "who": "somebody",
                        "reason": f"number {number} of {self.minute}",
                    }
                    self.last[name] = chained(name, self.last.get(name), words, now)
                    lines.setdefault(name, []).append(entry_line(name, self.last[name]))
                    self.rows += 1
            yield [self._anchor(now)]
            self.minute += 3
        yield from lines.values()

    def _anchor(self, now):
        self.number += 1
        heads = {name: Head(seq=entry.seq, digest=entry.digest) for name, entry in self.last.items()}
        bare = Anchor(number=self.number, at=now, stage="test", before=self.before, heads=heads, key=self.key)
        text = signed(bare, self.port).text()
        self.before = digest_of(text)
        return anchor_line(self.number, text)


def digest_of_key(port):
    return read_key(port.public_key()).fingerprint


def signed(anchor, port):
    return replace(anchor, signature=port.sign(anchor.signed()))


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory):
    """Two files: one of ROWS, one of a quarter of them."""
    folder = tmp_path_factory.mktemp("ledgers")
    paths = {}
    for name, rows in (("small", ROWS // 4), ("large", ROWS)):
        paths[name] = folder / f"{name}.jsonl"
        with paths[name].open("w") as file:
            Forge(file).run(rows)
    (folder / "key.der").write_bytes(MemoryAnchors().public_key())
    return paths


def peak(path):
    """MB that a verification of a file held at most, and what it said."""
    key = read_key(MemoryAnchors().public_key())
    checking, export, told = (
        Verification(stage="test", keys=[key], book=DiskBook(), every=2_000),
        Export(path=path),
        [],
    )
    checking.told = lambda done: told.append(done.rows)
    tracemalloc.start()
    faults = list(checking.faults(export.anchors(), export.rows()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6, faults, checking.done, told


def test_a_million_rows_and_twenty_thousand_take_the_same_memory(ledgers):
    small, large = peak(ledgers["small"]), peak(ledgers["large"])

    for mb, faults, done, told in (small, large):
        assert faults == []
        assert mb < MOST_MB
        assert told == list(range(2_000, done.rows + 1, 2_000))
    assert large[2].rows >= ROWS
    assert large[0] < 1.2 * small[0] + 0.5


def test_the_command_says_so_and_finds_one_changed_row_among_them(ledgers, tmp_path, capsys):
    key = str(ledgers["large"].parent / "key.der")
    changed, where = tmp_path / "changed.jsonl", ""
    with ledgers["large"].open() as lines, changed.open("w") as out:
        for number, line in enumerate(lines):
            found = json.loads(line)
            if number >= ROWS // 2 and "chain" in found and not where:
                where, found = found["chain"], {**found, "entry": {**found["entry"], "who": "somebody else"}}
            print(json.dumps(found), file=out)

    whole = main(["--export", str(ledgers["large"]), "--key", key, "--every", "5000"])
    said = capsys.readouterr()
    broken = main(["--export", str(changed), "--key", key, "--quiet"])
    told = capsys.readouterr().out

    assert (whole, said.out) == (0, "whole\n")
    assert said.err.startswith("5000 rows of ")
    assert broken == 1
    assert told.startswith(f"{where}: entry ")
    assert told.endswith("broken: 1\n")


def test_a_process_of_its_own_stays_small(ledgers):
    """What the system counts, sqlite's pages included."""
    key = str(ledgers["large"].parent / "key.der")
    code = (
        "import resource, sys; from infra.audit import main; code = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(code)"
    )
    sizes = []
    for name in ("small", "large"):
        asked = ["--export", str(ledgers[name]), "--key", key, "--quiet"]
        done = subprocess.run(
            [sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True
        )
        sizes.append(int(done.stdout.split()[-1]) / 1_000)

    assert sizes[1] < sizes[0] + 12
