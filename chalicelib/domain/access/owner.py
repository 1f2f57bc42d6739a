"""Whose a credential is: marks of a person, so that two credentials of one person are known to be that."""

from collections.abc import Iterable
from hashlib import sha256

EMAIL, SUBJECT = "email", "subject"
"""The kinds of marks. Two people are known to be two by marks of the same kind alone."""


def mark_of(word: str) -> str:
    """The mark of an address or of an issuer's subject: its kind and a digest, so that no address is kept.

    Case and spaces around make no other person of an address; a subject counts to the letter.
    """
    plain = word.strip()
    kind, plain = (EMAIL, plain.casefold()) if "@" in plain else (SUBJECT, plain)
    return f"{kind}:{sha256(plain.encode()).hexdigest()[:32]}"


def marks_of(words: Iterable[str]) -> frozenset[str]:
    """The marks of all that a person is known by; empty words say nothing."""
    return frozenset(mark_of(word) for word in words if word.strip())


def kinds_of(marks: Iterable[str]) -> frozenset[str]:
    """What can be compared."""
    return frozenset(mark.partition(":")[0] for mark in marks)
