"""Mints an operator's token: prints it once, and the entry of the operators' secret document that makes it count.

``python -m infra.token --name "Ada Martin" --role operator``; nothing is stored here.
"""

import argparse
import json
import re
import secrets
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256

ROLES = ("viewer", "operator", "admin")
LONGEST_DAYS = 366


Entry = dict[str, str | list[str]]


def mint(name: str, role: str, ends: datetime, **narrowed: list[str]) -> tuple[str, dict[str, Entry]]:
    """Return a new token and its entry by id: `hash` (SHA-256 hex of the secret part), `role`, `name`, `expires`.

    `ends` is aware. `narrowed`: `person`, whose it is; `markets` and `routes`, where it is not for all of them.
    Each call makes another token, also for the same name.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or role
    token_id = f"{readable}-{secrets.token_hex(3)}"
    secret = secrets.token_urlsafe(32)
    entry: Entry = {
        "hash": sha256(secret.encode()).hexdigest(),
        "role": role,
        "name": name,
        "expires": ends.isoformat(timespec="seconds"),
    }
    return f"bsc_{token_id}_{secret}", {
        token_id: entry | {key: value for key, value in narrowed.items() if value}
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the token on standard error and the entry on standard output, so that the entry alone can be kept."""
    parser = argparse.ArgumentParser(prog="python -m infra.token", description="Mint an operator's token.")
    parser.add_argument("--name", required=True, help="the person or machine behind the token")
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.add_argument("--days", type=int, default=90, help=f"until it ends, 1 to {LONGEST_DAYS}; 90")
    parser.add_argument(
        "--market", action="append", help="a market that it is for, instead of all; may be repeated"
    )
    parser.add_argument(
        "--route", action="append", help="how addresses begin that it opens, instead of all; likewise"
    )
    parser.add_argument(
        "--person",
        action="append",
        help="whose it is: their address or subject at your issuer; may be repeated",
    )
    asked = parser.parse_args(arguments)
    if not 1 <= asked.days <= LONGEST_DAYS:
        parser.error(f"--days must be 1 to {LONGEST_DAYS}: every token ends by itself")
    narrowed = {"person": asked.person or [], "markets": asked.market or [], "routes": asked.route or []}
    token, entry = mint(asked.name, asked.role, datetime.now(UTC) + timedelta(days=asked.days), **narrowed)
    print(f"The token, shown this once; hand it over safely:\n{token}\n", file=sys.stderr)
    print(json.dumps(entry, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
