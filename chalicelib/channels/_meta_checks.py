"""What Meta says of our token, our app and our webhook: debug_token, subscriptions, changelog; Graph API v25.0."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from chalicelib.channels import OWN_HOOK, Finding, Ill, SendFailed
from chalicelib.channels._graph import failure
from chalicelib.channels._json import at, items, lenient, moment, table, text
from chalicelib.channels._meta import VERSION, MetaChannel
from chalicelib.domain.model import Outcome

SOON = timedelta(days=14)
LASTS, LAST_MONTH = timedelta(days=730), timedelta(days=30)
"""A version works for two years at least, and is told of so long before."""
RELEASED: Mapping[str, datetime] = {
    "v20.0": datetime(2024, 5, 21, tzinfo=UTC), "v21.0": datetime(2024, 10, 2, tzinfo=UTC),
    "v22.0": datetime(2025, 1, 21, tzinfo=UTC), "v23.0": datetime(2025, 5, 29, tzinfo=UTC),
    "v24.0": datetime(2025, 10, 8, tzinfo=UTC), "v25.0": datetime(2026, 2, 18, tzinfo=UTC),
}  # fmt: skip
TIMES = ("expires_at", "data_access_expires_at")


def of_meta(channel: MetaChannel, scopes: Iterable[str], now: datetime) -> Iterator[Finding]:
    """The version, and with `app_id` the token, the secret, the address. Raises SendFailed."""
    yield from _version(channel, now)
    app = channel.config.settings.get("app_id", "")
    if not app:
        yield Finding(
            ill=Ill.UNCHECKED, about="app_id is not set: token, secret and address cannot be checked"
        )
        return
    try:
        yield from _token(
            channel, _asked(channel, app, "debug_token", input_token=_own_token(channel)), scopes, now
        )
        yield from _address(channel, app)
    except SendFailed as refused:
        if refused.outcome is not Outcome.AUTH:
            raise
        about = f"Meta refuses the app's secret ({refused.detail}): its webhooks are signed by another"
        yield Finding(ill=Ill.SIGNATURE_FAILS, about=about)


def elsewhere(channel: MetaChannel, address: str) -> bool:
    """True for the address of another deployment than ours; one address may serve all channels of an app."""
    ours = channel.config.settings.get(OWN_HOOK, "").rpartition("/hooks/")[0]
    return bool(ours and address) and not address.startswith(f"{ours}/hooks/")


def _version(channel: MetaChannel, now: datetime) -> Iterator[Finding]:
    used = channel.config.settings.get("version") or VERSION
    released = RELEASED.get(used)
    ends = released + LASTS if released else now
    oldest = min(RELEASED)
    if ends - now < LAST_MONTH and (released or (len(used), used) < (len(oldest), oldest)):
        yield Finding(ill=Ill.VERSION_EXPIRES, about=f"{used} is answered until {ends:%Y-%m-%d}, or is gone")


def _token(
    channel: MetaChannel, told: Mapping[str, Any], scopes: Iterable[str], now: datetime
) -> Iterator[Finding]:
    token = table(told, "data")
    if at(token, "is_valid") is not True:
        yield Finding(
            ill=Ill.TOKEN_INVALID, about=f"{channel.token} is not valid: code {text(token, 'error', 'code')}"
        )
        return
    ends = [found for name in TIMES if (found := moment(token, name)) and found.year > 1970]  # noqa: PLR2004 - 0: never
    if ends and min(ends) - now < SOON:
        yield Finding(ill=Ill.TOKEN_EXPIRES, about=f"{channel.token} ends at {min(ends):%Y-%m-%d %H:%M} UTC")
    granted = items(token, "scopes")
    for scope in scopes:
        if granted and scope not in granted:
            yield Finding(ill=Ill.PERMISSION_MISSING, about=f"{channel.token} lacks {scope}")


def _address(channel: MetaChannel, app: str) -> Iterator[Finding]:
    """Where the app's webhooks lead."""
    told = _asked(channel, app, f"{quote(app, safe='')}/subscriptions")
    own = [each for each in items(told, "data") if text(each, "object") == channel.envelope]
    if not own or at(own[0], "active") is False:
        yield Finding(ill=Ill.NOT_SUBSCRIBED, about=f"the app has no active webhook for {channel.envelope}")
    elif elsewhere(channel, text(own[0], "callback_url")):
        yield Finding(
            ill=Ill.LEADS_ELSEWHERE, about="the app's webhook leads elsewhere: no message will arrive here"
        )


def _asked(channel: MetaChannel, app: str, path: str, **query: str) -> Mapping[str, Any]:
    """What the API says to the app itself, which is known by its secret."""
    response = channel.get(path, bearer=f"{app}|{channel.config.secrets['app_secret'][0]}", **query)
    if response.code != 200:  # noqa: PLR2004 - HTTP's OK
        raise failure(response)
    return lenient(response.body)


def _own_token(channel: MetaChannel) -> str:
    return channel.config.secrets[channel.token][0]
