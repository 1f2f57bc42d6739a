"""/v1/switches: what nobody may do for a time."""

from chalicelib.domain.permission.record import Off, Switch
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.handlers.operate.orders import until_of
from chalicelib.service.operate import switches
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Absent

NAMES = tuple(switch.value for switch in Switch)


def turn_off(asked: Asked, post: Post) -> Said:
    """Turn a switch off."""
    asked.parameters()
    place = asked.document("until", "reason")
    until, reason = until_of(place.at("until"), post.now), place.at("reason").text(None, most=200)
    settled(place)
    wanted = switches.Wanted(switch=_switch(asked), until=until, reason=reason)
    return _said(switches.turn_off(post, wanted))


def turn_on(asked: Asked, post: Post) -> Said:
    """Turn it on again."""
    asked.parameters()
    return _said(switches.turn_on(post, _switch(asked)))


def _switch(asked: Asked) -> Switch:
    name = asked.arguments["switch"]
    if name not in NAMES:
        raise Absent("switch", name)
    return Switch(name)


def _said(made: tuple[Off, bool]) -> Said:
    return Said(body={"switch": switches.described(made[0]), "announced": made[1]})
