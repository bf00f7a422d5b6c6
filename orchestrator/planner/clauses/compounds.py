"""Stretches of a question that are one name together: "automation runs", "agent name"."""

from __future__ import annotations

from typing import Any, TypeAlias

from orchestrator.planner.spans import Span
from registry.catalog import Catalogue

#: letter, first word, last word (exclusive), what it may mean, what was read already
Piece: TypeAlias = tuple[str, int, int, Span | None, Any]


def compounds(made: list[Piece], catalogue: Catalogue) -> list[Piece]:
    """The pieces, left to right, those that are one name as one: in "automation runs" and "team
    invoices" it is said whose records they are."""
    out: list[Piece] = []
    for item in sorted(made, key=lambda m: m[1]):
        before = out[-1] if out else None
        if before is not None and _called(before, item, catalogue):
            letter, first, _, span, load = before
            out[-1] = (letter, first, item[2], span, load)
            continue
        if before is not None and _whose(before, item, catalogue):
            letter, _, last, span, load = item
            item = (letter, before[1], last, span, load)
            out.pop()
        out.append(item)
    return out


def _called(
    a: Piece,
    b: Piece,
    catalogue: Catalogue,
) -> bool:
    """ "agent name": one whom a record refers to is told by the name anyway."""
    if a[3] is None or b[3] is None or a[2] != b[1] or b[3].words not in ("name", "names"):
        return False
    best = a[3].meanings[0]
    if a[0] != "F" or best.kind != "field":
        return False
    field = catalogue.collections[best.address].field(best.field)
    target = catalogue.collections.get(field.to or "")
    return field.type == "ref" and target is not None and target.label is not None


def _whose(
    a: Piece,
    b: Piece,
    catalogue: Catalogue,
) -> bool:
    if a[0] != "C" or b[0] != "C" or a[2] != b[1] or a[3] is None or b[3] is None:
        return False
    one, other = a[3].meanings[0], b[3].meanings[0]
    plural = a[3].words.endswith("s") and not a[3].words.endswith("ss")
    if one.kind != "collection" or one.kind != other.kind or plural:
        return False
    if not catalogue.collections[other.address].display:
        return False  # nobody said what its records are called
    return any(
        ref.source == other.address and ref.target == one.address for ref in catalogue.references
    )
