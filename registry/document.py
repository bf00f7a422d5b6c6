"""One YAML document as plain values: mappings with text keys, lists, text, numbers, booleans, null.

A stranger may have written it, so only what JSON could say is read: no aliases (so no bombs), no
tags (so no code), no merge keys, no second document, no key twice, nothing deep. A person means
`2026-01-01`, `12:30` or `no` as text more often than as a date, a number or a boolean: what does
not read as JSON is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import yaml

from registry import limits
from registry.errors import BadInput, TooLarge, shown

_PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: Final[dict[str, bool | None]] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}
_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?")


def load_yaml(text: str | bytes, *, name: str = "YAML") -> Any:
    """Parse one document; `BadInput` with the line where it is malformed, `TooLarge` for its size.

    `name` says in errors which document it is.
    """
    if len(text) > limits.SPEC_BYTES_MAX:
        raise TooLarge(f"{name} is larger than {limits.SPEC_BYTES_MAX >> 10} KiB.")
    try:
        return _Reader(name).read(yaml.parse(text, _PARSER))
    except yaml.MarkedYAMLError as bad:
        mark = bad.problem_mark or bad.context_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise BadInput(f"{name}{line}: {bad.problem or 'not YAML'}.") from None
    except (yaml.YAMLError, UnicodeError):
        raise BadInput(f"{name} is not text in UTF-8, or holds control characters.") from None


class _Reader:
    """Builds values from the parser's events, so nothing is resolved that was not asked for."""

    def __init__(self, name: str) -> None:
        self._name = name
        #: containers being filled, outermost first; a mapping with the key that awaits its value
        self._open: list[tuple[list[Any] | dict[str, Any], str | None]] = []
        self._documents: list[Any] = []

    def read(self, events: Iterable[Any]) -> Any:
        for event in events:
            self._take(event)
        return self._documents[0] if self._documents else None

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise self._no(event, "YAML aliases are not accepted; write the value out")
        if isinstance(event, yaml.DocumentStartEvent) and self._documents:
            raise self._no(event, "a file holds one document; remove what follows `---`")
        if getattr(event, "tag", None):
            raise self._no(event, f"YAML tags like {shown(event.tag)} are not accepted")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _start(self, event: Any) -> None:
        if len(self._open) >= limits.JSON_DEPTH_MAX:
            raise self._no(event, f"nested deeper than {limits.JSON_DEPTH_MAX}; flatten it")
        made: list[Any] | dict[str, Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._add(event, made)
        self._open.append((made, None))

    def _scalar(self, event: Any) -> None:
        container, key = self._open[-1] if self._open else ([], None)
        if isinstance(container, list) or key is not None:
            self._add(event, self._resolved(event))
        elif event.value in container:
            raise self._no(event, f"{shown(event.value)} is given twice")
        elif event.value == "<<" and event.implicit[0]:
            raise self._no(event, "YAML merge keys are not accepted; write the values out")
        else:
            self._open[-1] = (container, event.value)

    def _resolved(self, event: Any) -> Any:
        text = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _FLOAT.fullmatch(text):
            return float(text)
        if not _INT.fullmatch(text):
            return text
        try:
            return int(text)
        except ValueError:
            raise self._no(event, "a number of thousands of digits; quote it") from None

    def _add(self, event: Any, value: Any) -> None:
        if not self._open:
            self._documents.append(value)
            return
        container, key = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif key is None:
            raise self._no(event, "a key must be text")
        else:
            container[key] = value
            self._open[-1] = (container, None)

    def _no(self, event: Any, why: str) -> BadInput:
        return BadInput(f"{self._name} line {event.start_mark.line + 1}: {why}.")
