"""How a verb is declared, and how click is made to speak the reader's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from bascule_cli.session import Session
from bascule_cli.speech import LANGUAGES, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One argument (`name` without dashes) or option of a verb; its help is the catalogue's `option.<name>`.

    `many`: it may be repeated. `kind` reads the text.
    """

    name: str
    kind: click.ParamType[Any] = click.STRING
    needed: bool = False
    flag: bool = False
    many: bool = False
    otherwise: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """`path` is what is typed (``plan check``); `run` does it with a session and what was given."""

    path: str
    run: Callable[..., None]
    given: tuple[Given, ...] = ()

    @property
    def key(self) -> str:
        """The catalogue's key of what the verb does."""
        return _key(self.path.split())


class Speaking(click.Command):
    """A command whose help has no word of its own."""

    def __init__(self, *, words: Words, **more: Any) -> None:
        super().__init__(**more)
        self.words = words

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line of usage."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=self.words("say.usage") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options with what they are for."""
        found = [(_names(one), one.help) for one in self.get_params(ctx) if isinstance(one, click.Option)]
        with formatter.section(self.words("say.options")):
            formatter.write_dl([(names, help_ or "") for names, help_ in found])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help`` in the reader's language."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = self.words("option.help")
        return found


class SpeakingGroup(Speaking, click.Group):
    """A group of them."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then the verbs, a line each."""
        super().format_options(ctx, formatter)
        found = [(name, self.commands[name].help or "") for name in self.list_commands(ctx)]
        with formatter.section(self.words("say.verbs")):
            formatter.write_dl([(name, help_.split(". ")[0].rstrip(".")) for name, help_ in found])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table of verbs: what is asked for first comes first."""
        return list(self.commands)


def _key(path: Sequence[str]) -> str:
    return "verb." + "_".join(path).replace("-", "_")


def build(verbs: Sequence[Verb], words: Words) -> SpeakingGroup:
    """The whole command in one language."""
    root = _group("bascule", "verb.bascule", words)
    root.params.append(click.Option(["--version"], is_flag=True, help=words("option.version")))
    for verb in verbs:
        *above, name = verb.path.split()
        group = root
        for depth, one in enumerate(above, 1):
            found = group.commands.get(one)
            if not isinstance(found, SpeakingGroup):
                found = _group(one, _key(above[:depth]), words)
                group.add_command(found)
            group = found
        group.add_command(_command(name, verb, words))
    return root


def _group(name: str, key: str, words: Words) -> SpeakingGroup:
    return SpeakingGroup(
        words=words, name=name, help=words(key), params=_common(words), no_args_is_help=True,
        options_metavar=words("say.option_place"), subcommand_metavar=words("say.verb_place"),
        callback=_noted, invoke_without_command=False,
    )  # fmt: skip


def _command(name: str, verb: Verb, words: Words) -> Speaking:
    params = [_param(one, words) for one in verb.given]
    return Speaking(
        words=words, name=name, help=words(verb.key), params=[*params, *_common(words)], callback=_calling(verb),
        options_metavar=words("say.option_place"),
    )  # fmt: skip


def _param(one: Given, words: Words) -> click.Parameter:
    shared: dict[str, Any] = {"type": one.kind, "required": one.needed}
    if one.otherwise is not None:
        shared["default"] = one.otherwise
    if not one.name.startswith("-"):
        return click.Argument(
            [one.name.replace("-", "_")], nargs=-1 if one.many else 1, metavar=one.name.upper(), **shared
        )
    explained = words("option." + one.name.strip("-").replace("-", "_"))
    needed = f" ({words('say.needed')})" if one.needed else ""
    if one.flag:
        return click.Option([one.name], is_flag=True, help=explained)
    return click.Option([one.name], multiple=one.many, help=explained + needed, metavar=_place(one), **shared)


def _names(one: click.Option) -> str:
    """An option as it is typed, with the place of its value."""
    typed = ", ".join(one.opts)
    return typed if one.is_flag else f"{typed} {one.metavar}"


def _place(one: Given) -> str:
    if isinstance(one.kind, click.Choice):
        return "|".join(map(str, one.kind.choices))
    if isinstance(one.kind, click.IntRange | click.FloatRange):
        return "NUMBER"
    return one.kind.name.upper()


def _common(words: Words) -> list[click.Parameter]:
    language = click.Choice(LANGUAGES)
    return [
        click.Option(["--json", "as_json"], is_flag=True, help=words("option.json")),
        click.Option(["--lang"], type=language, metavar="|".join(LANGUAGES), help=words("option.lang")),
    ]


def _noted(**given: Any) -> None:
    """What groups are given is looked up by the verb itself."""


def _calling(verb: Verb) -> Callable[..., None]:
    def call(**given: Any) -> None:
        ctx = click.get_current_context()
        session: Session = ctx.obj
        above: click.Context | None = ctx
        while above is not None:
            if above.params.get("as_json"):
                session = session.for_program()
            above = above.parent
        verb.run(session, **{name: value for name, value in given.items() if name not in ("as_json", "lang")})

    return call
