"""What vendors say of our accounts there, and where their webhooks lead: well unless something is planted."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]
APP, WABA, SID = "1517776481860111", "215512345678901", "AC00000000000000000000000000000001"
FIELDS = ("messages", "messaging_postbacks", "message_deliveries")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(kw_only=True)
class Accounts:
    """All vendors at one address. `planted` names what is wrong; `hooks` is where each webhook leads, by its name."""

    public: str
    now: Callable[[], datetime]
    planted: set[str] = field(default_factory=set)
    hooks: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, method: str, url: str, body: bytes = b"") -> tuple[int, Json]:
        """The code and the document for one request."""
        parts = urlsplit(url)
        path, query = unquote(parts.path), {k: v[-1] for k, v in parse_qs(parts.query).items()}
        self.asked.append((method, path))
        if path.startswith("/v2"):  # Graph versions and SES share a letter: v25.0, v2
            return self._meta(method, path, body) if "." in path.split("/")[1] else (200, self._ses())
        if path.startswith("/2010"):
            return self._twilio(method, path, query, body)
        if path.startswith("/bot"):
            return self._telegram(path, body)
        return self._chatwoot(method, body)

    def headers(self) -> Mapping[str, str]:
        """The answer's own date."""
        at = self.now() + timedelta(seconds=400 if "clock" in self.planted else 0)
        return {"date": at.strftime("%a, %d %b %Y %H:%M:%S GMT"), "content-type": "application/json"}

    def _meta(self, method: str, path: str, body: bytes) -> tuple[int, Json]:
        place = path.split("/", 2)[2]
        if place == "debug_token":
            return self._token()
        if place == f"{APP}/subscriptions":
            return self._subscriptions(method, body)
        if place.endswith("/message_templates"):
            state = "REJECTED" if "template" in self.planted else "APPROVED"
            return 200, {"data": [{"name": "crisis_fr", "status": state}]}
        if "unsubscribed" in self.planted:
            return 200, {"data": []}
        own = {"id": APP, "subscribed_fields": list(FIELDS), "whatsapp_business_api_data": {"id": APP}}
        return 200, {"data": [own]}

    def _token(self) -> tuple[int, Json]:
        if "secret" in self.planted:
            return 400, {"error": {"code": 190, "message": "Invalid application secret"}}
        ends = self.now() + timedelta(days=3) if "token" in self.planted else EPOCH
        scopes = ["pages_messaging", "whatsapp_business_messaging"]
        told = {"is_valid": True, "expires_at": int(ends.timestamp()), "scopes": scopes}
        return 200, {"data": told | ({"scopes": scopes[1:]} if "scope" in self.planted else {})}

    def _subscriptions(self, method: str, body: bytes) -> tuple[int, Json]:
        given = {k: v[-1] for k, v in parse_qs(body.decode()).items()}
        if method == "POST":
            self._lead(given["object"], given["callback_url"])
        elif method == "DELETE":
            self._lead(given["object"], "")
        led = {
            name: self.hooks.get(name, f"{self.public}/hooks/any")
            for name in ("page", "whatsapp_business_account")
        }
        return 200, {
            "success": True,
            "data": [{"object": n, "callback_url": url, "active": True} for n, url in led.items() if url],
        }

    def _twilio(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> tuple[int, Json]:
        if "twilio" in self.planted:
            return 401, {"code": 20003}
        if path.endswith("/Balance.json"):
            return 200, {"balance": "3.20" if "balance" in self.planted else "250.00", "currency": "USD"}
        if not path.startswith(f"/2010-04-01/Accounts/{SID}/IncomingPhoneNumbers"):
            return 200, {"status": "active"}
        if method == "POST":
            for name, values in parse_qs(body.decode(), keep_blank_values=True).items():
                self._lead(name, values[-1])
            return 200, {"sid": "PN1"}
        number = {
            "sid": "PN1", "phone_number": query["PhoneNumber"], "address_requirements": "none",
            "sms_url": self.hooks.get("SmsUrl", f"{self.public}/hooks/sms-fr"), "sms_fallback_url": "https://s3.example/f",
            "voice_url": self.hooks.get("VoiceUrl", f"{self.public}/hooks/phone-fr"),
            "voice_fallback_url": "" if "fallback" in self.planted else "https://s3.example/f",
        }  # fmt: skip
        legal = {"address_requirements": "local", "bundle_sid": ""} if "number" in self.planted else {}
        return 200, {"incoming_phone_numbers": [number | legal]}

    def _telegram(self, path: str, body: bytes) -> tuple[int, Json]:
        method, given = path.rpartition("/")[2], json.loads(body or b"{}")
        if method in ("setWebhook", "deleteWebhook"):
            self._lead("bot", given.get("url", ""))
            return 200, {"ok": True, "result": True}
        wrong = "bot" in self.planted
        url = "https://somebody.example/t" if wrong else self.hooks.get("bot", f"{self.public}/hooks/bot-fr")
        return 200, {"ok": True, "result": {"url": url, "pending_update_count": 0}}

    def _chatwoot(self, method: str, body: bytes) -> tuple[int, Json]:
        if method == "PATCH":
            self._lead("chatwoot", json.loads(body)["channel"]["webhook_url"])
        default = f"{self.public}/hooks/desk-eu"
        return 200, {"id": 12, "webhook_url": self.hooks.get("chatwoot", default)}

    def _ses(self) -> Json:
        sandbox = "sandbox" in self.planted
        quota = {"Max24HourSend": 50000.0, "SentLast24Hours": 12.0}
        return {
            "ProductionAccessEnabled": not sandbox, "SendingEnabled": True, "EnforcementStatus": "HEALTHY",
            "SendQuota": quota,
        }  # fmt: skip

    def _lead(self, name: str, url: str) -> None:
        self.hooks[name] = url
        self.changed.append((name, url))
