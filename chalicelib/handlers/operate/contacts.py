"""/v1/contacts: lists, one person's history, one contact explained, another try."""

from collections.abc import Mapping

from chalicelib.domain.outbox import RowState
from chalicelib.domain.plan_document.faults import Fault, Place
from chalicelib.handlers.asked import Asked, Said, listing, settled
from chalicelib.service.operate import contacts, doubts, telling
from chalicelib.service.operate.post import Post
from chalicelib.service.operate.refusals import Faulty
from chalicelib.service.operate.roles import Role


def listed(asked: Asked, post: Post) -> Said:
    """Contacts by state and channel, in no order; or with `party` one person's, newest first."""
    parameters = asked.parameters("limit", "cursor", "state", "channel", "account", "party", "doubt")
    limit, cursor = listing(parameters)
    if "party" in parameters:
        found, following = contacts.history(post, _person(parameters), limit, cursor)
    else:
        found, following = contacts.page(post, _filter(parameters), limit, cursor)
    rows = [telling.summary(row, post.caller.role) for row in found]
    return Said(body={"contacts": rows, "next": following or None})


def read(asked: Asked, post: Post) -> Said:
    """One contact: its decision at acceptance, and every attempt."""
    asked.parameters()
    return Said(body=telling.contact(contacts.one(post, asked.arguments["key"]), post.caller.role))


def redrive(asked: Asked, post: Post) -> Said:
    """Have a stuck contact handed over again."""
    asked.parameters()
    done = contacts.redrive(post, asked.arguments["key"])
    return _changed(done, post)


def settle(asked: Asked, post: Post) -> Said:
    """Take a person's word on a send that nobody knows of: it went, or it did not."""
    asked.parameters()
    went = asked.document("went").value.get("went")
    if not isinstance(went, bool):
        raise Faulty(Fault(path="went", message="is required: true when it went, false when it did not"))
    done = doubts.settle(post, asked.arguments["key"], went=went)
    return _changed(done, post)


def _changed(done: contacts.Redriven, post: Post) -> Said:
    """Whoever sent a request again, and is answered with what was kept, sees what a viewer sees."""
    bodies = [
        {"contact": telling.summary(done.row, role), "changed": done.changed, "rung": done.rung}
        for role in (post.caller.role, Role.VIEWER)
    ]
    return Said(body=bodies[0], kept=bodies[1], code=202 if done.changed else 200)


def _filter(parameters: Mapping[str, str]) -> contacts.Filter:
    if "account" in parameters:
        raise Faulty(Fault(path="account", message="goes with party only"))
    state = Place(value=parameters.get("state"), path="state")
    wanted = state.choice([one.value for one in RowState])
    if parameters.get("doubt", "true") not in ("true", "false"):
        state.faults.append(Fault(path="doubt", message="must be true or false"))
    settled(state)
    doubt = parameters.get("doubt") == "true"
    return contacts.Filter(state=wanted, channel=parameters.get("channel", ""), doubt=doubt)


def _person(parameters: Mapping[str, str]) -> contacts.Person:
    alone = [name for name in ("state", "doubt") if name in parameters]
    faults = [Fault(path=name, message="does not go with party") for name in alone]
    if not parameters.get("channel"):
        faults.append(
            Fault(path="channel", message="is required with party: an address belongs to a channel")
        )
    if not parameters["party"]:
        faults.append(Fault(path="party", message="must not be empty"))
    if faults:
        raise Faulty(*faults)
    account, address = parameters.get("account", ""), parameters["party"]
    return contacts.Person(channel=parameters["channel"], account=account, address=address)
