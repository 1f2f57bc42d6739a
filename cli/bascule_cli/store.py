"""Where the address and the token are kept between calls: one file that only its owner can read."""

import contextlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bascule_cli.answers import Junk, at, parsed
from bascule_cli.trouble import NotAllowed, Wrong

URL, TOKEN, CONFIG = "BASCULE_URL", "BASCULE_TOKEN", "BASCULE_CONFIG"
FORM = re.compile(r"[\x21-\x7e]{8,4096}")
"""What a token may look like; what else would be sent is no header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Whom to ask, and as whom."""

    url: str
    token: str


def place(environment: Mapping[str, str]) -> Path:
    """The file: BASCULE_CONFIG, else below XDG_CONFIG_HOME, else below ~/.config (on Windows below APPDATA)."""
    if environment.get(CONFIG):
        return Path(environment[CONFIG])
    home = environment.get("XDG_CONFIG_HOME") or environment.get("APPDATA")
    base = Path(home) if home else Path(environment.get("HOME") or Path.home()) / ".config"
    return base / "bascule" / "access.json"


def known(environment: Mapping[str, str]) -> Access:
    """From the environment, and what it does not say from the file.

    Raises NotAllowed when nobody logged in, and for what is no token.
    """
    url, token = environment.get(URL, ""), environment.get(TOKEN, "")
    if not (url and token):
        kept = _read(place(environment))
        url, token = url or kept.url, token or (kept.token if url in ("", kept.url) else "")
    if not (url and token):
        raise NotAllowed("trouble.nobody", hint="next.login")
    if not FORM.fullmatch(token):
        raise NotAllowed("trouble.no_token", hint="next.token")
    return Access(url=url, token=token)


def keep(environment: Mapping[str, str], access: Access) -> Path:
    """Write the file anew, mode 0600 from its first byte on. Raises Wrong when it cannot be written."""
    path = place(environment)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        written = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(written, "w", encoding="utf-8") as file:
            json.dump({"url": access.url, "token": access.token}, file)
        beside.replace(path)
    except OSError as failed:
        raise Wrong("trouble.file", path=path, why=failed.strerror) from None
    return path


def forget(environment: Mapping[str, str]) -> Path:
    """Remove the file. Raises Wrong when it cannot be removed."""
    path = place(environment)
    try:
        path.unlink(missing_ok=True)
    except OSError as failed:
        raise Wrong("trouble.file", path=path, why=failed.strerror) from None
    return path


def _read(path: Path) -> Access:
    """What the file says. Raises NotAllowed when others may read it."""
    with contextlib.suppress(OSError, UnicodeDecodeError, Junk):
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise NotAllowed("trouble.open_file", hint="next.chmod", path=path)
        document = parsed(path.read_text("utf-8"))
        return Access(url=str(at(document, "url") or ""), token=str(at(document, "token") or ""))
    return Access(url="", token="")
