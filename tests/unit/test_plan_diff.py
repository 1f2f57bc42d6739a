"""What differs between two plans: complete, by meaning, and with routes told as moves."""

import json
import re

from chalicelib.domain.plan_diff.changes import ChangeKind, changes, meaning
from chalicelib.domain.plan_diff.words import lines
from chalicelib.domain.plan_document.reader import read_plan
from tests.unit.plan_side import random_document, random_plan, seeded

BASE = {
    "schema": 1, "public_base_url": "https://shop.example",
    "hours": {"day": {"zone": "UTC", "open": {"mon": ["08:00-20:00"]}}},
    "channels": {"a": {"kind": "webhook"}, "b": {"kind": "webhook"}},
    "desks": {"d": {"channel": "a", "hours": "day"}, "e": {"channel": "b"}, "f": {"channel": "b"}},
    "purposes": {"order": {"routes": {"world": ["d", "e", "f"]}}, "bill": {"routes": {"world": ["d"]}}},
    "safety": [{"purpose": "order", "min_channels": 2}],
}  # fmt: skip
STEP = re.compile(r"\.?([^.\[\]]+)|\['([^']*)'\]|\[(\d+)\]")


def edited(**edits):
    document = json.loads(json.dumps(BASE))
    for path, value in edits.items():
        *parents, last = path.split("__")
        place = document
        for name in parents:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return told(document)


def told(document):
    found = changes(read_plan(json.dumps(BASE), 1), read_plan(json.dumps(document), 2))
    return [(change.path, change.kind.value, change.before, change.after) for change in found]


def test_plans_that_mean_the_same_do_not_differ_however_they_are_spelled():
    text = json.dumps(BASE).replace('"day"', '"office"').replace("[{", "[ {")
    yaml = "# with comments\n" + json.dumps(BASE, indent=2).replace("{\n", "{ # so\n", 1)[2:]

    assert changes(read_plan(json.dumps(BASE), 1), read_plan(text, 2)) == ()
    assert "# so" in yaml


def test_each_kind_of_change_is_told_with_its_path():
    assert edited(desks__e=None, purposes__order__routes__world=["d", "f"]) == [
        ("desks.e", "removed", {"channel": "b", "ring": 20}, None),
        ("purposes.order.routes.world[1]", "removed", "e", None),
    ]
    assert edited(desks__g={"channel": "a"})[0][:2] == ("desks.g", "added")
    assert edited(purposes__order__deadline="2h") == [
        ("purposes.order.deadline", "changed", "86400s", "7200s")
    ]
    assert edited(safety=[{"purpose": "order", "min_channels": 1}]) == [
        ("safety[0].min_channels", "changed", 2, 1)
    ]


def test_a_route_in_another_order_is_told_as_the_one_move_that_it_takes():
    assert edited(purposes__order__routes__world=["f", "d", "e"]) == [
        ("purposes.order.routes.world", "moved", 2, 0)
    ]


def test_the_order_of_purposes_settles_ties_and_is_told():
    document = BASE | {"purposes": {name: BASE["purposes"][name] for name in ("bill", "order")}}

    [(path, kind, *_)] = told(document)

    assert (path, kind) == ("purposes", "moved")


def test_hours_are_compared_by_what_they_say_not_by_their_name():
    later = {"day": {"zone": "UTC", "open": {"mon": ["09:00-20:00"]}}}

    assert edited(hours=later) == [
        ("desks.d.hours.open.mon[0]", "removed", "08:00-20:00", None),
        ("desks.d.hours.open.mon[0]", "added", None, "09:00-20:00"),
    ]


def test_the_first_plan_and_the_changes_make_the_second_for_any_two_plans():
    rng = seeded(5)
    unlike = 0
    for _ in range(300):
        document = random_document(rng)
        before = read_plan(json.dumps(document), 1)
        after = (
            random_plan(rng, 2) if rng.random() < 0.5 else read_plan(json.dumps(shuffled(document, rng)), 2)
        )

        found = changes(before, after)

        unlike += bool(found)
        start = json.loads(json.dumps(meaning(before)))  # desks may share one value of hours
        assert exact(patched(start, found)) == exact(meaning(after))
    assert unlike > 200


