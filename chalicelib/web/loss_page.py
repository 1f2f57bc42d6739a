"""The loss report as one page to print: no script, nothing fetched, every figure from the sealed report."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from chalicelib.web.loss_words import LOSS_WORDS

LANGUAGES = tuple(LOSS_WORDS)
MOST_LISTED = 500
Json = Mapping[str, Any]
STYLE = """
:root { color-scheme: light; }
body { font: 10.5pt/1.45 system-ui, sans-serif; max-width: 48rem; margin: 1.5rem auto; padding: 0 1rem; color: #000; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; }
th, td { border: 1px solid #888; padding: .15rem .4rem; text-align: left; overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
code { overflow-wrap: anywhere; }
p, ul { margin: .2rem 0; }
@page { margin: 15mm; }
"""


def loss_page(report: Json, language: str) -> str:
    """The page for a report as `/v1/evidence` gives it, in "fr" or "en"."""
    page = _Page(report, LOSS_WORDS[language])
    parts = (
        page.head(),
        page.result(),
        page.counts(),
        page.around(),
        page.incidents(),
        page.listed(),
        page.proof(),
    )
    body = "\n".join(parts)
    title = f"{page.say('title')} · {escape(report['path'])}"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="robots" content="noindex">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Page:
    """The sections of one page."""

    def __init__(self, report: Json, words: Mapping[str, str]) -> None:
        self._report = report
        self._words = words

    def say(self, key: str, **fields: Any) -> str:
        """Escaped words."""
        return escape(self._words[key].format(**fields), quote=False)

    def head(self) -> str:
        """What it is about."""
        r = self._report
        return (
            f"<h1>{self.say('title')}</h1>\n"
            f"<p><strong>{self.say('path')}</strong> <code>{escape(r['path'])}</code> · "
            f"<strong>{self.say('provider')}</strong> {escape(r['provider'])}</p>\n"
            f"<p>{self.say('span', since=_when(r['from']), until=_when(r['until']))}. "
            f"{self.say('made', at=_when(r['at']), plan=r['plan'])}.</p>"
        )

    def result(self) -> str:
        """The share, the verdict, whose it is."""
        r, blame = self._report, self._report["blame"]
        said = [] if r["receipts_promised"] else [self.say("no_receipts")]
        said += [self._share(r["loss"])]
        said += [self._verdict(r["verdict"])] if r["loss"]["of"] else []
        segment = f"{self.say('segment.' + blame['segment'])} ({self.say('because.' + blame['because'])})"
        paragraphs = "\n".join(f"<p>{one}</p>" for one in said)
        return f"<h2>{self.say('result')}</h2>\n{paragraphs}\n<p><strong>{self.say('blame')}</strong> : {segment}.</p>"

    def counts(self) -> str:
        """How many of each fate."""
        rows = "".join(
            f"<tr><td>{self.say(name)}</td><td>{number}</td></tr>"
            for name, number in self._report["counts"].items()
        )
        return f"<h2>{self.say('counts')}</h2>\n<table><tbody>{rows}</tbody></table>"

    def around(self) -> str:
        """Agents, pages, alerts, earlier times, tickets."""
        lines = "".join(f"<li>{one}</li>" for one in self._lines())
        return f"<h2>{self.say('around')}</h2>\n<ul>{lines}</ul>"

    def incidents(self) -> str:
        """When the path was away."""
        found = self._report["incidents"]
        if not found:
            return ""
        lines = "".join(f"<li>{self._incident(one)}</li>" for one in found)
        return f"<h2>{self.say('incidents')}</h2>\n<ul>{lines}</ul>"

    def listed(self) -> str:
        """Every lost send with both references and its times."""
        lost = self._report["lost"]
        if not lost:
            return ""
        names = ("key", "provider_id", "sent_at", "due_at", "fate")
        head = "".join(f"<th>{self.say('head.' + name)}</th>" for name in names)
        rows = "".join(f"<tr>{self._cells(one, names)}</tr>" for one in lost[:MOST_LISTED])
        more = len(lost) - MOST_LISTED
        rest = f"<p>{self.say('list_more', count=more)}</p>" if more > 0 else ""
        return (
            f"<h2>{self.say('list')}</h2>\n<table><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>{rest}"
        )

    def proof(self) -> str:
        """What it rests on."""
        chains = self._report["ledger"]
        entries = sum(len(chain["entries"]) for chain in chains)
        digest = self.say("digest", digest=self._report["digest"])
        return (
            f"<h2>{self.say('proof')}</h2>\n<p><code>{digest}</code></p>\n"
            f"<p>{self.say('chains', entries=entries, chains=len(chains))}</p>"
        )

    def _share(self, loss: Json) -> str:
        if not loss["of"]:
            return self.say("share_none")
        percent = {name: self._percent(loss[name]) for name in ("share", "low", "high")}
        return self.say("share", lost=loss["lost"], of=loss["of"], **percent)

    def _verdict(self, told: Json) -> str:
        return self.say(
            f"verdict.{told['says']}", sure=_when(told["sure_at"]), began=_when(told["began_at"]),
            alarm=f"{told['false_alarm_at_most']:.1e}", p1=self._percent(told["loss_share"]),
            miss=self._percent(told["miss_at_most"]), seen=told["observations"],
        )  # fmt: skip

    def _lines(self) -> Iterator[str]:
        r = self._report
        for one in r["agents"]:
            known = {"least": one["free_least"], "most": one["free_most"], "known": one["minutes_known"]}
            key = "agents" if one["minutes_known"] else "agents_unknown"
            yield self.say(key, desk=one["desk"], minutes=one["minutes"], **known)
        for one in r["pages"]:
            key = "page_unknown" if not one["known"] else "page_silent"
            yield self.say(
                key if one["lag_seconds"] is None else "page_lag", page=one["page"], lag=one["lag_seconds"]
            )
        if not r["pages"]:
            yield self.say("no_page")
        if r["unannounced"]:
            yield self.say(
                "unannounced",
                seconds=r["unannounced"]["seconds"],
                began=_when(r["unannounced"]["began_at"]),
            )
        if r.get("reconciled", {}).get("asked"):
            yield self.say("reconciled", **r["reconciled"])
        yield self.say("recurrences", count=r["recurrences"]["count"], planned=r["recurrences"]["planned"])
        named = ", ".join(one["ticket"] for one in r["tickets"])
        yield self.say("tickets", tickets=named) if named else self.say("no_tickets")

    def _incident(self, one: Json) -> str:
        opened, closed = (
            _when(one["opened_at"]) or self._words["earlier"],
            _when(one["closed_at"]) or self._words["lasting"],
        )
        return self.say(
            "incident", opened=opened, closed=closed, kind=one["class"], because=one["because"] or "…"
        )

    def _cells(self, one: Json, names: tuple[str, ...]) -> str:
        times = {name: _when(one[name]) for name in ("sent_at", "due_at")}
        values = {**one, **times, "fate": self._words[one["fate"]]}
        return "".join(f"<td>{escape(str(values[name] or '-'))}</td>" for name in names)

    def _percent(self, share: float) -> str:
        return f"{share * 100:.4g}".replace(".", self._words["decimal"]) + "\u00a0%"


def _when(moment: str | None) -> str:
    """A moment as people read it, still UTC: `2026-03-02 09:00:03Z`; "" for none."""
    return f"{moment[:19].replace('T', ' ')}Z" if moment else ""
