"""Leads Meta's webhooks to us and back: the app's own subscription, `/{app-id}/subscriptions`; Graph API v25.0.

The address is that of the whole app and of one product: all pages, or all numbers, of the app go with it. Meta asks
the new address for its word before it takes it.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from chalicelib.channels import Capability, SendFailed, Setting
from chalicelib.channels import _graph as graph
from chalicelib.channels._json import items, lenient, text
from chalicelib.channels._meta import MetaChannel
from chalicelib.domain.model import Outcome
from chalicelib.http_types import Call, Response

LED = frozenset({Capability.ATTACH, Capability.DETACH, Capability.CHECK})
FORMER_WORD = Setting(
    name="former_verify_token", purpose="the former address's word, for detach", secret=True, required=False
)
FIELDS: Mapping[str, str] = {
    "page": "messages,messaging_postbacks,message_deliveries,message_reads,messaging_referrals",
    "whatsapp_business_account": "messages,account_update",
}


class LedByMeta(MetaChannel):
    """Webhooks that can be led elsewhere; needs `app_id`."""

    def attach(self, url: str) -> str:
        """Lead the app's webhook to `url`; returns the former address, "" for none. Raises SendFailed."""
        former = self.hook()
        self._lead(url, self.config.secrets["verify_token"][0])
        return former

    def detach(self, former: str) -> None:
        """Give the former address back, or end the subscription if there was none. Raises SendFailed."""
        if former:
            words = self.config.secrets.get(FORMER_WORD.name) or self.config.secrets["verify_token"]
            self._lead(former, words[0])
        else:
            self._asked("DELETE", object=self.envelope)

    def hook(self) -> str:
        """Where the app's webhook leads now. Raises SendFailed."""
        told = lenient(self._asked("GET").body)
        own = [each for each in items(told, "data") if text(each, "object") == self.envelope]
        return text(own[0], "callback_url") if own else ""

    def _lead(self, url: str, word: str) -> None:
        fields = FIELDS[self.envelope]
        self._asked("POST", object=self.envelope, callback_url=url, verify_token=word, fields=fields)

    def _asked(self, method: str, **fields: Any) -> Response:
        app = self.config.settings.get("app_id", "")
        if not app:
            raise SendFailed(Outcome.ACCOUNT, detail="app_id is not set")
        headers = {
            "authorization": f"Bearer {app}|{self.config.secrets['app_secret'][0]}",
            "content-type": "application/x-www-form-urlencoded",
        }
        url, body = self._address(f"{quote(app, safe='')}/subscriptions"), urlencode(fields).encode("ascii")
        response = self.http.send(Call(method=method, url=url, headers=headers, body=body))
        if response.code != 200:  # noqa: PLR2004 - HTTP's OK
            raise graph.failure(response)
        return response
