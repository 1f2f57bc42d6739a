"""doctor and account: what is set up wrongly, and what a day beside the present way showed."""

from collections.abc import Mapping
from typing import Any

from bascule_cli.answers import at, rows, text
from bascule_cli.client import below
from bascule_cli.kinds import NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import Refused

FINDINGS = columns("severity:state where! code! about what do")
DAYS = columns("channel! seen missed late would_have_gone_to cannot_know")


def doctor(session: Session, channel: str | None) -> None:
    """What is set up wrongly, or soon will be. Raises Refused (exit 1) when anything is.

    The whole product is asked channel by channel, since one request has half a minute.
    """
    client = session.client
    general = {} if channel else client.read("/v1/doctor").document
    names = [channel] if channel else [text(one.get("channel")) for one in rows(general, "channels")]
    findings = rows(general, "findings")
    for number, name in enumerate(names, 1):
        session.screen.progress(session.words("say.examining", channel=name, number=number, of=len(names)))
        findings += rows(client.read(below("doctor", name)).document, "findings")
    session.screen.progress("")
    shown = [_finding(session, one) for one in findings]
    session.show({"findings": findings}, Table(columns=FINDINGS, rows=shown, empty="say.healthy"))
    if findings:
        raise Refused("trouble.findings", hint="next.findings", count=len(findings))


def _finding(session: Session, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Words by language are shown in ours."""
    language = session.words.language
    own = {name: at(value, language) for name, value in found.items() if isinstance(value, Mapping)}
    return {**found, **own}


def account(session: Session, day: str | None) -> None:
    """What one day of observing saw, and what would have been done."""
    found = session.client.read("/v1/account", day=day).document
    counts = {name: text(at(found, name)) for name in ("day", "seen", "missed", "late")}
    shown = [
        {**one, "would_have_gone_to": [_counted(each) for each in rows(one, "would_have_gone_to")]}
        for one in rows(found, "channels")
    ]
    session.show(
        found,
        session.words("say.account", **counts),
        Table(columns=DAYS, rows=shown, empty="say.not_observing"),
    )


def _counted(one: Mapping[str, Any]) -> str:
    return f"{text(one.get('name'))} {text(one.get('contacts'))}"


VERBS = (
    Verb(path="doctor", run=doctor, given=(Given(name="channel", kind=NAME),)),
    Verb(path="account", run=account, given=(Given(name="--day", kind=NAME),)),
)
