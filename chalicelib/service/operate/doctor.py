"""The doctor as operators ask it: one channel now, or the plan now and every channel as it was last looked at."""

from collections.abc import Sequence

from chalicelib.domain.doctor.finding import Finding, Severity
from chalicelib.ports import Missing
from chalicelib.service.checkups import last
from chalicelib.service.doctor import Doctor
from chalicelib.service.operate.post import Json, Post, iso
from chalicelib.service.operate.refusals import Absent
from chalicelib.web.doctor_words import LANGUAGES, in_words


def channel(post: Post, doctor: Doctor, name: str) -> Json:
    """What is wrong with a channel now. Raises Absent."""
    try:
        found = doctor.channel(post.plan(), name)
    except Missing:
        raise Absent("channel", name) from None
    return {"channel": name, "at": iso(post.now), "findings": [told(one) for one in found], **_counts(found)}


def everything(post: Post, doctor: Doctor) -> Json:
    """What is wrong with the plan now, and what the last checkup of each channel found. Raises Absent, Unavailable."""
    plan = post.plan()
    found = doctor.plan(plan)
    checkups = {name: last(doctor, name) for name in plan.channels}
    every = [*found, *(one for checkup in checkups.values() for one in checkup.findings)]
    return {
        "at": iso(post.now),
        "plan": plan.version,
        "findings": [told(one) for one in found],
        "channels": [
            {"channel": name, "at": iso(checkup.at), "findings": [told(one) for one in checkup.findings]}
            for name, checkup in checkups.items()
        ],
        **_counts(every),
    }


def told(finding: Finding) -> Json:
    """A finding with what it means and what to do, in both languages."""
    words = {language: in_words(finding, language) for language in LANGUAGES}
    return {
        "code": finding.ill.value,
        "severity": finding.severity.value,
        "where": finding.where,
        "about": finding.about,
        "what": {language: each[0] for language, each in words.items()},
        "do": {language: each[1] for language, each in words.items()},
    }


def _counts(found: Sequence[Finding]) -> Json:
    return {f"{one.value}s": sum(each.severity is one for each in found) for one in Severity}
