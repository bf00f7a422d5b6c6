"""Which column of a source goes into which field.

Crosses floors as JSON: {columns, constants, extra}.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from registry import limits
from registry.domain import CollectionSpec
from registry.errors import BadInput, UnknownField, shown
from registry.record import decode
from registry.shape.cells import Format

FORMATS: Final = frozenset(get_args(Format))


@dataclass(frozen=True, slots=True)
class To:
    """A column's field, and how its cells are written (`registry.shape.cells`).

    The field "id" is the record's id.
    """

    field: str
    format: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """`columns`: {header: To}. `constants`: {field: wire value} for every record.

    `extra`: headers kept beside.
    """

    columns: dict[str, To]
    constants: dict[str, Any] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        return {
            "columns": {
                header: {"field": to.field, **({"format": to.format} if to.format else {})}
                for header, to in self.columns.items()
            },
            "constants": self.constants,
            "extra": list(self.extra),
        }

    @classmethod
    def from_wire(cls, data: Any) -> Mapping:
        """The inverse of `to_wire`; `BadInput` for anything else."""
        wrong = BadInput("A mapping is {columns: {header: {field, format?}}, constants?, extra?}.")
        if not isinstance(data, dict) or not data.keys() <= {"columns", "constants", "extra"}:
            raise wrong
        columns, constants = data.get("columns"), data.get("constants", {})
        extra = data.get("extra", [])
        if not (isinstance(columns, dict) and isinstance(constants, dict)):
            raise wrong
        if not isinstance(extra, list) or not all(isinstance(header, str) for header in extra):
            raise wrong
        if len(columns) + len(extra) > limits.COLUMNS_MAX:
            raise BadInput(f"A mapping has at most {limits.COLUMNS_MAX:,} columns.")
        return cls({h: _to(h, to) for h, to in columns.items()}, constants, tuple(extra))

    def check(self, spec: CollectionSpec, where: str) -> None:
        """`BadInput` or `UnknownField` unless it fits the collection: names exist, required fields
        are covered.
        """
        named = [to.field for to in self.columns.values()]
        for name in (*named, *self.constants):
            if name != "id":
                spec.field(name)
        if len(set(named)) != len(named) or set(named) & self.constants.keys():
            raise BadInput("A field is given twice; map one column, or one constant, to each.")
        if "id" in self.constants:
            raise BadInput("id cannot be the same for every record.")
        check_constants(spec, self.constants)
        covered = {*named, *self.constants}
        needed = [name for name, f in spec.fields.items() if f.required or name in spec.key]
        for name in needed:
            if name not in covered:
                raise BadInput(
                    f"{where}.{name} is required and no column of the source fits it; "
                    f"give it with `set` (--set {name}=VALUE), or rename a column to it."
                )


def check_constants(spec: CollectionSpec, constants: MappingOf[str, Any]) -> None:
    """Each constant must be a value of its field."""
    for name, wire in constants.items():
        found = spec.fields.get(name)
        if found is None:
            raise UnknownField(f"`set`: no field {shown(name)}; see describe.")
        value = decode(wire, found.kind, where=f"set {name}")
        if found.enum is not None and value is not None and value not in found.enum:
            raise BadInput(f"set {name} must be one of {', '.join(found.enum[:30])}.")


def _to(header: Any, data: Any) -> To:
    if isinstance(data, str):
        data = {"field": data}
    good = (
        isinstance(header, str)
        and isinstance(data, dict)
        and data.keys() <= {"field", "format"}
        and isinstance(data.get("field"), str)
        and data.get("format", "") in FORMATS
    )
    if not good:
        raise BadInput(
            f"mapping of {shown(header)}: give {{field, format?}}; formats are {sorted(FORMATS)}."
        )
    return To(data["field"], data.get("format", ""))
