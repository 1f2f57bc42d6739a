"""Every verb of the command, in the order in which help lists them."""

from bascule_cli.verbs import (
    access,
    audit,
    changes,
    channels,
    contacts,
    desks,
    examining,
    glass,
    letters,
    maintenance,
    orders,
    plan,
    proof,
    seeing,
    shares,
    tail,
)

VERBS = (
    *access.VERBS,
    *seeing.VERBS,
    *tail.VERBS,
    *examining.VERBS,
    *orders.VERBS,
    *shares.VERBS,
    *glass.VERBS,
    *maintenance.VERBS,
    *plan.VERBS,
    *changes.VERBS,
    *contacts.VERBS,
    *letters.VERBS,
    *desks.VERBS,
    *channels.VERBS,
    *proof.VERBS,
    *audit.VERBS,
)
