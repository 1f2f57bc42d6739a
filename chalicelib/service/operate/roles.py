"""Who may do what: the least role for each route, in one table. What is not in it is forbidden to everybody."""

from enum import StrEnum


class Role(StrEnum):
    """In rising order: each may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def reaches(self, least: "Role") -> bool:
        """True when this role is `least` or above it."""
        order = tuple(Role)
        return order.index(self) >= order.index(least)


LEAST = {
    ("GET", "/v1/whoami"): Role.VIEWER,
    ("GET", "/v1/plan"): Role.VIEWER,
    ("PUT", "/v1/plan"): Role.ADMIN,
    ("POST", "/v1/plan/check"): Role.VIEWER,
    ("GET", "/v1/plan/versions"): Role.VIEWER,
    ("GET", "/v1/plan/versions/{version}"): Role.VIEWER,
    ("GET", "/v1/plan/diff"): Role.VIEWER,
    ("POST", "/v1/plan/diff"): Role.VIEWER,
    ("POST", "/v1/plan/rollback"): Role.ADMIN,
    ("GET", "/v1/plan/scheduled"): Role.VIEWER,
    ("POST", "/v1/plan/scheduled"): Role.ADMIN,
    ("DELETE", "/v1/plan/scheduled/{entry}"): Role.ADMIN,
    ("GET", "/v1/orders"): Role.VIEWER,
    ("POST", "/v1/orders"): Role.OPERATOR,
    ("DELETE", "/v1/orders/{order}"): Role.OPERATOR,
    ("POST", "/v1/orders/{order}/renew"): Role.OPERATOR,
    ("PUT", "/v1/switches/{switch}"): Role.OPERATOR,
    ("DELETE", "/v1/switches/{switch}"): Role.OPERATOR,
    ("POST", "/v1/break-glass"): Role.OPERATOR,
    ("POST", "/v1/break-glass/{request}/confirm"): Role.OPERATOR,
    ("DELETE", "/v1/break-glass/{request}"): Role.OPERATOR,
    ("GET", "/v1/maintenance"): Role.VIEWER,
    ("POST", "/v1/maintenance"): Role.OPERATOR,
    ("POST", "/v1/maintenance/check"): Role.OPERATOR,
    ("PUT", "/v1/maintenance/calendar"): Role.OPERATOR,
    ("DELETE", "/v1/maintenance/{window}"): Role.OPERATOR,
    ("POST", "/v1/maintenance/{window}/extend"): Role.OPERATOR,
    ("GET", "/v1/regions"): Role.VIEWER,
    ("POST", "/v1/regions/takeover"): Role.OPERATOR,
    ("GET", "/v1/notices"): Role.VIEWER,
    ("GET", "/v1/capacity"): Role.VIEWER,
    ("GET", "/v1/shares"): Role.VIEWER,
    ("GET", "/v1/health"): Role.VIEWER,
    ("GET", "/v1/health/{channel}"): Role.VIEWER,
    ("GET", "/v1/backlogs"): Role.VIEWER,
    ("GET", "/v1/contacts"): Role.VIEWER,
    ("GET", "/v1/contacts/{key}"): Role.VIEWER,
    ("GET", "/v1/contacts/{key}/explain"): Role.VIEWER,
    ("POST", "/v1/contacts/{key}/redrive"): Role.OPERATOR,
    ("POST", "/v1/contacts/{key}/settle"): Role.OPERATOR,
    ("GET", "/v1/dead-letters"): Role.VIEWER,
    ("POST", "/v1/dead-letters/redrive"): Role.OPERATOR,
    ("POST", "/v1/people/erase"): Role.ADMIN,
    ("POST", "/v1/decisions"): Role.VIEWER,
    ("POST", "/v1/decisions/batch"): Role.VIEWER,
    ("PUT", "/v1/desks/{desk}/load"): Role.OPERATOR,
    ("GET", "/v1/desks/{desk}/forecast"): Role.VIEWER,
    ("GET", "/v1/evidence/{path}"): Role.OPERATOR,
    ("POST", "/v1/evidence/{path}/verify"): Role.OPERATOR,
    ("POST", "/v1/evidence/{path}/tickets"): Role.OPERATOR,
    ("GET", "/v1/channels/{channel}/catch-up"): Role.VIEWER,
    ("POST", "/v1/channels/{channel}/catch-up"): Role.OPERATOR,
    ("GET", "/v1/audit"): Role.ADMIN,
    ("GET", "/v1/audit/anchors"): Role.ADMIN,
    ("POST", "/v1/audit/verify"): Role.ADMIN,
    ("GET", "/v1/account"): Role.VIEWER,
    ("GET", "/v1/doctor"): Role.OPERATOR,
    ("GET", "/v1/doctor/{channel}"): Role.OPERATOR,
    ("POST", "/v1/channels/{channel}/attach"): Role.ADMIN,
    ("POST", "/v1/channels/{channel}/detach"): Role.ADMIN,
    ("GET", "/v1/flips"): Role.VIEWER,
    ("GET", "/v1/availability"): Role.VIEWER,
}

NARROWED = frozenset(
    {
        ("POST", "/v1/orders"),
        ("DELETE", "/v1/orders/{order}"),
        ("POST", "/v1/maintenance"),
        ("POST", "/v1/maintenance/check"),
        ("DELETE", "/v1/maintenance/{window}"),
        ("POST", "/v1/maintenance/{window}/extend"),
        ("POST", "/v1/contacts/{key}/redrive"),
        ("POST", "/v1/contacts/{key}/settle"),
        ("PUT", "/v1/desks/{desk}/load"),
        ("POST", "/v1/channels/{channel}/catch-up"),
        ("GET", "/v1/evidence/{path}"),
        ("POST", "/v1/evidence/{path}/verify"),
        ("POST", "/v1/evidence/{path}/tickets"),
    }
)
"""What callers for some markets may ask beside a viewer's routes: their services look at the markets themselves.

Whatever else needs more than a viewer, the plan above all, is for callers of all markets.
"""


def permitted(role: Role, method: str, path: str) -> bool:
    """True when the table has the route and the role reaches it."""
    least = LEAST.get((method, path))
    return least is not None and role.reaches(least)


def for_some_markets(method: str, path: str) -> bool:
    """True when a caller for some markets only may ask this route at all."""
    return permitted(Role.VIEWER, method, path) or (method, path) in NARROWED
