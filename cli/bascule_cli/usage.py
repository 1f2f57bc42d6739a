"""What click finds wrong with a command line, in the reader's language."""

import click
from click import exceptions as wrong

from bascule_cli.trouble import Trouble, Wrong


def usage_trouble(error: click.ClickException) -> Trouble:
    """The trouble that a usage error is told as."""
    name, value = _named(error), ""
    if isinstance(error, wrong.MissingParameter):
        return Wrong("trouble.missing", name=name)
    if isinstance(error, wrong.NoSuchOption):
        return Wrong("trouble.no_option", name=error.option_name, near=_near(error.possibilities))
    if isinstance(error, wrong.BadParameter):
        return Wrong("trouble.bad_value", name=name, why=_why(error))
    if isinstance(error, wrong.BadOptionUsage):
        return Wrong("trouble.option_use", name=error.option_name)
    value = error.message.split("'")[1] if error.message.count("'") >= 2 else error.message  # noqa: PLR2004
    return Wrong("trouble.unexpected", text=value)


def _named(error: click.ClickException) -> str:
    param = getattr(error, "param", None)
    if isinstance(param, click.Option):
        return param.opts[0]
    return str(param.name).upper() if isinstance(param, click.Argument) else ""


def _why(error: wrong.BadParameter) -> str:
    """The values that a choice has; else the name of the kind."""
    kind = error.param.type if error.param else None
    if isinstance(kind, click.Choice):
        return ", ".join(map(str, kind.choices))
    if isinstance(kind, click.IntRange | click.FloatRange):
        return f"{kind.min}..{kind.max}"
    return kind.name if kind else ""


def _near(possible: object) -> str:
    found = list(possible) if isinstance(possible, list | tuple | set) else []
    return f" ({', '.join(sorted(found))}?)" if found else ""
