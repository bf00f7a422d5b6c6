"""The text block of a tool result, for hosts that show their model text only.

One sentence, then the rows as tab-separated lines. Stored text is data: control, bidi and invisible
characters are escaped, a value never breaks out of its cell, and the whole is bounded and says when
it was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import orjson

from registry.limits import TEXT_BLOCK_CHARS_MAX

#: C0/C1 controls, line separators, zero-width and bidi marks, surrogates, tags. Joiners stay:
#: scripts need them.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_CELL_CHARS_MAX: Final = 1_000
_CUT_CHARS: Final = 120  # kept free for the line that says what was cut


def escape(text: str) -> str:
    """One line of harmless text."""
    if text.isprintable():
        return text
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def cell(value: Any) -> str:
    """A wire value in one cell; null is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return escape(value[:_CELL_CHARS_MAX] + ("…" if len(value) > _CELL_CHARS_MAX else ""))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return escape(orjson.dumps(value).decode()[:_CELL_CHARS_MAX])


def block(sentence: str, data: Mapping[str, Any]) -> str:
    """The sentence (may have lines) and the rows in `data`, if it holds any, within
    `TEXT_BLOCK_CHARS_MAX`.
    """
    head = "\n".join(escape(line) for line in sentence.split("\n"))
    lines = _lines(data)
    if lines is None:
        if not head:
            head = escape(orjson.dumps(data, default=str).decode())
        return _cut(head)
    return _fill([head] if head else [], *lines)


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_BLOCK_CHARS_MAX else text[: TEXT_BLOCK_CHARS_MAX - 1] + "…"


def _fill(out: list[str], total: int, lines: Iterator[str]) -> str:
    """As many of the `total` lines as fit; the others are never made."""
    left = TEXT_BLOCK_CHARS_MAX - _CUT_CHARS - sum(len(line) + 1 for line in out)
    hidden = total
    for line in lines:
        if len(line) > left:
            break
        left -= len(line) + 1
        out.append(line)
        hidden -= 1
    if hidden:
        out.append(f"… {hidden} more not shown in this text; ask for fewer rows or columns.")
    return _cut("\n".join(out))


def _lines(data: Mapping[str, Any]) -> tuple[int, Iterator[str]] | None:
    """(how many lines, the lines) of the rows in `data`."""
    columns, rows = data.get("columns"), data.get("rows")
    if isinstance(columns, list) and isinstance(rows, list):
        return _table([str(c["name"]) for c in columns], len(rows) if columns else 0, rows)
    for name in ("records", "hits"):
        found = data.get(name)
        if isinstance(found, list) and all(isinstance(item, dict) for item in found):
            names = list(dict.fromkeys(name for record in found for name in record))
            rows = ([record.get(name) for name in names] for record in found)
            return _table(names, len(found), rows)
    return None


def _table(
    names: list[str], count: int, rows: Iterable[Sequence[Any]]
) -> tuple[int, Iterator[str]]:
    if not count:
        return 0, iter(())
    lines = chain([names], rows)
    return count + 1, ("\t".join(cell(value) for value in line) for line in lines)
