"""The operations API's routes: /v1/* for operators with a token, /status for everybody.

Nothing heavy is imported here: the intake loads this file too. A view's module is imported with its first request.
"""

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response
from chalice.app import Request as Event

from chalicelib import wiring
from chalicelib.handlers.authorizer import authorizer
from chalicelib.handlers.log import line

if TYPE_CHECKING:  # imported with the first request
    from chalicelib.handlers.asked import Asked, Said

routes = Blueprint(__name__)

VIEWS = {
    ("GET", "/v1/whoami"): "whoami.read",
    ("GET", "/v1/plan"): "plan.read",
    ("PUT", "/v1/plan"): "plan.publish",
    ("POST", "/v1/plan/check"): "plan.check",
    ("GET", "/v1/plan/versions"): "plan.versions",
    ("GET", "/v1/plan/versions/{version}"): "plan.version",
    ("GET", "/v1/plan/diff"): "plan_changes.between",
    ("POST", "/v1/plan/diff"): "plan_changes.with_text",
    ("POST", "/v1/plan/rollback"): "plan_changes.rollback",
    ("GET", "/v1/plan/scheduled"): "schedule.listed",
    ("POST", "/v1/plan/scheduled"): "schedule.add",
    ("DELETE", "/v1/plan/scheduled/{entry}"): "schedule.cancel",
    ("GET", "/v1/orders"): "orders.read",
    ("POST", "/v1/orders"): "orders.give",
    ("DELETE", "/v1/orders/{order}"): "orders.lift",
    ("POST", "/v1/orders/{order}/renew"): "orders.renew",
    ("PUT", "/v1/switches/{switch}"): "switches.turn_off",
    ("DELETE", "/v1/switches/{switch}"): "switches.turn_on",
    ("POST", "/v1/break-glass"): "break_glass.ask",
    ("POST", "/v1/break-glass/{request}/confirm"): "break_glass.confirm",
    ("DELETE", "/v1/break-glass/{request}"): "break_glass.end",
    ("GET", "/v1/maintenance"): "maintenance.read",
    ("POST", "/v1/maintenance"): "maintenance.plan",
    ("POST", "/v1/maintenance/check"): "maintenance.check",
    ("PUT", "/v1/maintenance/calendar"): "maintenance.calendar",
    ("DELETE", "/v1/maintenance/{window}"): "maintenance.drop",
    ("POST", "/v1/maintenance/{window}/extend"): "maintenance.extend",
    ("GET", "/v1/regions"): "regions.read",
    ("POST", "/v1/regions/takeover"): "regions.take_over",
    ("GET", "/v1/notices"): "notices.read",
    ("GET", "/v1/capacity"): "capacity.read",
    ("GET", "/v1/shares"): "shares.read",
    ("GET", "/v1/health"): "health.read",
    ("GET", "/v1/health/{channel}"): "health.channel",
    ("GET", "/v1/backlogs"): "backlogs.listed",
    ("GET", "/v1/contacts"): "contacts.listed",
    ("GET", "/v1/contacts/{key}"): "contacts.read",
    ("GET", "/v1/contacts/{key}/explain"): "explain.read",
    ("POST", "/v1/contacts/{key}/redrive"): "contacts.redrive",
    ("POST", "/v1/contacts/{key}/settle"): "contacts.settle",
    ("GET", "/v1/dead-letters"): "dead_letters.listed",
    ("POST", "/v1/dead-letters/redrive"): "dead_letters.redrive",
    ("POST", "/v1/people/erase"): "people.erase",
    ("POST", "/v1/decisions"): "decisions.dry_run",
    ("POST", "/v1/decisions/batch"): "decisions.batch",
    ("PUT", "/v1/desks/{desk}/load"): "desks.put_load",
    ("GET", "/v1/desks/{desk}/forecast"): "forecast.read",
    ("GET", "/v1/evidence/{path}"): "evidence.report",
    ("POST", "/v1/evidence/{path}/verify"): "evidence.verify",
    ("POST", "/v1/evidence/{path}/tickets"): "evidence.attach",
    ("GET", "/v1/channels/{channel}/catch-up"): "catch_up.read",
    ("POST", "/v1/channels/{channel}/catch-up"): "catch_up.begin",
    ("GET", "/v1/audit"): "audit.entries",
    ("GET", "/v1/audit/anchors"): "audit.anchors",
    ("POST", "/v1/audit/verify"): "audit.verify",
    ("GET", "/v1/account"): "account.read",
    ("GET", "/v1/doctor"): "doctor.everything",
    ("GET", "/v1/doctor/{channel}"): "doctor.channel",
    ("POST", "/v1/channels/{channel}/attach"): "attaching.attach",
    ("POST", "/v1/channels/{channel}/detach"): "attaching.detach",
    ("GET", "/v1/flips"): "flips.listed",
    ("GET", "/v1/availability"): "flips.measured",
}
ANY_TYPE = ["*/*"]
"""Chalice's own answer to a wrong media type is no problem+json: the views look at it themselves."""


