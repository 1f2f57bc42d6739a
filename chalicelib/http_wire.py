"""What may be called and how a call is spelled in HTTP/1.1 (RFC 9112): addresses, names, bytes; no sockets."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from chalicelib.http_types import Call, NotSent

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_URL = re.compile(r"[\x21-\x7e]+")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te"})
# Addresses that carry an IPv4 address inside: whatever it is, it does not show on the outside.
_CARRIERS = tuple(
    IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a call goes. `host` is the name or address without brackets; `private`: declared as ours."""

    scheme: str
    host: str
    port: int
    path: str
    private: bool

    @property
    def authority(self) -> str:
        """The Host header's value: the port is left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, private_hosts: Collection[str]) -> Target:
    """The target of a URL. Raises NotSent: not https (http for declared hosts), a user name, odd characters."""
    if not _URL.fullmatch(url):
        raise NotSent("the URL has characters that must be escaped")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as odd:
        raise NotSent("the URL cannot be read") from odd
    host, scheme = (parts.hostname or "").rstrip("."), parts.scheme
    if scheme not in _PORTS or not host or "@" in parts.netloc:
        raise NotSent("the URL is not https with a plain host")
    port = _PORTS[scheme] if port is None else port
    name = f"[{host}]" if ":" in host else host
    private = bool({host, name, f"{name}:{port}"} & set(private_hosts))
    if scheme == "http" and not private:
        raise NotSent("plain http is for declared private hosts only")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=scheme, host=host, port=port, path=path, private=private)


def reachable(address: str, target: Target) -> bool:
    """True when a resolved address may be connected to: public, or of a declared private host."""
    if target.private:
        return True
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _public(found)


def spelled(call: Call, target: Target) -> bytes:
    """The request's bytes. Raises NotSent when a header or the method would break out of its place."""
    if not _TOKEN.fullmatch(call.method):
        raise NotSent("the method is no token")
    lines = [f"{call.method} {target.path} HTTP/1.1", f"Host: {target.authority}"]
    for name, value in call.headers.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise NotSent("a header has characters that it may not have")
        if name.lower() not in _OURS:
            lines.append(f"{name}: {value}")
    if call.body or call.method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(call.body)}")
    if not any(name.lower() == "accept-encoding" for name in call.headers):
        lines.append("Accept-Encoding: identity")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + call.body


def _public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return _public(address.ipv4_mapped)
        if any(address in net for net in _CARRIERS) or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
