"""Canonical values: one closed set of types, one encoding, the same in every store.

A value has three forms. *Wire*: what JSON carries. *Canonical*: what stores hold and compare (a
plain scalar). *Text*: what a file holds. `decode` and `encode` join wire and canonical and are
inverse; `parse` reads text.

    type      canonical                     wire
    text      str, no NUL, no surrogate     string
    int       int64                         number, a string past ±2^53
    float     finite float, no −0.0         number
    decimal   int, scaled by 10^scale       string "12.30"
    bool      0 | 1                         true | false
    date      int, days since 1970-01-01    "2026-11-23"
    time      int, µs since 1970 UTC        "2026-11-23T08:00:00Z", with .ffffff when not whole
    json      str, compact, keys sorted     any JSON
    bytes     bytes                         base64 string
    ref       str, an id                    string

What cannot be held exactly is refused with a reason (`BadInput`), never rounded or coerced.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import orjson

from registry import limits
from registry.errors import BadInput, TooLarge, shown
from registry.moment import US_DAY, date_days, date_text, time_text, time_us

TypeName: TypeAlias = Literal[
    "text", "int", "float", "decimal", "bool", "date", "time", "json", "bytes", "ref"
]
Canonical: TypeAlias = str | int | float | bytes | None
NUMERIC: Final = frozenset({"int", "float", "decimal"})
TEMPORAL: Final = frozenset({"date", "time"})
INT64_MAX: Final = 2**63 - 1
INT_EXACT_MAX: Final = 2**53
_INT = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DECIMAL = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_DECIMAL_CHARS_MAX: Final = 64
_LONG_DIGITS = re.compile(r"\d{19}", re.ASCII)
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0"})


@dataclass(frozen=True, slots=True)
class Type:
    """A type's name and, for `decimal`, the digits after the point."""

    name: TypeName
    scale: int = 0


TEXT, INT, FLOAT, BOOL, TIME, JSON = (
    Type("text"),
    Type("int"),
    Type("float"),
    Type("bool"),
    Type("time"),
    Type("json"),
)


# -- wire -> canonical ---------------------------------------------------------------------------


def decode(wire: Any, kind: Type, *, where: str = "value") -> Canonical:
    """A strict JSON value as its canonical form; `None` stays `None`.

    `where` names it in errors.
    """
    if wire is None:
        return None
    return _DECODERS[kind.name](wire, kind, where)


def _wrong(where: str, kind: Type, wire: object) -> BadInput:
    return BadInput(
        f"{where} must be {_EXPECTS[kind.name]}, got {type(wire).__name__} {shown(wire)}."
    )


def _text(wire: Any, kind: Type, where: str) -> str:
    if not isinstance(wire, str):
        raise _wrong(where, kind, wire)
    return check_text(wire, where)


def check_text(text: str, where: str) -> str:
    """`text` itself, or `BadInput` where a store could not give it back unchanged."""
    if len(text) > limits.TEXT_BYTES_MAX:
        raise _too_long(where)
    if "\x00" in text:
        raise BadInput(f"{where} holds a NUL character, which no store keeps; remove it.")
    if not text.isascii():
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise BadInput(
                f"{where} holds a lone surrogate, which is not valid Unicode; remove it."
            ) from None
        if size > limits.TEXT_BYTES_MAX:
            raise _too_long(where)
    return text


def _too_long(where: str) -> TooLarge:
    return TooLarge(f"{where} is longer than {limits.TEXT_BYTES_MAX:,} bytes; shorten or split it.")


def _int(wire: Any, kind: Type, where: str) -> int:
    if isinstance(wire, str) and _INT.fullmatch(wire) and abs(int(wire)) > INT_EXACT_MAX:
        wire = int(wire)
    if isinstance(wire, bool) or not isinstance(wire, int):
        raise _wrong(where, kind, wire)
    if not -INT64_MAX - 1 <= wire <= INT64_MAX:
        raise BadInput(
            f"{where} is outside the 64-bit integers; declare the field as text or decimal."
        )
    return wire


def _float(wire: Any, kind: Type, where: str) -> float:
    if isinstance(wire, bool) or not isinstance(wire, (int, float)):
        raise _wrong(where, kind, wire)
    if isinstance(wire, int) and abs(wire) > INT_EXACT_MAX and not _exact(wire):
        raise BadInput(f"{where} is an integer past 2^53 that a float cannot hold exactly.")
    value = float(wire)
    if not math.isfinite(value):
        raise BadInput(f"{where} is not a finite number; leave it out instead.")
    return value + 0.0


