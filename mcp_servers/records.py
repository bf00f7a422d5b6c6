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
from mcp_servers.schema import nearest
from registry import limits
from registry.domain import CollectionSpec, FieldSpec
from registry.errors import BadInput, IsothermError, TooLarge, UnknownField, shown
from registry.record import JSON, Canonical, canonical_json, check_id, decode, encode, row_hash

#: makes the id of a record that has neither key nor id; gets its place in the call
MakeId = Callable[[int], str]
_OURS: Final = ("version", "tier")


def draft(spec: CollectionSpec, record: Any, *, place: int, make_id: MakeId) -> Draft:
    """One checked record; an error names `records[place].field`."""
    where = f"records[{place}]"
    if not isinstance(record, dict):
        raise BadInput(f"{where} must be an object, got {type(record).__name__}.")
    values = _values(spec, record, where)
    extra = record.get("extra")
    if extra is not None and not isinstance(extra, dict):
        raise BadInput(f"{where}.extra must be an object, got {type(extra).__name__}.")
    held = canonical_json(extra, f"{where}.extra") if extra else None
    _check_size(values, held, where)
    return Draft(_id(spec, record, values, where) or make_id(place), values, held, place + 1)


def drafts(
    spec: CollectionSpec, records: Sequence[Any], make_id: MakeId, *, partial: bool
) -> tuple[list[Draft], list[tuple[int, str]]]:
    """(drafts, [(line, reason)] of bad records). Without `partial` the first bad one raises."""
    good: list[Draft] = []
    bad: list[tuple[int, str]] = []
    for place, record in enumerate(records):
        try:
            good.append(draft(spec, record, place=place, make_id=make_id))
        except IsothermError as no:
            if not partial:
                raise
            bad.append((place + 1, no.message))
    return good, bad


def _values(spec: CollectionSpec, record: dict[str, Any], where: str) -> dict[str, Canonical]:
    values: dict[str, Canonical] = {}
    fields = spec.fields
    for name, wire in record.items():
        field = fields.get(name)
        if field is not None:
            values[name] = _value(field, wire, f"{where}.{name}")
        elif name not in ("id", "extra"):
            raise _unknown(spec, name, where)
    for name in spec.required:
        if values.get(name) is None:
            raise BadInput(f"{where}.{name} is required: {fields[name].description or name}")
    return values


def _value(field: FieldSpec, wire: Any, where: str) -> Canonical:
    value = decode(wire, field.kind, where=where)
    if field.enum is not None and value is not None and value not in field.enum:
        allowed = ", ".join(field.enum[:30])
        raise BadInput(f"{where} must be one of {allowed}; got {shown(value)}.")
    return value


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
    size = len(extra or "") + sum(len(v) for v in values.values() if isinstance(v, (str, bytes)))
    if size > limits.RECORD_BYTES_MAX:
        raise TooLarge(f"{where} is larger than {limits.RECORD_BYTES_MAX >> 10} KiB; split it.")


def _id(
    spec: CollectionSpec, record: dict[str, Any], values: Mapping[str, Canonical], where: str
) -> str | None:
    given = record.get("id")
    if given is not None:
        check_id(given, f"{where}.id")
    if not spec.key or spec.key == ("id",):
        return given
    key = key_id(spec, values, where=where)
    if given is not None and given != key:
        raise BadInput(
            f"{where}.id is {shown(given)}, but its key says {shown(key)}; leave out id."
        )
    return key


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


def to_wire(spec: CollectionSpec, row: Row) -> dict[str, Any]:
    """A row as a record: `id`, `version`, the fields that have a value, `extra`, and its `tier`."""
    fields = spec.fields
    out: dict[str, Any] = {"id": row.id, "version": row.version}
    for name, value in row.values.items():
        if value is not None and (field := fields.get(name)) is not None:
            out[name] = encode(value, field.kind)
    if row.extra is not None:
        out["extra"] = encode(row.extra, JSON)
    out.setdefault("tier", row.tier.value)
    return out
