"""What a release has written can be read by every later one; what it writes changes only with the schema's number."""

import json
from pathlib import Path

import pytest

from chalicelib.domain.upgrade.schema import READS, WRITES, Newer
from tests.unit.schema_examples import KEPT

SAMPLES = Path(__file__).parents[1] / "samples"
FROZEN = sorted(SAMPLES.glob("schema-*/*.json"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in FROZEN]
REFUSING = (
    "row", "work", "orders", "windows", "permission", "snapshot", "shifts", "stance", "schedule", "stories",
)  # fmt: skip
"""Those that bear the number in themselves; a plan has its own, messages bear it on their envelope."""


@pytest.mark.parametrize("path", FROZEN, ids=NAMES)
def test_a_sample_of_any_release_reads_as_what_it_was(path):
    kept = KEPT[path.stem]

    read = kept.read(path.read_text())

    assert without_schema(read) == without_schema(kept.example)


@pytest.mark.parametrize("name", KEPT)
def test_this_release_writes_what_the_sample_of_its_schema_says(name):
    sample = SAMPLES / f"schema-{WRITES}" / f"{name}.json"

    written = KEPT[name].dump(KEPT[name].example)

    assert json.loads(written) == json.loads(sample.read_text()), (
        "what is written has changed: the release before must read it, so first raise READS, "
        "and WRITES one release later (docs/deploying.md), with new samples beside the old ones"
    )


@pytest.mark.parametrize("name", REFUSING)
def test_what_a_later_release_wrote_is_refused_by_name(name):
    document = json.loads(KEPT[name].dump(KEPT[name].example)) | {"schema": READS + 1}

    with pytest.raises(Newer):
        KEPT[name].read(json.dumps(document))


@pytest.mark.parametrize("name", REFUSING)
def test_what_bears_no_number_is_of_the_time_before_there_was_one(name):
    document = json.loads(KEPT[name].dump(KEPT[name].example))
    if name != "row":  # rows always had one
        document.pop("schema")

    assert without_schema(KEPT[name].read(json.dumps(document))) == without_schema(KEPT[name].example)


def test_the_samples_are_of_everything_and_of_every_schema_that_is_read():
    found = {path.parent.name for path in FROZEN}

    assert found == {f"schema-{number}" for number in range(READS + 1)}
    assert {path.stem for path in FROZEN if path.parent.name == f"schema-{WRITES}"} == KEPT.keys()


def test_a_release_reads_what_it_writes_and_at_most_one_schema_more():
    assert READS - 1 <= WRITES <= READS


def without_schema(value):
    """All of it but what says how it was written: a row's schema, the digest of a plan's text."""
    written = ("schema", "digest", "_by_scope")
    return {name: getattr(value, name) for name in value.__slots__ if name not in written}
