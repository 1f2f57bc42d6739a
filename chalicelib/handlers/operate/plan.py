"""/v1/plan: the plan as it was published, checking a text, publishing one, earlier versions."""

from collections.abc import Collection

from chalicelib.domain.plan_document.faults import Fault, Place
from chalicelib.domain.plan_document.text import MOST_BYTES
from chalicelib.handlers.asked import Asked, Said, listing, settled, tagged
from chalicelib.handlers.problems import told
from chalicelib.ports import PlanVersion
from chalicelib.service.operate import plans
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import BadPlan, Faulty, Unguarded, Unreadable

READ = frozenset({"", "application/yaml", "text/yaml", "application/x-yaml", "application/json"})


def read(asked: Asked, post: Post) -> Said:
    """The newest version: its text, or with Accept: application/json everything about it."""
    asked.parameters()
    return _shown(plans.current(post), asked)


def version(asked: Asked, post: Post) -> Said:
    """An earlier version, likewise."""
    asked.parameters()
    return _shown(plans.version(post, asked.arguments["version"]), asked)


def versions(asked: Asked, post: Post) -> Said:
    """All versions, the newest first."""
    found, following = plans.versions(post, *listing(asked.parameters("limit", "cursor")))
    return Said(body={"versions": [plans.described(one) for one in found], "next": following or None})


def check(asked: Asked, post: Post) -> Said:
    """Everything that speaks against publishing this text; nothing is stored."""
    asked.parameters()
    checked = plans.check(post, text_of(asked))
    body = {
        "valid": checked.plan is not None and not checked.faults,
        "faults": told(checked.faults),
        "warnings": told(checked.warnings),
    }
    return Said(body=body)


def publish(asked: Asked, post: Post) -> Said:
    """Make this text the next version."""
    words = reason_of(asked)
    return published(plans.publish(post, text_of(asked), words, _expected(asked)))


def published(made: plans.Published) -> Said:
    """The new version, without its text."""
    body = {
        **plans.described(made.version),
        "warnings": told(made.warnings),
        "announced": made.announced,
    }
    first = made.version.version == 1
    return Said(body=body, code=201 if first else 200, headers=tagged(made.version.version))


def reason_of(asked: Asked, *others: str) -> str:
    """Why, from the query (which may have `others`) or from X-Reason: at most 200 characters. Raises Faulty."""
    given = asked.parameters("reason", *others).get("reason") or asked.headers.get("x-reason")
    reason = Place(value=given, path="reason")
    words = reason.text(None, most=200)
    settled(reason)
    return words


def _expected(asked: Asked) -> Collection[int]:
    """If-Match names the version to follow; If-None-Match: * stands for "there is none yet"."""
    first = asked.headers.get("if-none-match")
    if first is not None and first.strip() != "*":
        raise Faulty(Fault(path="If-None-Match", message="must be *"))
    if first is not None and "if-match" not in asked.headers:
        return frozenset({0})
    try:
        return asked.meant_for()
    except Unguarded as missing:
        raise Unguarded(f"{missing}; or If-None-Match: * for the first plan") from None


def text_of(asked: Asked) -> str:
    """The plan in the body. Raises Unreadable, Outsized, Faulty."""
    if asked.media_type() not in READ:
        raise Unreadable("a plan is application/yaml or application/json")
    if not asked.body:
        raise BadPlan((Fault(path="", message="the plan is empty: see docs/plan.md"),))
    return asked.text(MOST_BYTES)


def _shown(found: PlanVersion, asked: Asked) -> Said:
    if "application/json" in asked.headers.get("accept", "").lower():
        return Said(body={**plans.described(found), "text": found.text}, headers=tagged(found.version))
    headers = {**tagged(found.version), "Content-Type": "application/yaml; charset=utf-8"}
    return Said(body=found.text, headers=headers)
