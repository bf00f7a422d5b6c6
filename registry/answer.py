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
    """A span of the question and what it became. `start`, `end`: where it stands in the question as
    given, in code points; none where that is not known. `carried`: it was said in an earlier turn.
    """

    words: str
    meaning: str
    start: int | None = None
    end: int | None = None
    carried: bool = False

    def to_wire(self) -> dict[str, Any]:
        out: dict[str, Any] = {"words": self.words, "meaning": self.meaning}
        if self.start is not None and self.end is not None:
            out |= {"start": self.start, "end": self.end}
        return {**out, "carried": True} if self.carried else out


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is meant: `field` from `start` on and before `end`, ISO UTC; none is open."""

    field: str
    start: str | None = None
    end: str | None = None

    def to_wire(self) -> dict[str, str]:
        ends = {"from": self.start, "before": self.end}
        return {"field": self.field, **{name: end for name, end in ends.items() if end}}


@dataclass(frozen=True, slots=True)
class Step:
    """What one domain is asked for an answer: in words, and as a plan."""

    domain: str
    label: str
    plan: dict[str, Any]

    def to_wire(self) -> dict[str, Any]:
        return {"domain": self.domain, "label": self.label, "plan": self.plan}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several readings that the caller can pick with `choice=id`. `confidence`: 0 to 1."""

    id: str
    label: str
    plan: dict[str, Any]
    confidence: float | None = None

    def to_wire(self) -> dict[str, Any]:
        out = {"id": self.id, "label": self.label, "plan": self.plan}
        return out if self.confidence is None else {**out, "confidence": self.confidence}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in wire form plus what was understood and where it came from.

    `label`: the plan in one plain sentence. `alternatives`: what else the question could have
    meant. `unused`: words that say something and changed nothing. `steps`: only where the plan was
    explained instead of run. `language`: of the question, where it is not English. Empty parts are
    left out on the wire.
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
    label: str | None = None
    windows: tuple[Window, ...] = ()
    alternatives: tuple[Choice, ...] = ()
    unused: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    language: str | None = None

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
            "windows": [w.to_wire() for w in self.windows],
            "alternatives": [a.to_wire() for a in self.alternatives],
            "unused": list(self.unused),
            "steps": [s.to_wire() for s in self.steps],
        }
        out |= {name: value for name, value in lists.items() if value}
        scalars = {
            "cursor": self.cursor,
            "plan": self.plan,
            "label": self.label,
            "language": self.language,
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
