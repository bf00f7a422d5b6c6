"""JSON and JSON Lines: an array of objects, an object of arrays of objects (tables), or a single
object.

Lines and arrays stream, one bounded object at a time; only a document that is one object is read as
a whole. Integers past 64 bits become text, exactly. An item that is no object is a row of its own
with one column, `value`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import IO, Any, Final, NoReturn

import orjson

from mcp_servers.readers.table import BATCH_ROWS, Batch, Column, Cut, Table, check_width
from registry import limits
from registry.errors import BadInput, TooLarge, shown

_CHUNK_BYTES: Final = 256 << 10
_WHOLE_BYTES_MAX: Final = 64 << 20
_KEY_CHARS_MAX: Final = 250
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_LONG_NUMBER: Final = re.compile(rb"\d{19}")
OpenStream = Callable[[], IO[bytes]]
#: (line, object) or (line, reason)
Item = tuple[int, Any]


class _Bad(str):
    """Why an item is not one; takes the item's place."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _whole(text: str) -> int | str:
    """An integer, or its digits as text when no store has an integer that long."""
    if len(text) > 20:
        return text
    number = int(text)
    return number if -(2**63) <= number < 2**63 else text


_EXACT: Final = json.JSONDecoder(parse_constant=_no_constant, parse_int=_whole)


def read_json_lines(name: str, open_stream: OpenStream) -> Table:
    """One object per line."""
    return _table(name, lambda: _lines(open_stream))


def read_json(name: str, open_stream: OpenStream) -> list[Table]:
    """The tables of a document; JSON Lines under another name are recognized."""
    with open_stream() as stream:
        try:
            head = stream.read(_CHUNK_BYTES)
        except Cut as cut:
            raise BadInput(f"{shown(name)}: {cut}.") from None
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"["):
        return [_table(name, lambda: _array(open_stream))]
    if _is_lines(text):
        return [read_json_lines(name, open_stream)]
    return _document(name, open_stream)


def _is_lines(text: bytes) -> bool:
    first, newline, rest = text.partition(b"\n")
    try:
        return isinstance(orjson.loads(first), dict) and bool(newline and rest.strip())
    except orjson.JSONDecodeError:
        return False


def _document(name: str, open_stream: OpenStream) -> list[Table]:
    with open_stream() as stream:
        raw = stream.read(_WHOLE_BYTES_MAX + 1)
    if len(raw) > _WHOLE_BYTES_MAX:
        raise TooLarge(
            f"{shown(name)} is one JSON object of more than {_WHOLE_BYTES_MAX >> 20} MiB; "
            "save it as JSON Lines."
        )
    try:
        data = _loads(raw.removeprefix(codecs.BOM_UTF8).strip())
    except ValueError as bad:
        raise BadInput(f"{shown(name)} is not JSON: {bad}.") from None
    if not isinstance(data, dict):
        raise BadInput(f"{shown(name)} holds no objects.")
    tables = {
        key: value
        for key, value in data.items()
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
    }
    if not tables:
        return [_table(name, lambda: [(1, data)])]
    if len(tables) > limits.COLLECTIONS_MAX:
        raise TooLarge(f"{shown(name)} holds {len(tables):,} tables; split it.")
    out = [_table(key, partial(enumerate, rows, 1)) for key, rows in tables.items()]
    rest = {key: value for key, value in data.items() if key not in tables}
    if rest:
        out[0].notes.append(f"beside the tables, {len(rest)} keys of the document were left out")
    return out


def _loads(raw: bytes) -> Any:
    """One JSON text; `ValueError` when it is not. Integers past 64 bits take the exact way."""
    if _LONG_NUMBER.search(raw):
        try:
            return _EXACT.decode(raw.decode())
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
    return orjson.loads(raw)


def _lines(open_stream: OpenStream) -> Iterator[Item]:
    with open_stream() as stream:
        number = 0
        while line := stream.readline(limits.RECORD_BYTES_MAX * 2):
            number += 1
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if not line.strip():
                continue
            if not line.endswith(b"\n") and len(line) == limits.RECORD_BYTES_MAX * 2:
                raise TooLarge(f"line {number} is longer than {len(line) >> 20} MiB.")
            try:
                yield number, _loads(line.strip())
            except ValueError as bad:
                yield number, _Bad(f"the line is not JSON: {_brief(bad)}")


