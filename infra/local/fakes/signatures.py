"""How each vendor signs its webhooks: a second, independent writing of what the channels verify."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def meta(app_secret: str, body: bytes) -> str:
    """`X-Hub-Signature-256` (Meta, Graph API webhooks v25.0)."""
    return f"sha256={hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()}"


def twilio(auth_token: str, url: str, fields: Mapping[str, str]) -> str:
    """`X-Twilio-Signature` (Twilio, 2010-04-01): URL, then each name and value in the names' order."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def standard(secret: str, key: str, at: int, body: bytes) -> str:
    """`webhook-signature` (Standard Webhooks v1); `secret` is `whsec_` and base64."""
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{key}.{at}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()}"


def chatwoot(secret: str, at: int, body: bytes) -> str:
    """`X-Chatwoot-Signature` (Chatwoot, webhooks of 2026)."""
    return f"sha256={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"
