"""Every verb of the command, in the order in which help lists them."""

from bascule_cli.verbs import (
    access,
    audit,
    changes,
    channels,
    contacts,
    desks,
    letters,
    maintenance,
    orders,
    plan,
    proof,
    seeing,
    tail,
)

VERBS = (
    *access.VERBS,
    *seeing.VERBS,
    *tail.VERBS,
    *orders.VERBS,
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
