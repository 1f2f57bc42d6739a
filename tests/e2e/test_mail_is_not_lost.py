"""Mail that its function could neither store nor hold is held by the platform itself, and accepted later, once."""

import pytest

from tests.e2e import sides
from tests.e2e.test_nothing_doubled import taken_texts
from tests.e2e.watching import in_the_end, overflowing, replay_stopped, rows_of

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

NOBODY = "http://127.0.0.1:9"


def test_mail_whose_function_failed_for_good_is_accepted_when_tables_and_queues_are_back(scene):
    text, person = sides.fresh("mail"), sides.person("email")
    gone = {"AWS_ENDPOINT_URL_DYNAMODB": NOBODY, "AWS_ENDPOINT_URL_SQS": NOBODY}

    with replay_stopped(scene):
        before = overflowing(scene)
        with scene.stack.changed_environment("Mail", **gone):
            scene.contact("email", person, text)
            in_the_end(scene, lambda: overflowing(scene) > before, "the platform gives up", 60)
        unseen = rows_of(scene, "mail-fr", person)

    in_the_end(scene, lambda: taken_texts(scene)[text] == 1, "the replay", 200)
    assert unseen == []
    assert [row["served_by"] for row in rows_of(scene, "mail-fr", person)] == ["paris"]
