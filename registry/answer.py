"""What comes back: `Answer` to a question or plan, `Receipt` for an ingest.

Both have one wire form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from registry.check import Column
from registry.limits import REASONS_MAX

Status = Literal["answered", "tentative", "clarify", "refused"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows of an answer came from. `as_of`: ISO time of the snapshot read."""

    collection: str
    tier: str
    rows_scanned: int
    ms: float
    as_of: str

    def to_wire(self) -> dict[str, Any]:
        return {
            "collection": self.collection,
            "tier": self.tier,
            "rows_scanned": self.rows_scanned,
            "ms": round(self.ms, 3),
            "as_of": self.as_of,
        }


@dataclass(frozen=True, slots=True)
class Understood:
    """A span of the question and what it became."""

    words: str
    meaning: str

    def to_wire(self) -> dict[str, str]:
        return {"words": self.words, "meaning": self.meaning}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several readings that the caller can pick with `choice=id`."""

    id: str
    label: str
    plan: dict[str, Any]

    def to_wire(self) -> dict[str, Any]:
        return {"id": self.id, "label": self.label, "plan": self.plan}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in wire form plus what was understood and where it came from.

    Empty parts are left out on the wire.
    """

    status: Status
    text: str
    columns: tuple[Column, ...] = ()
    rows: list[list[Any]] = field(default_factory=list)
    truncated: bool = False
    cursor: str | None = None
    plan: dict[str, Any] | None = None
    understood: tuple[Understood, ...] = ()
    confidence: float | None = None
    planner: str | None = None
    sources: tuple[Source, ...] = ()
    partial: bool = False
    missing: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    conversation: str | None = None
    reason: str | None = None
    not_understood: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    ms: dict[str, float] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        out: dict[str, Any] = {"status": self.status, "text": self.text}
        if self.status in ("answered", "tentative"):
            out |= {
                "columns": [c.to_wire() for c in self.columns],
                "rows": self.rows,
                "row_count": len(self.rows),
                "truncated": self.truncated,
                "partial": self.partial,
            }
        lists = {
            "understood": [u.to_wire() for u in self.understood],
            "sources": [s.to_wire() for s in self.sources],
            "choices": [c.to_wire() for c in self.choices],
            "missing": list(self.missing),
            "not_understood": list(self.not_understood),
            "suggestions": list(self.suggestions),
        }
        out |= {name: value for name, value in lists.items() if value}
        scalars = {
            "cursor": self.cursor,
            "plan": self.plan,
            "confidence": self.confidence,
            "planner": self.planner,
            "conversation": self.conversation,
            "reason": self.reason,
        }
        out |= {name: value for name, value in scalars.items() if value is not None}
        return {**out, "ms": {name: round(value, 3) for name, value in self.ms.items()}}


@dataclass(slots=True)
class Receipt:
    """What became of a source.

    `accepted` are new, `updated` replaced, `duplicate` were there already, equal.
    """

    collection: str
    accepted: int = 0
    updated: int = 0
    duplicate: int = 0
    rejected: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)
    source_sha256: str | None = None
    tier: str = "warm"
    ms: float = 0.0
    notes: list[str] = field(default_factory=list)

    def reject(self, line: int | None, reason: str) -> None:
        """Count a bad row; the first `REASONS_MAX` keep their line and reason."""
        self.rejected += 1
        if len(self.reasons) < REASONS_MAX:
            self.reasons.append({"line": line, "reason": reason})

    def to_wire(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "collection": self.collection,
            "accepted": self.accepted,
            "updated": self.updated,
            "duplicate": self.duplicate,
            "rejected": self.rejected,
            "reasons": self.reasons,
            "tier": self.tier,
            "ms": round(self.ms, 3),
        }
        if self.source_sha256 is not None:
            out["source_sha256"] = self.source_sha256
        if self.notes:
            out["notes"] = self.notes
        return out