def _exact(whole: int) -> bool:
    # JavaScript writes the float 1e17 without its point
    try:
        return int(float(whole)) == whole
    except OverflowError:
        return False


def _decimal(wire: Any, kind: Type, where: str) -> int:
    if isinstance(wire, bool) or not isinstance(wire, (str, int)):
        raise _wrong(where, kind, wire)
    scaled = wire * 10**kind.scale if isinstance(wire, int) else _scaled(wire, kind, where)
    if abs(scaled) > INT64_MAX:
        raise BadInput(
            f"{where} is too large for a decimal with {kind.scale} digits after the point."
        )
    return scaled


def _scaled(text: str, kind: Type, where: str) -> int:
    found = _DECIMAL.fullmatch(text) if len(text) <= _DECIMAL_CHARS_MAX else None
    if found is None or not (found[2] or found[3]):
        raise _wrong(where, kind, text)
    sign, whole, fraction, exponent = found.groups("")
    if not exponent and len(fraction) <= kind.scale:
        return int(f"{sign}{whole}{fraction.ljust(kind.scale, '0')}" or 0)
    digits = (whole + fraction).lstrip("0")
    cut = len(fraction) - int(exponent or 0) - kind.scale
    if cut > 0:
        if digits[-cut:].strip("0"):
            raise BadInput(
                f"{where} has more than {kind.scale} digits after the point: {shown(text)}."
            )
        digits = digits[:-cut]
    value = int(digits or "0") * 10 ** max(0, -cut) if digits else 0
    return -value if sign == "-" else value


def _bool(wire: Any, kind: Type, where: str) -> int:
    if not isinstance(wire, bool):
        raise _wrong(where, kind, wire)
    return int(wire)


def _date(wire: Any, kind: Type, where: str) -> int:
    return _calendar(date_days, wire, kind, where)


def _time(wire: Any, kind: Type, where: str) -> int:
    return _calendar(time_us, wire, kind, where)


def _calendar(read: Callable[[str], int | None], wire: Any, kind: Type, where: str) -> int:
    if not isinstance(wire, str):
        raise _wrong(where, kind, wire)
    try:
        found = read(wire)
    except ValueError as bad:
        raise BadInput(f"{where} {bad}.") from None
    if found is None:
        raise _wrong(where, kind, wire)
    return found


def _json(wire: Any, kind: Type, where: str) -> str:
    return canonical_json(wire, where)


def canonical_json(value: Any, where: str = "value") -> str:
    """Compact JSON with sorted keys.

    Refuses depth, NaN, integers past 64 bits and text that no store keeps.
    """
    _check_json(value, where, limits.JSON_DEPTH_MAX)
    try:
        out = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as bad:
        raise BadInput(f"{where} is not JSON that can be stored: {bad}.") from None
    if len(out) > limits.TEXT_BYTES_MAX:
        raise TooLarge(
            f"{where} is longer than {limits.TEXT_BYTES_MAX:,} bytes as JSON; shorten or split it."
        )
    return out.decode()


