"""/v1/doctor: what is wrong with the plan, the accounts and the webhooks, and what to do about it."""

from chalicelib import wiring
from chalicelib.handlers.asked import Asked, Said
from chalicelib.handlers.probing import doctor_of
from chalicelib.service.operate import doctor
from chalicelib.service.operate.post import Post


def everything(asked: Asked, post: Post) -> Said:
    """The plan now, each channel as it was last looked at."""
    asked.parameters()
    return Said(body=doctor.everything(post, doctor_of(wiring.current())))


def channel(asked: Asked, post: Post) -> Said:
    """One channel now: its provider is asked."""
    asked.parameters()
    return Said(body=doctor.channel(post, doctor_of(wiring.current()), asked.arguments["channel"]))
