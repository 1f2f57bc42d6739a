"""login, logout, whoami, completion: who is asking, and from which shell."""

import click
from click.shell_completion import get_completion_class

from bascule_cli import store
from bascule_cli.client import Client
from bascule_cli.kinds import NAME
from bascule_cli.kit import Given, Verb
from bascule_cli.session import Session
from bascule_cli.tables import Table, columns
from bascule_cli.trouble import Wrong
from bascule_cli.web import checked

SHELLS = ("bash", "zsh", "fish")
WHO = columns("id! name role markets expires:time")


def login(session: Session, url: str) -> None:
    """Ask the service who the token is, and keep both. The token is read from the keyboard or standard input."""
    address = checked(url)
    token = _token(session)
    found = Client(address, token, session.wire()).read("/v1/whoami").document
    path = store.keep(session.environment, store.Access(url=address, token=token))
    session.show(found, Table(columns=WHO, rows=[found]), session.words("say.kept", path=path))


def _token(session: Session) -> str:
    """The token, never from the arguments: others on this machine can read those."""
    if session.stdin.isatty():
        token = session.ask_hidden(session.words("ask.token") + " ").strip()
    else:
        token = session.stdin.readline(5000).strip()
    if not store.FORM.fullmatch(token):
        raise Wrong("trouble.no_token", hint="next.token")
    return token


def logout(session: Session) -> None:
    """Forget the token that is kept here."""
    path = store.forget(session.environment)
    session.done({"forgotten": str(path)}, "say.forgotten", path=path)


def whoami(session: Session) -> None:
    """The caller as the service knows them."""
    found = session.client.read("/v1/whoami").document
    session.show(found, Table(columns=WHO, rows=[found]))


def completion(session: Session, shell: str) -> None:
    """The script that teaches a shell to complete our verbs and options."""
    found = get_completion_class(shell)
    if found is None:
        raise Wrong("trouble.unexpected", hint="next.help", text=shell)
    root = click.get_current_context().find_root().command
    session.screen.out.write(found(root, {}, "bascule", "_BASCULE_COMPLETE").source() + "\n")


VERBS = (
    Verb(path="login", run=login, given=(Given(name="url", kind=NAME, needed=True),)),
    Verb(path="logout", run=logout),
    Verb(path="whoami", run=whoami),
    Verb(
        path="completion",
        run=completion,
        given=(Given(name="shell", kind=click.Choice(SHELLS), needed=True),),
    ),
)
