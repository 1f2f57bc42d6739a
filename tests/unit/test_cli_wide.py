"""Tables stay in line whatever people write: wide letters, marks and pictures take the columns that they take."""

import pytest
from rich.cells import cell_len

from tests.unit.cli_side import commanding

pytestmark = pytest.mark.enable_socket

TITLES = ("日本語の作業 ☃", "été à la mer", "plain", "한국어 제목입니다")


@pytest.fixture
def command(tmp_path):
    with commanding(str(tmp_path)) as ready:
        yield ready


def planned(command) -> None:
    more = ("--scope", "desk:lille", "--reason", "r", "--alternative", "order=desk:paris")
    for number, title in enumerate(TITLES):
        start, end = f"{2 + 3 * number}h", f"{3 + 3 * number}h"
        assert command.run("maintenance", "plan", title, "--start", start, "--end", end, *more).code == 0


def test_the_column_after_a_title_begins_where_its_head_does(command):
    planned(command)

    head, *lines = command.run("maintenance", "list").out.splitlines()

    begins = [cell_len(line[: line.index("desk:lille")]) for line in lines]
    assert [title for title in TITLES if title in "\n".join(lines)] == list(TITLES)
    assert set(begins) == {cell_len(head[: head.index("scopes")])}


def test_a_terminal_that_is_too_narrow_gets_each_row_as_lines_of_its_own(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    planned(command)
    command.terminal = True

    shown = command.run("maintenance", "list").out

    assert [f"title        {title}" for title in TITLES if f"title        {title}" not in shown] == []