def _check_json(value: Any, where: str, depth: int) -> None:
    if depth < 0:
        raise TooLarge(f"{where} is nested deeper than {limits.JSON_DEPTH_MAX}; flatten it.")
    if isinstance(value, str):
        check_text(value, where)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise BadInput(f"{where} holds a number that is not finite; leave it out instead.")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise BadInput(f"{where} holds the key {shown(key)}; a key of JSON is text.")
            check_text(key, where)
            _check_json(item, where, depth - 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_json(item, where, depth - 1)


def _bytes(wire: Any, kind: Type, where: str) -> bytes:
    if not isinstance(wire, str):
        raise _wrong(where, kind, wire)
    if len(wire) > limits.TEXT_BYTES_MAX * 4 // 3 + 4:
        raise TooLarge(
            f"{where} is longer than {limits.TEXT_BYTES_MAX:,} bytes; store a reference instead."
        )
    try:
        return base64.b64decode(wire, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(where, kind, wire) from None


def _ref(wire: Any, kind: Type, where: str) -> str:
    if not isinstance(wire, str):
        raise _wrong(where, kind, wire)
    return check_id(wire, where)


def check_id(wire: Any, where: str = "id") -> str:
    """A record's id: 1 to `ID_CHARS_MAX` characters of text."""
    if not isinstance(wire, str):
        raise BadInput(f"{where} must be a string, got {type(wire).__name__} {shown(wire)}.")
    if not 0 < len(wire) <= limits.ID_CHARS_MAX:
        raise BadInput(f"{where} must have 1 to {limits.ID_CHARS_MAX} characters.")
    return check_text(wire, where)


_EXPECTS: Final[dict[str, str]] = {
    "text": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": 'a decimal string like "12.30"',
    "bool": "true or false",
    "date": 'a date like "2026-11-23"',
    "time": 'a time like "2026-11-23T08:00:00Z"',
    "json": "JSON",
    "bytes": "base64 text",
    "ref": "an id (text)",
}
_Codec: TypeAlias = Callable[[Any, Type, str], Canonical]
_DECODERS: Final[dict[str, _Codec]] = {
    "text": _text,
    "int": _int,
    "float": _float,
    "decimal": _decimal,
    "bool": _bool,
    "date": _date,
    "time": _time,
    "json": _json,
    "bytes": _bytes,
    "ref": _ref,
}


# -- canonical -> wire ---------------------------------------------------------------------------


def encode(value: Canonical, kind: Type) -> Any:
    """The JSON form of a canonical value; the inverse of `decode`."""
    if value is None:
        return None
    encoder = _ENCODERS.get(kind.name)
    return value if encoder is None else encoder(value, kind)


def _decimal_text(value: Any, kind: Type) -> str:
    if not kind.scale:
        return str(value)
    whole, fraction = divmod(abs(value), 10**kind.scale)
    return f"{'-' if value < 0 else ''}{whole}.{fraction:0{kind.scale}}"


_ENCODERS: Final[dict[str, Any]] = {
    "int": lambda v, _: v if -INT_EXACT_MAX <= v <= INT_EXACT_MAX else str(v),
    "decimal": _decimal_text,
    "bool": lambda v, _: bool(v),
    "date": lambda v, _: date_text(v),
    "time": lambda v, _: time_text(v),
    "json": lambda v, _: orjson.loads(v),
    "bytes": lambda v, _: base64.b64encode(v).decode(),
}


# -- text -> canonical ---------------------------------------------------------------------------


def parse(text: str, kind: Type, *, where: str = "value") -> Canonical:
    """A cell of a file as its canonical form; an empty cell is `None` for all but text."""
    if kind.name == "text":
        return check_text(text, where)
    text = text.strip()
    if not text:
        return None
    return _PARSERS[kind.name](text, kind, where)


def _parse_int(text: str, kind: Type, where: str) -> int:
    if not _INT.fullmatch(text):
        raise _wrong(where, kind, text)
    return _int(int(text), kind, where)


def _parse_float(text: str, kind: Type, where: str) -> float:
    if not _FLOAT.fullmatch(text):
        raise _wrong(where, kind, text)
    value = float(text)
    if not math.isfinite(value):
        raise BadInput(f"{where} is not a finite number; leave it out instead.")
    return value + 0.0


def _parse_bool(text: str, kind: Type, where: str) -> int:
    low = text.lower()
    if low in _TRUE:
        return 1
    if low in _FALSE:
        return 0
    raise _wrong(where, kind, text)


def _parse_date(text: str, kind: Type, where: str) -> int:
    if len(text) == len("YYYY-MM-DD") and text[4] == text[7] == "-":
        return _date(text, kind, where)
    days, rest = divmod(_time(text, TIME, where), US_DAY)
    if rest:
        raise _wrong(where, kind, text)
    return days


def _parse_json(text: str, kind: Type, where: str) -> str | None:
    try:
        value = orjson.loads(text)
        if _LONG_DIGITS.search(text):  # orjson would read an integer past 64 bits as a float
            value = json.loads(text)
    except ValueError:
        raise _wrong(where, kind, text) from None
    return None if value is None else canonical_json(value, where)


_PARSERS: Final[dict[str, _Codec]] = {
    "int": _parse_int,
    "float": _parse_float,
    "decimal": _decimal,
    "bool": _parse_bool,
    "date": _parse_date,
    "time": _time,
    "json": _parse_json,
    "bytes": _bytes,
    "ref": _ref,
}


# -- identity ------------------------------------------------------------------------------------


def row_hash(cells: list[Any]) -> str:
    """128 bits of blake2b over a row of JSON-able cells: the id of a row that has no key."""
    return hashlib.blake2b(orjson.dumps(cells), digest_size=16).hexdigest()
