"""Wire records to drafts and rows back. What a record may hold is decided here, for every way in.

A record on the wire is one flat object: `{"id"?, field: value…, "extra"?: {…}}`. Fields it leaves
out are null. Its id is

- the collection's key, where it has one: the value's wire text; several key fields are joined with
  "|", and "|" and "\\" inside a value are escaped with "\\". An `id` given as well must agree.
  A key over `ID_CHARS_MAX` is hashed;
- else the caller's `id`; else one is made: from the idempotency key and the place in the call (so
  that the retry is the same record), or from the clock and chance, rising with time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mcp_servers.ports import Draft, Row
from mcp_servers.serving.schema import nearest
from registry import limits
from registry.domain import CollectionSpec
from registry.errors import BadInput, IsothermError, TooLarge, UnknownField, shown
from registry.record import JSON, Canonical, canonical_json, check_id, decode, encode, row_hash

#: makes the id of a record that has neither key nor id; gets its place in the call
MakeId = Callable[[int], str]
_OURS: Final = ("version", "tier")
_SAME_ON_WIRE: Final = frozenset({"text", "ref", "float"})


class Codec:
    """One collection's records, in and out. Made once per spec; what is asked of every value is
    looked up here.
    """

    def __init__(self, spec: CollectionSpec) -> None:
        self.spec = spec
        self._kinds = {name: field.kind for name, field in spec.fields.items()}
        self._plain = {name for name, f in spec.fields.items() if f.type in _SAME_ON_WIRE}
        self._enums = {name: frozenset(f.enum) for name, f in spec.fields.items() if f.enum}

    # -- in

    def drafts(
        self, records: Sequence[Any], make_id: MakeId, *, partial: bool
    ) -> tuple[list[Draft], list[tuple[int, str]]]:
        """(drafts, [(line, reason)] of bad records). Without `partial` the first bad one raises."""
        good: list[Draft] = []
        bad: list[tuple[int, str]] = []
        for place, record in enumerate(records):
            try:
                good.append(self.draft(record, place=place, make_id=make_id))
            except IsothermError as no:
                if not partial:
                    raise
                bad.append((place + 1, no.message))
        return good, bad

    def draft(self, record: Any, *, place: int, make_id: MakeId) -> Draft:
        """One checked record; an error names `records[place].field`."""
        where = f"records[{place}]"
        if not isinstance(record, dict):
            raise BadInput(f"{where} must be an object, got {type(record).__name__}.")
        values = self._values(record, where)
        extra = record.get("extra")
        if extra is not None and not isinstance(extra, dict):
            raise BadInput(f"{where}.extra must be an object, got {type(extra).__name__}.")
        held = canonical_json(extra, f"{where}.extra") if extra else None
        _check_size(values, held, where)
        return Draft(self._id(record, values, where) or make_id(place), values, held, place + 1)

    def _values(self, record: dict[str, Any], where: str) -> dict[str, Canonical]:
        values: dict[str, Canonical] = {}
        for name, wire in record.items():
            kind = self._kinds.get(name)
            if kind is None:
                if name not in ("id", "extra"):
                    raise _unknown(self.spec, name, where)
                continue
            value = values[name] = decode(wire, kind, where=f"{where}.{name}")
            if name in self._enums and value is not None and value not in self._enums[name]:
                allowed = ", ".join((self.spec.fields[name].enum or ())[:30])
                raise BadInput(f"{where}.{name} must be one of {allowed}; got {shown(value)}.")
        for name in self.spec.required:
            if values.get(name) is None:
                about = self.spec.fields[name].description or name
                raise BadInput(f"{where}.{name} is required: {about}")
        return values

    def _id(
        self, record: dict[str, Any], values: Mapping[str, Canonical], where: str
    ) -> str | None:
        given = record.get("id")
        if given is not None:
            check_id(given, f"{where}.id")
        if not self.spec.key or self.spec.key == ("id",):
            return given
        key = key_id(self.spec, values, where=where)
        if given is not None and given != key:
            raise BadInput(
                f"{where}.id is {shown(given)}, but its key says {shown(key)}; leave out id."
            )
        return key

    # -- out

    def to_wire(self, row: Row) -> dict[str, Any]:
        """A row as a record: `id`, `version`, fields that have a value, `extra`, and its `tier`.

        A declared field called `tier` wins over the row's own.
        """
        out: dict[str, Any] = {"id": row.id, "version": row.version}
        plain, kinds = self._plain, self._kinds
        for name, value in row.values.items():
            if name in plain:
                if value is not None:
                    out[name] = value
            elif value is not None and (kind := kinds.get(name)) is not None:
                out[name] = encode(value, kind)
        if row.extra is not None:
            out["extra"] = encode(row.extra, JSON)
        if "tier" not in out:
            out["tier"] = row.tier.value
        return out

    def covers(self, rows: Sequence[Row]) -> bool:
        """Whether every field of the rows is known here; else the spec has moved on."""
        known = self._kinds.keys()
        return all(row.values.keys() <= known for row in rows)


def _unknown(spec: CollectionSpec, name: str, where: str) -> UnknownField:
    if name in _OURS:
        return UnknownField(
            f"{where}: {name} is kept by the store; leave it out "
            "(`expected_version` guards an update)."
        )
    hint = nearest(name, [*spec.fields, "id", "extra"])
    return UnknownField(
        f"{where} has no field {shown(name)}.{hint} What is not declared goes into `extra`."
    )


def _check_size(values: Mapping[str, Canonical], extra: str | None, where: str) -> None:
    size = len(extra) if extra else 0
    for value in values.values():
        if value.__class__ is str or value.__class__ is bytes:
            size += len(value)
    if size > limits.RECORD_BYTES_MAX:
        raise TooLarge(f"{where} is larger than {limits.RECORD_BYTES_MAX >> 10} KiB; split it.")


def key_id(spec: CollectionSpec, values: Mapping[str, Canonical], *, where: str = "record") -> str:
    """The id that canonical values have under the collection's key; `BadInput` when a part is
    missing.
    """
    parts = []
    for name in spec.key:
        value = values.get(name)
        if value is None or value == "":
            raise BadInput(f"{where}.{name} is part of the key and cannot be empty.")
        wire = encode(value, spec.fields[name].kind)
        parts.append(wire if isinstance(wire, str) else canonical_json(wire))
    if len(parts) > 1:
        parts = [part.replace("\\", "\\\\").replace("|", "\\|") for part in parts]
    joined = "|".join(parts)
    return joined if len(joined) <= limits.ID_CHARS_MAX else row_hash([joined])
