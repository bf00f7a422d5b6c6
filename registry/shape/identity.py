"""Who is a record that has no key? The hash of what it holds, and which repeat of it this is.

A source that grew adds only its new rows, and true repeats both stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import orjson


class Repeats:
    """Ids for rows in order. Remembers what it saw, so one instance must see a whole source."""

    def __init__(self, constants: Mapping[str, Any] | None = None) -> None:
        #: values that every record of the source gets are part of each row
        self._constants = orjson.dumps(dict(constants or {}), option=orjson.OPT_SORT_KEYS)
        self._seen: set[int] = set()
        self._again: dict[str, int] = {}

    def ids(self, rows: Iterable[bytes]) -> Iterator[str]:
        """The hash of each row; from its second occurrence on followed by ":" and the count."""
        seen, constants = self._seen, self._constants
        for row in rows:
            digest = blake2b(row + constants, digest_size=16)
            text = digest.hexdigest()
            # 64 bits suffice to suspect a repeat: a wrong suspicion is the same on every run.
            brief = int.from_bytes(digest.digest()[:8], "little")
            if brief in seen:
                count = self._again[text] = self._again.get(text, 1) + 1
                text = f"{text}:{count}"
            else:
                seen.add(brief)
            yield text


def keyed_row(record: Mapping[str, Any]) -> bytes:
    """A record whose keys say which value is which: their order and empty values do not count."""
    held = {name: value for name, value in record.items() if value is not None}
    return orjson.dumps(held, option=orjson.OPT_SORT_KEYS)