def _array(open_stream: OpenStream) -> Iterator[Item]:
    """The items of a top-level array, decoded one by one from a sliding window of text."""
    with open_stream() as stream:
        window = _Window(stream)
        window.expect("[")
        number = 0
        if window.peek() == "]":
            return
        while True:
            number += 1
            yield number, window.item(number)
            mark = window.peek()
            window.at += 1
            if mark == "]":
                return
            if mark != ",":
                raise Cut(f"after item {number} the array is not JSON")


class _Window:
    """Decoded text of a stream from `at` on; grows while an item is incomplete."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._ended = False
        self.at = 0

    def _grow(self) -> bool:
        if self._ended:
            return False
        raw = self._stream.read(_CHUNK_BYTES)
        self._ended = not raw
        try:
            fresh = self._decode.decode(raw, final=self._ended)
        except UnicodeDecodeError:
            raise Cut("the text is not UTF-8") from None
        self._text, self.at = self._text[self.at :] + fresh, 0
        return True

    def peek(self) -> str:
        """The next character that is not space; "" at the end."""
        while True:
            found = _SPACE.match(self._text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self._text):
                return self._text[self.at]
            if not self._grow():
                return ""

    def expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise BadInput(f"The document does not begin with {mark}.")
        self.at += 1

    def item(self, number: int) -> Any:
        self.peek()
        while True:
            try:
                value, end = _EXACT.raw_decode(self._text, self.at)
            except RecursionError:
                raise Cut(f"item {number} is nested too deeply") from None
            except ValueError as bad:
                if self._too_long() or not self._grow():
                    raise Cut(f"item {number} is not JSON: {_brief(bad)}") from None
                continue
            # A number at the very end may go on in the next chunk.
            if end < len(self._text) or not self._grow():
                self.at = end if end <= len(self._text) else self.at
                return value

    def _too_long(self) -> bool:
        return len(self._text) - self.at > 2 * limits.RECORD_BYTES_MAX


def _brief(bad: ValueError) -> str:
    return str(bad).split(": line")[0][:100]


# -- items as rows -------------------------------------------------------------------------------


def _table(name: str, items: Callable[[], Iterable[Item]]) -> Table:
    sample: list[Any] = []
    try:
        sample = [value for _, value in islice(items(), limits.PEEK_ROWS_MAX)]
    except Cut as cut:
        raise BadInput(f"{shown(name)}: {cut}.") from None
    headers = _headers(sample)
    good = [value for value in sample if not isinstance(value, _Bad)]
    if not good:
        reason = next((str(v) for v in sample if isinstance(v, _Bad)), "it is empty")
        raise BadInput(f"{shown(name)} holds no JSON objects: {reason}.")
    check_width(len(headers), shown(name))
    if any(len(header) > _KEY_CHARS_MAX for header in headers):
        raise TooLarge(
            f"{shown(name)} has keys longer than {_KEY_CHARS_MAX} characters; use lists."
        )
    return Table(
        name,
        tuple(map(Column, headers)),
        True,
        lambda: _batches(items(), headers),
        keyed=True,
    )


def _headers(sample: list[Any]) -> list[str]:
    seen: dict[str, None] = {}
    for value in sample:
        if isinstance(value, _Bad):
            continue
        seen.update(dict.fromkeys(value if isinstance(value, dict) else ("value",)))
    return list(seen)


def _batches(items: Iterable[Item], headers: list[str]) -> Iterator[Batch]:
    known = set(headers)
    stream = iter(items)
    stopped: Exception | None = None
    while stopped is None:
        chunk: list[Item] = []
        try:
            for item in stream:
                chunk.append(item)
                if len(chunk) == BATCH_ROWS:
                    break
        except (Cut, TooLarge) as bad:
            stopped = bad
        if chunk:
            yield _batch(chunk, headers, known)
        if len(chunk) < BATCH_ROWS and stopped is None:
            return
    raise stopped


def _batch(chunk: list[Item], headers: list[str], known: set[str]) -> Batch:
    out = Batch([], [])
    lines: list[int] = []
    spills: list[dict[str, Any] | None] = []
    for line, value in chunk:
        if isinstance(value, _Bad):
            out.faults.append((line, str(value)))
            continue
        if not isinstance(value, dict):
            value = {"value": value}
        out.rows.append([value.get(h) for h in headers])
        lines.append(line)
        late = value.keys() - known
        spills.append({h: value[h] for h in late} if late else None)
    out.lines = lines
    out.spill = spills if any(spills) else None
    return out
