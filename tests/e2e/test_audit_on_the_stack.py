"""What operators do is in the ledger, anchored within two ticks, verified, and an edit behind our back is found."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from infra.audit import main
from tests.e2e.watching import settled

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


@pytest.fixture
def anchored(scene):
    """A ledger with an act of an operator's, and the anchor that a tick wrote after it."""
    acted = datetime.now(UTC)
    order = {"kind": "drain", "scope": "desk:paris", "until": 5, "reason": "to be seen by the auditor"}
    given = scene.ops(
        "POST", "/v1/orders", order, {"If-Match": scene.ops("GET", "/v1/orders").headers["etag"]}
    )
    assert given.code == 201, given.text
    identity = json.loads(given.text)["order"]["id"]
    try:
        for _ in range(2):
            scene.tick()
        yield f"operations#{acted:%Y-%m-%dT%H}", identity
    finally:
        tag = scene.ops("GET", "/v1/orders").headers["etag"]
        scene.ops("DELETE", f"/v1/orders/{identity}", headers={"If-Match": tag})
        settled(scene)


@pytest.fixture
def audit(scene, monkeypatch):
    """The command, on the local stack's own clients."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", scene.stack.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return lambda *more: main(["--stage", "local", "--quiet", *more])


@contextmanager
def edited(scene, chain, seq):
    """Somebody who may write the table changes who it was, for a while."""
    table, key = scene.stack.outputs["LedgerTable"], {"pk": {"S": chain}, "seq": {"N": str(seq)}}
    client = scene.stack.client("dynamodb")
    kept = client.get_item(TableName=table, Key=key)["Item"]
    words = {**json.loads(kept["entry"]["S"]), "who": "somebody else"}
    client.put_item(TableName=table, Item={**kept, "entry": {"S": json.dumps(words)}})
    try:
        yield
    finally:
        client.put_item(TableName=table, Item=kept)


def test_an_operators_act_is_anchored_within_two_ticks_and_verified_and_an_edit_is_found(
    scene, anchored, audit, tmp_path, capsys
):
    chain, identity = anchored
    hour = chain.rpartition("#")[2]
    entries = scene.read(f"/v1/audit?hour={hour}&limit=200")["entries"]
    newest = scene.read("/v1/audit/anchors?limit=1")["anchors"][0]
    seq = next(entry["seq"] for entry in entries if entry["entry"].get("order") == identity)

    assert json.loads(newest["text"])["heads"][chain][0] >= seq
    saved, key = tmp_path / "ledger.jsonl", tmp_path / "key.der"
    assert audit("--save-key", str(key)) == 0
    assert audit("--key", str(key), "--from", hour, "--save", str(saved)) == 0
    assert main(["--export", str(saved), "--key", str(key), "--quiet"]) == 0
    assert json.loads(scene.ops("POST", "/v1/audit/verify", {"hour": hour}).text)["whole"] is True

    capsys.readouterr()
    with edited(scene, chain, seq):
        assert audit("--from", hour) == 1
        verdict = json.loads(scene.ops("POST", "/v1/audit/verify", {"hour": hour}).text)

    assert f"{chain}: entry {seq} was changed" in capsys.readouterr().out
    assert [(fault["kind"], fault["number"]) for fault in verdict["faults"]] == [("changed", seq)]
    assert audit("--from", hour) == 0
