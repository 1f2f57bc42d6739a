"""The token that the command keeps: where it comes from, who can read it, where it is sent."""

import json
import stat

import pytest

from bascule_cli.trouble import Exit
from tests.unit.cli_side import commanding, token_of

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def command(tmp_path):
    with commanding(str(tmp_path)) as ready:
        ready.role = ""
        yield ready


def kept(tmp_path):
    return tmp_path / ".config" / "bascule" / "access.json"


def test_login_keeps_a_token_from_standard_input_where_nobody_else_can_read_it(command, tmp_path):
    command.typed = f"{token_of('operator')}\n"

    said = command.run("login", command.gateway.url)

    assert (said.code, said.err) == (Exit.DONE, "")
    assert stat.S_IMODE(kept(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept(tmp_path).parent.stat().st_mode) == 0o700
    assert command.run("whoami", "--json").json["role"] == "operator"


def test_login_asks_at_a_keyboard_without_showing_what_is_typed(command):
    command.keyboard, command.hidden = True, token_of("viewer")

    said = command.run("login", command.gateway.url)

    assert said.code == Exit.DONE
    assert token_of("viewer") not in said.out + said.err


def test_a_second_login_replaces_the_first_and_logout_forgets_it(command, tmp_path):
    for role in ("viewer", "admin"):
        command.typed = f"{token_of(role)}\n"
        command.run("login", command.gateway.url)

    assert command.run("whoami", "--json").json["role"] == "admin"
    assert [path.name for path in kept(tmp_path).parent.iterdir()] == ["access.json"]
    assert command.run("logout").code == Exit.DONE
    assert not kept(tmp_path).exists()
    assert command.run("whoami").code == Exit.NOT_ALLOWED


def test_a_token_that_does_not_count_is_not_kept(command, tmp_path):
    command.typed = "bsc_nobody_12345678\n"

    said = command.run("login", command.gateway.url)

    assert said.code == Exit.NOT_ALLOWED
    assert not kept(tmp_path).exists()


@pytest.mark.parametrize(
    "typed", ["", "\n", "short\n", "bsc_a1 with blanks\n", "bsc_a1_é12345678\n", "x" * 5000]
)
def test_what_is_no_token_is_sent_nowhere(command, typed):
    command.typed = typed

    said = command.run("login", command.gateway.url)

    assert said.code == Exit.WRONG
    assert command.gateway.headers == []


@pytest.mark.parametrize(
    "url",
    [
        "http://contact.shop.example", "http://127.0.0.1.example", "ftp://127.0.0.1", "contact.shop.example", "https://",
        "https://user:word@contact.shop.example", "https://contact.shop.example?x=1", "https://[::1", "https://a:b",
    ],
)  # fmt: skip
def test_a_token_is_sent_in_the_open_to_this_machine_only(command, url):
    command.typed = f"{token_of('admin')}\n"

    said = command.run("login", url)

    assert said.code == Exit.WRONG
    assert "word" not in said.err
    assert command.gateway.headers == []


def test_a_file_that_others_can_read_is_not_used(command, tmp_path):
    command.typed = f"{token_of('admin')}\n"
    command.run("login", command.gateway.url)
    kept(tmp_path).chmod(0o640)

    said = command.run("whoami")

    assert said.code == Exit.NOT_ALLOWED
    assert "chmod 600" in said.err


def test_a_kept_token_is_not_sent_to_an_address_from_the_environment(command):
    command.typed = f"{token_of('admin')}\n"
    command.run("login", command.gateway.url)
    command.environment["BASCULE_URL"] = command.gateway.url.replace("/api", "/elsewhere")

    said = command.run("whoami")

    assert said.code == Exit.NOT_ALLOWED
    assert len(command.gateway.headers) == 1, "only the login"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 3}', "\xff"])
def test_a_damaged_file_is_as_none(command, tmp_path, text):
    kept(tmp_path).parent.mkdir(parents=True)
    kept(tmp_path).write_bytes(text.encode("latin-1"))
    kept(tmp_path).chmod(0o600)

    assert command.run("whoami").code == Exit.NOT_ALLOWED


def test_no_verb_takes_a_token_as_an_argument(command):
    said = command.run("login", command.gateway.url, "--token", "bsc_a1_12345678")

    assert said.code == Exit.WRONG


def test_the_address_may_be_that_of_the_api_or_of_its_first_version(command, tmp_path):
    command.typed = f"{token_of('viewer')}\n"

    said = command.run("login", f"{command.gateway.url}/v1/")

    assert said.code == Exit.DONE
    assert json.loads(kept(tmp_path).read_text())["url"] == command.gateway.url
