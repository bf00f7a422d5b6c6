"""Valid names from what people and files call things: fields, collections, domains
(`registry.domain.NAME`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from registry.domain import NAME_CHARS_MAX, RESERVED_DOMAINS, RESERVED_FIELDS
from registry.shape.headers import words_of

FIELD_CHARS_MAX: Final = 48


def field_name(header: str, position: int) -> str:
    """A valid field name; a header without a usable letter becomes `column_N`."""
    name = "_".join(words_of(header))[:FIELD_CHARS_MAX].rstrip("_")
    if not name:
        return f"column_{position}"
    if not name[0].isalpha():
        name = f"n{name}"
    return f"{name}_value" if name in RESERVED_FIELDS else name


def field_names(headers: Iterable[str]) -> list[str]:
    """Valid, distinct names for all headers, in order."""
    out: list[str] = []
    taken: set[str] = set()
    for position, header in enumerate(headers, 1):
        base = name = field_name(header, position)
        count = 1
        while name in taken:
            count += 1
            name = f"{base}_n{count}"
        taken.add(name)
        out.append(name)
    return out


def domain_name(stem: str, taken: Iterable[str] = ()) -> str:
    """A valid domain name that is not among `taken`."""
    name = "_".join(words_of(stem)) or "data_file"
    if not name[0].isalpha():
        name = f"n{name}"
    name = name[:NAME_CHARS_MAX].rstrip("_")
    known = set(taken) | RESERVED_DOMAINS
    base, count = name, 1
    while name in known:
        count += 1
        suffix = f"_n{count}"
        name = base[: NAME_CHARS_MAX - len(suffix)].rstrip("_") + suffix
    return name


def collection_name(table: str) -> str:
    """A valid collection name."""
    name = "_".join(words_of(table))[:FIELD_CHARS_MAX].rstrip("_") or "rows"
    return name if name[0].isalpha() else f"n{name}"
