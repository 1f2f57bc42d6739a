"""A desk's tokens of the current second in one item per shard, taken by conditional writes."""

from chalicelib.aws.errors import ConditionFailed
from chalicelib.aws.table import Plain, Table

_TRIES = 6
# Containers' clocks differ by less; a second further ahead comes from a broken clock and does not count.
_AHEAD = 60
_TAKE = "#second BETWEEN :second AND :latest AND #left >= :want"
_TURN = "attribute_not_exists(#pk) OR #second < :second OR #second > :latest"


class Tokens:
    """The item keeps what is `left` of its `second`, so no second ever gives more than its own budget.

    A caller whose event started a second ago draws on the item's newer second.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._seen: dict[str, int] = {}

    def lease(self, desk: str, shard: int, want: int, second: int, most: int) -> int:
        """Take up to `want` tokens; 0 when none are left. One write when the guess is right."""
        key = f"tokens#{desk}#{shard}"
        turn = self._seen.get(key, 0) < second
        for _ in range(_TRIES):
            grant = min(want, most) if turn else want
            if grant <= 0:
                return 0
            try:
                self._write(key, grant, second, most, turn=turn)
            except ConditionFailed as refused:
                stored = refused.item
                turn = not stored or not second <= stored["second"] <= second + _AHEAD
                want = want if turn else min(want, stored["left"])
                self._seen[key] = second if turn else stored["second"]
            else:
                self._seen[key] = max(self._seen.get(key, 0), second)
                return grant
        return 0

    def _write(self, key: str, grant: int, second: int, most: int, *, turn: bool) -> None:
        values: Plain = {"second": second, "latest": second + _AHEAD}
        if turn:
            change, only_if = "SET #second = :second, #left = :left", _TURN
            values["left"] = most - grant
        else:
            change, only_if = "SET #left = #left - :want", _TAKE
            values["want"] = grant
        self._table.update({"pk": key, "sk": "t"}, change, only_if, **values)
