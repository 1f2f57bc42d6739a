"""/v1/contacts/{key}/explain: why a contact went there, and why not elsewhere, in words."""

from chalicelib.domain.plan_document.faults import IDENTIFIER, Place
from chalicelib.handlers.asked import Asked, Said, settled
from chalicelib.service.operate import contacts, explain
from chalicelib.service.operate.post import Post


def read(asked: Asked, post: Post) -> Said:
    """The contact's way in sentences, in French unless English is asked for; as text where that is accepted."""
    parameters = asked.parameters("language", "desk")
    language, desk = (Place(value=parameters.get(name), path=name) for name in ("language", "desk"))
    chosen = language.choice(explain.LANGUAGES) or explain.LANGUAGES[0]
    name = desk.text(most=64)
    if desk.value is not None and not IDENTIFIER.fullmatch(name):
        desk.fault("must be the name of a desk")
    settled(language, desk)
    told = explain.explained(contacts.one(post, asked.arguments["key"]), chosen, name)
    if "text/plain" in asked.headers.get("accept", "").lower():
        text = "".join(f"{line}\n" for line in told["lines"])
        return Said(body=text, headers={"Content-Type": "text/plain; charset=utf-8"})
    return Said(body=told)
