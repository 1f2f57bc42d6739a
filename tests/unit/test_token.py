"""Tokens minted for operators are tokens that the authorizer takes."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.service.operate.callers import caller_of
from chalicelib.service.operate.refusals import Unknown
from chalicelib.service.operate.roles import Role
from infra.token import ROLES, main, mint

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Ada Martin", "Zoë Müller", "夜勤", "__", "x" * 300])
@pytest.mark.parametrize("role", ROLES)
def test_a_minted_token_is_let_in_with_its_role_until_it_ends(name, role):
    token, entry = mint(name, role, NOW + timedelta(days=1))

    caller = caller_of(f"Bearer {token}", entry, NOW)

    assert (caller.role, caller.name) == (Role(role), name)
    with pytest.raises(Unknown):
        caller_of(f"Bearer {token}", entry, NOW + timedelta(days=1))


def test_the_entry_does_not_hold_the_token():
    token, entry = mint("Ada", "admin", NOW)

    assert token.split("_", 2)[2] not in json.dumps(entry)


def test_the_entry_says_whose_the_token_is_where_that_was_told(capsys):
    main(["--name", "Ada Martin", "--role", "operator", "--person", "ada@shop.example", "--person", "u-7"])

    [entry] = json.loads(capsys.readouterr().out).values()
    assert entry["person"] == ["ada@shop.example", "u-7"]
    assert "person" not in mint("Ada", "viewer", NOW)[1].popitem()[1]


def test_two_tokens_of_one_name_are_two_tokens():
    first, second = (mint("Ada", "viewer", NOW) for _ in range(2))

    assert first[0] != second[0]
    assert first[1].keys() != second[1].keys()


def test_the_command_prints_the_token_apart_from_the_entry_to_store(capsys):
    code = main(["--name", "Ada", "--role", "operator", "--days", "7"])

    told = capsys.readouterr()
    entry = json.loads(told.out)
    [token] = [line for line in told.err.splitlines() if line.startswith("bsc_")]
    assert code == 0
    assert caller_of(f"Bearer {token}", entry, datetime.now(UTC)).role is Role.OPERATOR


@pytest.mark.parametrize("arguments", [["--days", "0"], ["--days", "3650"], ["--role", "king"], ["--name"]])
def test_the_command_refuses_what_makes_no_sense(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--name", "Ada", "--role", "admin", *arguments])

    assert ended.value.code == 2
    assert capsys.readouterr().out == ""
