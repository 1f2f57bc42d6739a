"""The only door of the command to the network: one request over urllib3, with its deadlines and its cap."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from bascule_cli.client import Raw
from bascule_cli.trouble import Unreachable, Wrong

CONNECT_SECONDS, MOST_BYTES = 5.0, 32_000_000
LOOPBACK = ("127.0.0.1", "::1", "localhost")
UNFIT = re.compile(r"[\s\x00-\x1f\x7f]")


def checked(url: str) -> str:
    """An address that a token may be sent to: https, or http to this machine itself. Raises Wrong."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        _ = parts.port, host.encode("idna")
    except ValueError:
        raise Wrong("trouble.url", hint="next.url", url=url) from None
    if not host or UNFIT.search(url.strip()) or parts.username or parts.query or parts.fragment:
        raise Wrong("trouble.url", hint="next.url", url=host or url)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise Wrong("trouble.http", hint="next.url", url=url)
    return url.strip().rstrip("/").removesuffix("/v1")


class Web:
    """Sends requests. Redirects are answers like others: a token goes nowhere else. Nothing is repeated."""

    def __init__(self, seconds: float) -> None:
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds)
        self._options: dict[str, Any] = {"timeout": timeout, "retries": False, "maxsize": 1}
        self._pools: dict[str, urllib3.PoolManager] = {}

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Raw:
        """One request. Raises Unreachable, which says whether a change may have gone through."""
        try:
            answer = self._pool(url).request(
                method, url, body=body, headers=dict(headers), redirect=False, preload_content=False
            )
            raw = answer.read(MOST_BYTES + 1)
            answer.release_conn()
        except (NewConnectionError, ConnectTimeoutError) as failed:
            raise Unreachable("trouble.no_connection", hint="next.network", why=_why(failed)) from None
        except SSLError as failed:
            raise Unreachable("trouble.certificate", hint="next.certificate", why=_why(failed)) from None
        except (HTTPError, OSError, ValueError) as failed:
            hint = "next.again" if method == "GET" else "next.look"
            raise Unreachable("trouble.no_answer", hint=hint, why=_why(failed)) from None
        if len(raw) > MOST_BYTES:
            raise Unreachable("trouble.junk", hint="next.junk")
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Raw(code=answer.status, text=raw.decode("utf-8", "replace"), headers=named)

    def _pool(self, url: str) -> urllib3.PoolManager:
        """The way to a host: through the environment's proxy where it names one."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        proxy = "" if host in LOOPBACK or proxy_bypass(host) else getproxies().get(parts.scheme, "")
        if proxy not in self._pools:
            made = (
                urllib3.ProxyManager(proxy, **self._options)
                if proxy
                else urllib3.PoolManager(**self._options)
            )
            self._pools[proxy] = made
        return self._pools[proxy]


def _why(failed: Exception) -> str:
    """The last cause, in a few words; never the address with what stands in it."""
    cause = failed.__cause__ or failed.__context__ or failed
    return str(getattr(cause, "strerror", None) or type(cause).__name__)
