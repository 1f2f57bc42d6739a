"""A person is erased through the gateway, by functions that wear their own roles."""

import json

import pytest

from infra import backup
from infra.local.fakes.vendors import post
from infra.local.scene import until
from tests.e2e import sides

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

HANDED = ("sent", "delivered", "answered", "closed")


def found(scene, person):
    answer = scene.ops("GET", f"/v1/contacts?channel=shop&party={person}")
    return json.loads(answer.text)["contacts"]


def erased(scene, person, **more):
    answer = scene.ops("POST", "/v1/people/erase", {"address": person, "channel": "shop", **more})
    assert answer.code == 200, answer.text
    return json.loads(answer.text)


def test_a_person_is_erased_and_neither_a_retry_nor_the_sweep_brings_them_back(scene):
    name, person, words = sides.fresh("shop"), sides.person("form"), sides.fresh("where is my order")
    request = sides.form(scene, name, person, words)
    assert post(request).code in (200, 202)
    until(lambda: [c["state"] in HANDED for c in found(scene, person)] == [True], "it is handed over", 60)
    [contact] = found(scene, person)

    dry = erased(scene, person, dry_run=True)
    done = erased(scene, person)
    again = post(request)
    scene.tick()

    after = scene.read(f"/v1/contacts/{contact['key']}")
    assert (dry["erased"], done["erased"], done["waiting"]) == (0, 1, 0)
    assert done["handed_to"]
    assert again.code in (200, 202)
    assert (after["party"], after["text"], after["name"]) == ("", "", "")
    assert after["state"] in HANDED
    assert after["erased_at"]
    assert found(scene, person) == []
    stored = scene.stack.client("dynamodb").scan(TableName=scene.stack.outputs["ContactsTable"])["Items"]
    assert not [item for item in stored if person in repr(item) or words in repr(item)]
    place = scene.stack.client("dynamodb").get_item(
        TableName=scene.stack.outputs["PeopleTable"], Key={"pk": {"S": "mark"}}
    )
    assert "cursor" in place["Item"]


def test_the_running_stage_is_exported_by_the_command_and_no_person_is_in_clear(scene, monkeypatch, capsys):
    for name, value in (
        ("AWS_ENDPOINT_URL", scene.stack.endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ):
        monkeypatch.setenv(name, value)
    name, person, words = sides.fresh("shop"), sides.person("form"), sides.fresh("where is my order")
    assert post(sides.form(scene, name, person, words)).code in (200, 202)

    code = backup.main(["--stage", "local", "--name", "of-the-scene"])

    told = json.loads(capsys.readouterr().out)
    s3, bucket = scene.stack.client("s3"), scene.stack.outputs["BackupBucket"]
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    bodies = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}
    exported = "".join(body for key, body in bodies.items() if key.startswith("exports/"))
    assert code == 0
    assert told["lines"]["ContactsTable"] > 0
    assert told["lines"]["PlansTable"] > 0
    assert exported.count('"box"') > 0
    assert not [word for word in (person, words) if word in exported]
    assert "keys/of-the-scene/manifest.json" in keys
