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
    ("GET", "/v1/orders"): Role.VIEWER,
    ("POST", "/v1/orders"): Role.OPERATOR,
    ("DELETE", "/v1/orders/{order}"): Role.OPERATOR,
    ("GET", "/v1/maintenance"): Role.VIEWER,
    ("POST", "/v1/maintenance"): Role.OPERATOR,
    ("POST", "/v1/maintenance/check"): Role.OPERATOR,
    ("PUT", "/v1/maintenance/calendar"): Role.OPERATOR,
    ("DELETE", "/v1/maintenance/{window}"): Role.OPERATOR,
    ("POST", "/v1/maintenance/{window}/extend"): Role.OPERATOR,
    ("GET", "/v1/notices"): Role.VIEWER,
    ("GET", "/v1/capacity"): Role.VIEWER,
    ("GET", "/v1/health"): Role.VIEWER,
    ("GET", "/v1/health/{channel}"): Role.VIEWER,
    ("GET", "/v1/backlogs"): Role.VIEWER,
    ("GET", "/v1/contacts"): Role.VIEWER,
    ("GET", "/v1/contacts/{key}"): Role.VIEWER,
    ("POST", "/v1/contacts/{key}/redrive"): Role.OPERATOR,
    ("POST", "/v1/contacts/{key}/settle"): Role.OPERATOR,
    ("GET", "/v1/dead-letters"): Role.VIEWER,
    ("POST", "/v1/dead-letters/redrive"): Role.OPERATOR,
    ("POST", "/v1/people/erase"): Role.ADMIN,
    ("POST", "/v1/decisions"): Role.VIEWER,
    ("PUT", "/v1/desks/{desk}/load"): Role.OPERATOR,
    ("GET", "/v1/desks/{desk}/forecast"): Role.VIEWER,
    ("GET", "/v1/evidence/{path}"): Role.OPERATOR,
    ("POST", "/v1/evidence/{path}/verify"): Role.OPERATOR,
    ("POST", "/v1/evidence/{path}/tickets"): Role.OPERATOR,
    ("GET", "/v1/channels/{channel}/catch-up"): Role.VIEWER,
    ("POST", "/v1/channels/{channel}/catch-up"): Role.OPERATOR,
    ("GET", "/v1/account"): Role.VIEWER,
    ("GET", "/v1/doctor"): Role.OPERATOR,
    ("GET", "/v1/doctor/{channel}"): Role.OPERATOR,
    ("POST", "/v1/channels/{channel}/attach"): Role.ADMIN,
    ("POST", "/v1/channels/{channel}/detach"): Role.ADMIN,
    ("GET", "/v1/flips"): Role.VIEWER,
    ("GET", "/v1/availability"): Role.VIEWER,
}


def permitted(role: Role, method: str, path: str) -> bool:
    """True when the table has the route and the role reaches it."""
    least = LEAST.get((method, path))
    return least is not None and role.reaches(least)
