"""Each route through the gateway lets in exactly the roles that the table says, and nobody without a token.

The least role of each route and the one below it are asked; with BASCULE_DRILL=full every role.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.service.operate.roles import LEAST, Role
from infra.local.fakes.vendors import Signed, post

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

NAMES = {"{key}": "0" * 32, "{path}": "none%23in%23fr", "{switch}": "automation", "{version}": "999999"}
"""Of things that there are not: whoever is let in changes nothing."""
AT_ONCE = 4
NARROW = {
    Role.VIEWER: [Role.VIEWER],
    Role.OPERATOR: [Role.VIEWER, Role.OPERATOR],
    Role.ADMIN: [Role.OPERATOR, Role.ADMIN],
}
EVERY = {least: list(Role) for least in Role}
ASKED = EVERY if os.environ.get("BASCULE_DRILL") == "full" else NARROW
BUSY, TRIES = (429, 500, 502, 503, 504), 3
NO_ANSWER = (401, 500, 502, 504)
"""503 is one: whoever is told to ask again was let in."""


def address(route: str) -> str:
    return "/".join(NAMES.get(part, "none") if part.startswith("{") else part for part in route.split("/"))


def answered(scene, who: str, method: str, route: str) -> tuple[int, str]:
    """Code and media type; asked again where the machine was busy."""
    headers = {"Authorization": f"Bearer {scene.tokens[who]}"} if who else {}
    body = b"" if method in ("GET", "DELETE") else b"{}"
    asked = Signed(
        url=scene.stack.api_url + address(route), method=method, body=body,
        headers={**headers, "Content-Type": "application/json"},
    )  # fmt: skip
    found = (504, "")
    for _ in range(TRIES):
        try:
            said = post(asked, patience=30)
        except OSError:  # a function that begins on a busy machine
            continue
        found = (said.code, said.headers.get("content-type", ""))
        if said.code not in BUSY:
            break
    return found


def test_each_role_is_let_in_on_each_route_exactly_where_the_table_says_so(scene):
    asked = [(role.value, *route) for route, least in LEAST.items() for role in ASKED[least]]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(asked, pool.map(lambda one: answered(scene, *one), asked), strict=True))

    refused = {one for one, (code, _) in answers.items() if code == 403}
    assert refused == {one for one in asked if not Role(one[0]).reaches(LEAST[one[1:]])}
    assert {answers[one][1] for one in refused} == {"application/problem+json"}
    assert {one: code for one, (code, _) in answers.items() if code in NO_ANSWER} == {}


def test_nobody_is_let_in_anywhere_without_a_token(scene):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(lambda route: answered(scene, "", *route)[0], LEAST))

    assert set(codes) == {401}