def view_of(name: str) -> Any:
    """The view `module.function` of chalicelib.handlers.operate."""
    module, _, function = name.partition(".")
    return getattr(import_module(f"chalicelib.handlers.operate.{module}"), function)


def answer(event: Event, arguments: Mapping[str, str]) -> Response:
    """Find out who asks and whether they may, have the view answer, and tell every refusal as a problem."""
    from chalicelib.handlers.admission import admitted
    from chalicelib.handlers.deprecation import retiring
    from chalicelib.handlers.problems import ANSWERED, problem_of
    from chalicelib.handlers.repeats import once
    from chalicelib.service.operate.refusals import Unknown

    asked, who = asked_of(event, arguments), _principal(event)
    headers = {"X-Content-Type-Options": "nosniff", **retiring(asked.method, asked.route)}
    try:
        said = once(asked, admitted(wiring.current(), asked, who), view_of(VIEWS[asked.method, asked.route]))
    except ANSWERED as refused:
        problem = problem_of(refused)
        doubt = {"doubt": refused.doubt.value} if isinstance(refused, Unknown) else {}
        line("operation refused", **_told(asked, who, problem.code), because=type(refused).__name__, **doubt)
        return Response(body=problem.text(), status_code=problem.code, headers={**problem.headers, **headers})
    line("operation", **_told(asked, who, said.code))
    return _response(said, {"Cache-Control": "no-store", **headers})


@routes.route("/status", methods=["GET"], content_types=ANY_TYPE)
def status() -> Response:
    """The public page."""
    from chalicelib.handlers.problems import ANSWERED, problem_of

    wired = wiring.current()
    asked = asked_of(routes.current_request, {})
    try:
        said = view_of("page.show")(asked, wired.situations, wired.clock.now())
    except ANSWERED as refused:
        problem = problem_of(refused)
        return Response(body=problem.text(), status_code=problem.code, headers=dict(problem.headers))
    return _response(said, {})


def asked_of(event: Event, arguments: Mapping[str, str]) -> "Asked":
    """The request as the views have it."""
    from chalicelib.handlers.asked import Asked

    query = event.query_params
    return Asked(
        method=event.method,
        route=event.path,
        arguments=arguments,
        query={name: tuple(query.getlist(name)) for name in query} if query else {},
        headers={name.lower(): value for name, value in event.headers.items()},
        body=_body(event),
    )


def _body(event: Event) -> bytes:
    """The raw bytes. Half a surrogate pair is kept as it is: the view refuses what is not UTF-8."""
    try:
        body = event.raw_body
    except UnicodeEncodeError:
        body = event.to_original_event()["body"]
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body


def _principal(event: Event) -> str:
    """The token's id as the authorizer found it; everything else about the caller is read again."""
    return str((event.context.get("authorizer") or {}).get("principalId", ""))


def _response(said: "Said", headers: Mapping[str, str]) -> Response:
    body, typed = said.body, {"Content-Type": "application/json", **headers, **said.headers}
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, allow_nan=False)
    return Response(body=text, status_code=said.code, headers=dict(typed))


def _told(asked: "Asked", who: str, code: int) -> Mapping[str, Any]:
    return {"method": asked.method, "route": asked.route, "code": code, "who": who}


def _view() -> Callable[..., Response]:
    def view(**arguments: str) -> Response:
        return answer(routes.current_request, arguments)

    return view


for (_method, _path), _name in VIEWS.items():
    routes.route(_path, methods=[_method], authorizer=authorizer, content_types=ANY_TYPE, name=_name)(_view())
