"""The documents keep to what there is: links, paths, routes, words and states that they name."""

import json
import re
from pathlib import Path

import pytest

from app import app
from chalicelib.aws.secrets import SecretDocuments
from chalicelib.channels import kind, kinds
from chalicelib.domain.decision import Reason
from chalicelib.domain.model import ContactKind, EvidenceClass, Medium, Outcome, ReceiptState
from chalicelib.domain.orders import OrderKind
from chalicelib.domain.outbox import RowState
from chalicelib.service.operate.callers import known_caller
from chalicelib.service.operate.roles import Role
from infra.alarms import alarms
from tests.unit.operations_side import Operations
from tests.world import START

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
TOPS = ("chalicelib/", "infra/", "tests/", "docs/", "bench/", ".ci/", ".chalice/")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"```.*?```", re.DOTALL)
OUR_ROUTE = re.compile(r"/(?:v1|hooks|front-door|status)\b[\w/{}.-]*")
MACHINE = re.compile(
    r"/(?:home|root|Users|work|tmp|var|opt)/|[A-Z]:\\|localhost:\d|\b(?:10|192\.168)\.\d+\.\d+"
)


def page(name):
    return (ROOT / name).read_text()


def prose(text):
    return FENCE.sub("", text)


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)


def anchors(text):
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_between_pages_leads_somewhere(name):
    missing = []
    for link in LINK.findall(prose(page(name))):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            missing.append(link)

    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_path_that_a_page_names_exists(name):
    named = [code.partition("::")[0] for code in CODE.findall(prose(page(name)))]
    paths = [
        path for path in named if path.startswith(TOPS) and not re.search(r"[*<{ ]|NNNN|KIND|example", path)
    ]

    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_page_names_a_machine(name):
    assert MACHINE.findall(page(name).replace("http://127.0.0.1", "")) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_page_promises_what_nobody_has_shown(name):
    boasts = (
        r"\b(seamless|blazing|cutting-edge|world-class|best-in-class|state-of-the-art|effortless|robust)\w*"
    )

    assert re.findall(boasts, page(name), re.IGNORECASE) == []


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "docs/operating.md", "docs/deploying.md", "docs/why.md"]
)
def test_every_route_that_a_page_names_is_served(name):
    served = {re.sub(r"\{\w+\}", "{}", route) for route in app.routes}
    for code in CODE.findall(prose(page(name))):
        for route in OUR_ROUTE.findall(code):
            shape = re.sub(r"\{\w+\}|CHANNEL|DOCUMENT", "{}", route.rstrip(".")).removesuffix("/*")
            assert any(one == shape or one.startswith(f"{shape}/") for one in served), route


def test_the_readme_sets_up_with_exactly_two_commands():
    first = blocks("README.md", "sh")[0]

    assert first.split("\n") == ["make up", "make test", ""]
    assert len(blocks("README.md", "sh")) == 1


def test_operating_covers_every_state_reason_order_alarm_and_role():
    text = page("docs/operating.md")
    wanted = [*RowState, *Reason, *OrderKind, *Role, "up", "down", "trial", "unknown"]

    assert [word for word in wanted if f"`{word}`" not in text] == []
    assert [name for name in alarms() if name.endswith("Alarm") and f"`{name}`" not in text] == []


def test_operating_shows_a_decision_in_the_shape_that_the_api_gives():
    [example] = blocks("docs/operating.md", "json")
    api = Operations()
    api.world.desks.fault["a.example"] = 503
    api.world.say()
    api.world.run()
    [row] = api.ask("GET", "/v1/contacts").json["contacts"]

    given = api.ask("GET", f"/v1/contacts/{row['key']}").json["attempts"][1]

    assert json.loads(example) == {**given, "detail": ""}


def test_the_glossary_has_every_word_of_the_closed_lists():
    text = page("docs/glossary.md")
    lists = (RowState, Reason, OrderKind, Role, Outcome, Medium, EvidenceClass, ReceiptState, ContactKind)

    assert [word for words in lists for word in words if f"`{word}`" not in text] == []


def test_the_example_of_operators_secrets_is_understood():
    example = next(block for block in blocks("docs/deploying.md", "json") if "operators" in block)
    held = SecretDocuments(lambda _: example, lambda: 0.0).operators()

    caller = known_caller("ada-martin-1f2e3d", held, START)

    assert (caller.name, caller.role) == ("Ada Martin", Role.ADMIN)


def test_the_example_of_channel_secrets_is_understood():
    example = next(block for block in blocks("docs/deploying.md", "json") if "channels" in block)
    held = SecretDocuments(lambda _: example, lambda: 0.0)

    assert held.channel("messenger-fr")["app_secret"] == ("new-secret", "old-secret")
    assert held.signing_keys()


def test_the_table_of_secrets_is_what_each_kind_asks_for():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page("docs/deploying.md"), re.MULTILINE)
    table = {name: set(CODE.findall(names)) for name, names in rows if name in kinds()}

    assert len(table) >= 7
    for name, named in table.items():
        assert named == {setting.name for setting in kind(name).needs if setting.secret}, name


def test_each_decision_note_is_short_and_numbered_without_a_gap():
    notes = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [int(note.name[:4]) for note in notes] == list(range(1, len(notes) + 1))
    assert [note.name for note in notes if len(note.read_text().splitlines()) > 25] == []
    assert [note.name for note in notes if not note.read_text().startswith(f"# {note.name[:4]}. ")] == []


def test_each_decision_note_says_what_it_costs():
    for note in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        heads = re.findall(r"^## (.+)$", note.read_text(), re.MULTILINE)
        assert heads in (["Context", "Decision", "Price"], ["Context and decision", "Price"]), note.name


def test_the_licence_is_whole():
    text = page("LICENSE")

    assert "Apache License" in text
    assert "9. Accepting Warranty or Additional Liability" in text
