"""Which columns of an answer are its keys and which its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from registry.plan import Bucket

NUMERIC: Final = frozenset({"int", "float", "decimal"})
TEMPORAL: Final = frozenset({"date", "time"})
_APART: Final = 20  # times larger: the smaller would not be seen


@dataclass(frozen=True, slots=True)
class Key:
    """A column that tells rows apart. `bucket`: of a time."""

    name: str
    values: tuple[Any, ...]
    type: str = "text"
    bucket: Bucket | None = None

    @property
    def distinct(self) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(self.values))

    @property
    def told(self) -> bool:
        """Whether it tells every row from every other."""
        return len(self.distinct) == len(self.values)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers; `None` is no value."""

    name: str
    values: tuple[float | None, ...]
    unit: str = ""

    @property
    def size(self) -> float:
        return max((abs(v) for v in self.values if v is not None), default=0.0)


def columns_of(answer: dict[str, Any]) -> tuple[list[Key], list[Numbers]]:
    """Keys and numbers of the rows, the number that they are ordered by first."""
    columns, rows = answer["columns"], answer["rows"]
    plan = answer.get("plan") or {}
    grouped = {_group_name(group): group.get("bucket") for group in plan.get("group", ())}
    folded = bool(grouped or plan.get("measures"))
    keys, numbers = [], []
    for place, column in enumerate(columns):
        name, kind = column["name"], column["type"]
        cells = tuple(row[place] for row in rows)
        if name in grouped or (not folded and kind not in NUMERIC):
            keys.append(Key(name, cells, kind, cast("Bucket | None", grouped.get(name))))
        elif kind in NUMERIC:
            numbers.append(Numbers(name, tuple(map(_number, cells)), column.get("unit") or ""))
    first = [order["by"] for order in plan.get("order", ())]
    numbers.sort(key=lambda n: n.name not in first)
    if folded:
        return merged(keys), numbers
    asked = (*first, *plan.get("select", ()))
    return _label(keys), [one for one in numbers if one.name in asked]


def _group_name(group: dict[str, Any]) -> str:
    bucket = group.get("bucket")
    plain = f"{group['field']}_{bucket}" if bucket else group["field"]
    return str(group.get("as") or plain)


def _number(cell: Any) -> float | None:
    """A wire number: decimals and large integers are texts."""
    return None if cell is None else float(cell)


def merged(keys: list[Key]) -> list[Key]:
    """The keys without ids that only tell equal names apart; such a name gets its id behind it."""
    out: list[Key] = []
    for key in keys:
        label = out[-1] if out else None
        if key.type != "ref" or label is None or label.type in TEMPORAL:
            out.append(key)
            continue
        ids: dict[Any, set[Any]] = {}
        names: dict[Any, set[Any]] = {}
        for name, own in zip(label.values, key.values, strict=True):
            ids.setdefault(name, set()).add(own)
            names.setdefault(own, set()).add(name)
        if any(len(found) > 1 for found in names.values()):
            out.append(key)
            continue
        said = (
            name if len(ids[name]) == 1 else f"{text(name)} ({text(own)})"
            for name, own in zip(label.values, key.values, strict=True)
        )
        out[-1] = Key(label.name, tuple(said))
    return out


def _label(keys: list[Key]) -> list[Key]:
    """Of a list of records, the one column that names them best."""
    named = [key for key in keys if key.told and key.name != "id" and key.type == "text"]
    return (named or [key for key in keys if key.told])[:1]


def text(cell: Any) -> str:
    """A key's value as a label."""
    return "–" if cell is None else str(cell)


def alike(numbers: Sequence[Numbers]) -> list[Numbers]:
    """Those that can stand beside the first on one axis: of its unit, and of about its size."""
    size = numbers[0].size
    return [
        one
        for one in numbers
        if one.unit == numbers[0].unit and size <= one.size * _APART and one.size <= size * _APART
    ]