def test_people_read_one_line_for_each_change():
    before, after = json.loads(json.dumps(BASE)), json.loads(json.dumps(BASE))
    after["purposes"]["order"]["routes"]["world"] = ["f", "d", "e"]
    after["purposes"]["order"]["deadline"] = "2h"
    del after["purposes"]["bill"]

    text = lines(changes(read_plan(json.dumps(before), 1), read_plan(json.dumps(after), 2)))

    assert text.splitlines() == [
        "1 removed, 1 changed, 1 moved",
        "> purposes.order.routes.world: f from place 3 to place 1",
        "~ purposes.order.deadline: 86400s -> 7200s",
        '- purposes.bill: {"routes": {"world": ["d"]}, "lane": "normal", "deadline": "86400s"}',
    ]
    assert lines(()) == "both mean the same\n"


def shuffled(document, rng):
    """The same desks in other orders, one purpose's deadline changed."""
    other = json.loads(json.dumps(document))
    for purpose in other["purposes"].values():
        for route in purpose["routes"].values():
            rng.shuffle(route)
            route.sort(key=lambda one: isinstance(one, dict))  # those that share it stand together
        rng.shuffle(purpose["match"])
    rng.choice(list(other["purposes"].values()))["deadline"] = rng.choice(["30m", "4h", "1d"])
    return other


def exact(document):
    """With the order of purposes, which says something, and of no other mapping."""
    return json.dumps(document, sort_keys=True), list(document["purposes"])


def patched(document, found):
    """`document` after all changes, by a reader of our answers that shares no code with what made them."""
    inside = [one for one in found if one.kind is ChangeKind.CHANGED]
    lists, maps = {}, {}
    for one in found:
        if one.kind is ChangeKind.CHANGED:
            continue
        steps = path_of(one.path)
        if one.kind is ChangeKind.MOVED:
            (maps if one.path == "purposes" else lists).setdefault(tuple(steps), []).append(one)
        elif isinstance(steps[-1], int):
            lists.setdefault(tuple(steps[:-1]), []).append(one)
        else:
            maps.setdefault(tuple(steps[:-1]), []).append(one)
    for one in inside:
        put(document, path_of(one.path), one.after)
    for path in sorted(lists, key=len, reverse=True):
        put(document, path, relisted(at(document, path), lists[path]))
    for path in sorted(maps, key=len, reverse=True):
        document = remapped(document, path, maps[path])
    return document


def relisted(values, found):
    gone = {path_of(one.path)[-1] for one in found if one.kind is ChangeKind.REMOVED}
    gone |= {one.before for one in found if one.kind is ChangeKind.MOVED}
    left = iter([value for place, value in enumerate(values) if place not in gone])
    placed = {path_of(one.path)[-1]: one.after for one in found if one.kind is ChangeKind.ADDED}
    placed |= {one.after: one.item for one in found if one.kind is ChangeKind.MOVED}
    size = len(values) - len(gone) + len(placed)
    return [placed[place] if place in placed else next(left) for place in range(size)]


def remapped(document, path, found):
    values = at(document, path)
    gone = {path_of(one.path)[-1] for one in found if one.kind is ChangeKind.REMOVED}
    moved = {one.after: one.item for one in found if one.kind is ChangeKind.MOVED}
    added = {path_of(one.path)[-1]: one for one in found if one.kind is ChangeKind.ADDED}
    if list(path) == ["purposes"]:
        placed = moved | {one.place: name for name, one in added.items()}
        left = iter([name for name in values if name not in gone and name not in moved.values()])
        size = len(values) - len(gone) + len(added)
        names = [placed[place] if place in placed else next(left) for place in range(size)]
    else:
        names = [name for name in values if name not in gone] + list(added)
    new = {name: added[name].after if name in added else values[name] for name in names}
    if not path:
        return new
    put(document, path, new)
    return document


def path_of(path):
    return [int(m[3]) if m[3] is not None else m[1] or m[2] for m in STEP.finditer(path)]


def at(document, path):
    for step in path:
        document = document[step]
    return document


def put(document, path, value):
    at(document, path[:-1])[path[-1]] = value
