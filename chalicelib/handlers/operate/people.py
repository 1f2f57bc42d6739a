"""/v1/people: a person is erased."""

import re

from chalicelib.domain.plan_document.faults import Place
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.service.operate import people
from chalicelib.service.operate.post import Post

PARTY = re.compile(r"[0-9a-f]{32}")


def erase(asked: Asked, post: Post) -> Said:
    """Erase a person by address or by key; with `dry_run` only say what would go."""
    asked.parameters()
    return Said(body=people.erase(post, _wanted(asked)))


def _wanted(asked: Asked) -> people.Wanted:
    place = asked.document("address", "channel", "account", "party", "dry_run")
    texts = {name: place.at(name).text(most=512) for name in ("address", "channel", "account", "party")}
    dry_run = place.at("dry_run").flag()
    _refuse(place, texts["address"], texts["party"])
    if texts["account"] and not texts["channel"]:
        place.at("account").fault("goes with channel only")
    settled(place)
    return people.Wanted(dry_run=dry_run, **texts)


def _refuse(place: Place, address: str, party: str) -> None:
    if bool(address) == bool(party):
        place.at("address").fault("give either the address or the party's key")
    if party and not PARTY.fullmatch(party):
        place.at("party").fault("must be 32 hexadecimal characters")
    if party and place.at("channel").value is not None:
        place.at("channel").fault("does not go with party: the key says the channel")
