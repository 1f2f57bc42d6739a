"""The API inbox's own settings at Chatwoot: where its webhook leads (application API v1, inboxes)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chalicelib.channels import OWN_HOOK, Capability, Channel, Finding, Ill, SendFailed, Setting
from chalicelib.channels._json import dump, lenient, text
from chalicelib.channels._responses import ok
from chalicelib.domain.model import Outcome
from chalicelib.http_types import Call

HOST = "https://app.chatwoot.com"
CODES = {401: Outcome.AUTH, 403: Outcome.AUTH, 404: Outcome.AUTH, 429: Outcome.THROTTLED}
LED = frozenset({Capability.CHECK, Capability.ATTACH, Capability.DETACH})
TOKEN = Setting(
    name="api_token",
    purpose="an administrator's access token, to check and attach",
    secret=True,
    required=False,
)


class LedByChatwoot(Channel):
    """An inbox whose webhook can be led elsewhere; needs `api_token` and `inbox_id`."""

    def check(self, now: datetime) -> tuple[Finding, ...]:  # noqa: ARG002 - the seam's signature
        """Where the inbox's webhook leads. Raises SendFailed."""
        if not self._able():
            about = "api_token or inbox_id is not set: where the webhook leads cannot be checked"
            return (Finding(ill=Ill.UNCHECKED, about=about),)
        url, ours = self.hook(), self.config.settings.get(OWN_HOOK, "")
        if not url:
            return (
                Finding(
                    ill=Ill.NOT_SUBSCRIBED, about="the inbox has no webhook: no word of a desk will arrive"
                ),
            )
        if ours and url.partition("?")[0] != ours:
            return (
                Finding(
                    ill=Ill.LEADS_ELSEWHERE,
                    about="the inbox's webhook leads elsewhere: no word will arrive here",
                ),
            )
        return ()

    def attach(self, url: str) -> str:
        """Lead the inbox's webhook to `url`. Raises SendFailed."""
        former = self.hook()
        self._asked("PATCH", {"channel": {"webhook_url": url}})
        return former

    def detach(self, former: str) -> None:
        """Give the inbox its former address back. Raises SendFailed."""
        self._asked("PATCH", {"channel": {"webhook_url": former}})

    def hook(self) -> str:
        """Where the inbox's webhook leads now. Raises SendFailed."""
        return text(self._asked("GET"), "webhook_url")

    def _able(self) -> bool:
        return bool(self.config.secrets.get(TOKEN.name) and self.config.settings.get("inbox_id"))

    def _asked(self, method: str, value: Mapping[str, Any] | None = None) -> dict[str, Any]:
        config = self.config
        if not self._able():
            raise SendFailed(Outcome.ACCOUNT, detail="api_token or inbox_id is not set")
        account, inbox = (quote(one, safe="") for one in (config.account, config.settings["inbox_id"]))
        url = f"{config.base or HOST}/api/v1/accounts/{account}/inboxes/{inbox}"
        headers = {"api_access_token": config.secrets[TOKEN.name][0], "content-type": "application/json"}
        body = dump(value) if value else b""
        response = self.http.send(Call(method=method, url=url, headers=headers, body=body))
        if not ok(response):
            broken = Outcome.OUTAGE if response.code >= 500 else Outcome.REQUEST  # noqa: PLR2004 - HTTP's own
            raise SendFailed(CODES.get(response.code, broken), detail=f"http {response.code}")
        return lenient(response.body)
