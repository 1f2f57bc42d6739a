"""What one accepted contact costs: the whole app beside a route that only writes the same log line, and the parts."""

from collections.abc import Callable
from itertools import count
from typing import Any

from botocore.session import Session
from chalice.app import Chalice, Response

from bench.cloud import SENDS, WRITES, answering
from bench.stage import CHANNEL, NOW, Stage, event, published, stage
from bench.timing import Prepare, Run, Times, again, race
from chalicelib import wiring
from chalicelib.channels import Standing
from chalicelib.domain.routing import Case, route
from chalicelib.domain.upgrade.times import millis
from chalicelib.handlers.intake import CONTENT_TYPES, log
from chalicelib.http_types import Answer, Request
from chalicelib.ports import Ring
from chalicelib.service.handled import Handled
from chalicelib.service.rows import contact_row

OK = 200
LINE = Handled(answer=Answer(), channel=CHANNEL, kind="messenger", standing=Standing.DECIDED, new=1)
_numbers = count()


def accepting(app: Chalice, *, rounds: int, calls: int) -> Times:
    """The app, a no-op that writes the line, and a silent one: AWS's client is not in it, our ports are."""
    here = stage()
    with wiring.use(here.wired):
        return race(
            {
                "accept": fed(app),
                "no-op": fed(_serving(_said)),
                "silent": fed(_serving(_answer)),
                **_parts(here),
            },
            rounds=rounds,
            calls=calls,
        )


def with_client(app: Chalice, *, rounds: int, calls: int) -> Times:
    """The same with botocore's client at work in both, answered at its last step, before the network."""
    here, deaf = _on_botocore(), _on_botocore()
    deaf.ports.queues = _Mute()  # type: ignore[assignment] # the bell is left out
    plain = here.ports.clients.session.create_client
    dynamo, sqs = plain("dynamodb"), plain("sqs")
    return race(
        {
            "accept": _on(here, fed(app)),
            "without bell": _on(deaf, fed(app)),
            "bare put": fed(_bare(dynamo)),
            "bare put and send": fed(_bare(dynamo, sqs)),
            "bare put, our client": fed(_bare(here.ports.clients("dynamodb"))),
        },
        rounds=rounds,
        calls=calls,
    )


def counted(app: Chalice) -> dict[str, int]:
    """AWS operations of one contact in a warm container; and of one whose snapshot had grown old."""
    here = _on_botocore()
    with wiring.use(here.wired):
        _accept(app)
        warm = _operations(here, lambda: _accept(app))
        here.clock.advance(3)
        later = _operations(here, lambda: _accept(app))
    return {**warm, "snapshot_reads": later["reads"] - warm["reads"]}


def fed(app: Chalice) -> Prepare:
    """The app, given a new contact with each call."""

    def prepare(calls: int) -> Run:
        events = [event(next(_numbers)) for _ in range(calls)]

        def run() -> None:
            for each in events:
                if app(each, None)["statusCode"] != OK:
                    raise AssertionError("a contact was not accepted")

        return run

    return prepare


def _parts(here: Stage) -> dict[str, Prepare]:
    channel, situation = here.channel, here.situation
    raw = event(0)
    request = Request(
        headers={k.lower(): v for k, v in raw["headers"].items()}, body=raw["body"].encode(), url="https://a"
    )
    contact = channel.parse(request, NOW).contacts[0]
    row = contact_row(CHANNEL, contact, situation, NOW)
    case = Case(key=row.key, purpose=row.purpose, market=row.market, medium=contact.medium)
    return {
        "verify": again(lambda: channel.verify(request, NOW)),
        "parse": again(lambda: channel.parse(request, NOW)),
        "route": again(lambda: route(case, situation, (), NOW).compact()),
        "row": again(lambda: contact_row(CHANNEL, contact, situation, NOW)),
        "put": again(lambda: here.ports.contacts.add(row)),
        "bell": again(lambda: here.ports.queues.bell(Ring(key=row.key, lane=row.lane))),
        "log": again(lambda: log(LINE, millis(NOW))),
    }


def _on_botocore() -> Stage:
    cloud = published()
    session: Any = Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    session.set_config_variable("region", "eu-west-3")
    session.register("before-send", answering(cloud))
    return stage(session, cloud)


def _on(here: Stage, subject: Prepare) -> Prepare:
    def prepare(calls: int) -> Run:
        run = subject(calls)

        def running() -> None:
            with wiring.use(here.wired):
                run()

        return running

    return prepare


def _serving(view: Callable[[], Response]) -> Chalice:
    app = Chalice(app_name="noop")

    @app.route("/hooks/{channel}", methods=["POST"], content_types=CONTENT_TYPES)
    def hook(channel: str) -> Response:  # noqa: ARG001 - the route's parameter
        return view()

    return app


def _answer() -> Response:
    return Response(body="", status_code=OK, headers={"Content-Type": "text/plain"})


def _said() -> Response:
    log(LINE, millis(NOW))
    return _answer()


def _bare(dynamo: Any, sqs: Any = None) -> Chalice:
    def keep() -> Response:
        request: Any = app.current_request
        key = request.context["requestId"]
        item = {"pk": {"S": key}, "sk": {"S": "c"}, "body": {"S": request.raw_body.decode()}}
        dynamo.put_item(TableName="contacts_table", Item=item, ConditionExpression="attribute_not_exists(pk)")
        if sqs is not None:
            sqs.send_message(QueueUrl="https://sqs.example/normal", MessageBody=key)
        return _answer()

    app = _serving(keep)
    return app


class _Mute:
    def bell(self, ring: Ring) -> None:
        """Ring nobody."""


def _accept(app: Chalice) -> None:
    fed(app)(1)()


def _operations(here: Stage, run: Callable[[], None]) -> dict[str, int]:
    before = here.cloud.calls.copy()
    run()
    made = here.cloud.calls - before
    writes, sends = (sum(made[name] for name in group) for group in (WRITES, SENDS))
    return {"writes": writes, "sends": sends, "reads": made.total() - writes - sends}
