"""The arguments of the ten tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from registry import limits
from registry.errors import BadInput, listed, shown
from registry.tool import Params


class AskParams(Params):
    question: str = Field(min_length=1, max_length=limits.QUESTION_CHARS_MAX)
    domains: list[str] | None = Field(default=None, description="Look only in these.")
    conversation: str | None = Field(
        default=None,
        max_length=limits.ID_CHARS_MAX,
        description="From an earlier answer: a follow-up.",
    )
    choice: str | None = Field(default=None, max_length=40, description="Id of a choice offered.")
    now: str | None = Field(default=None, max_length=40, description="ISO time that 'today' means.")
    timezone: str | None = Field(default=None, max_length=40)
    limit: int | None = Field(default=None, ge=1, le=limits.ROWS_MAX)
    plot: bool = Field(default=False, description="Add a chart as an image.")


class QueryParams(Params):
    plan: dict[str, Any] = Field(description="See describe('plan'), or `plan` of an answer.")
    cursor: str | None = Field(default=None, max_length=20_000)


class GetParams(Params):
    collection: str = Field(max_length=100, description="domain.collection")
    ids: list[str] = Field(min_length=1, max_length=limits.GET_IDS_MAX)


class DescribeParams(Params):
    name: str | None = Field(
        default=None, max_length=100, description="A domain, a domain.collection, or 'plan'."
    )


class IngestParams(Params):
    records: list[dict[str, Any]] | None = Field(default=None, max_length=limits.PUT_RECORDS_MAX)
    text: str | None = Field(default=None, description="CSV, JSON or JSON Lines.")
    path: str | None = Field(default=None, description="A file under a configured root.")
    uri: str | None = None
    into: str | None = Field(
        default=None, description="domain or domain.collection; none: find out."
    )
    format: Literal["csv", "json", "jsonl", "parquet", "sqlite"] | None = None
    on_conflict: Literal["update", "skip", "error"] = "update"
    set: dict[str, Any] | None = Field(default=None, description="Field values for every record.")
    name: str | None = Field(default=None, max_length=200, description="What to call the source.")
    dry_run: bool = False


class FindParams(Params):
    words: str = Field(min_length=1, max_length=300)
    limit: int = Field(default=8, ge=1, le=50)


class CallParams(Params):
    name: str = Field(max_length=100, description="domain__tool, from find_tools")
    arguments: dict[str, Any] = Field(default_factory=dict)


class AdminReadParams(Params):
    action: Literal[
        "servers", "health", "domain", "settings", "tiers", "policy", "check", "backups", "holds",
        "erasures", "taught",
    ]  # fmt: skip
    arguments: dict[str, Any] = Field(default_factory=dict)


class AdminWriteParams(Params):
    action: Literal[
        "domain_add", "domain_remove", "move", "cool", "compact", "policy", "check", "backup",
        "restore", "erase", "hold_add", "hold_remove", "teach", "forget",
    ]  # fmt: skip
    arguments: dict[str, Any] = Field(default_factory=dict)


#: what each action takes. An argument that is misspelt or of another kind must never be dropped:
#: `dry_run: "yes"` is no erasure that is meant
READ_ARGUMENTS: Final[Mapping[str, Mapping[str, type]]] = {
    "domain": {"name": str},
    "tiers": {"domain": str, "now": str},
    "policy": {"domain": str},
    "check": {"deep": bool},
}
WRITE_ARGUMENTS: Final[Mapping[str, Mapping[str, type]]] = {
    "domain_add": {"yaml": str, "spec": dict},
    "domain_remove": {"name": str},
    "move": {"place": str, "tier": str},
    "cool": {"domain": str, "now": str},
    "compact": {"domain": str},
    "policy": {"domain": str, "set": dict},
    "check": {"repair": bool, "forget": str},
    "backup": {"keep": int},
    "restore": {"into": str, "id": str},
    "erase": {"subject": str, "dry_run": bool},
    "hold_add": {"kind": str, "target": str, "reason": str},
    "hold_remove": {"kind": str, "target": str},
    "teach": {
        **dict.fromkeys(("question", "now", "word", "means", "default", "time", "label"), str),
        "plan": dict,
    },
    "forget": {"question": str, "word": str, "default": str, "conversation": str},
}
_KINDS: Final = {str: "text", bool: "true or false", int: "a whole number", dict: "an object"}


def checked(
    table: Mapping[str, Mapping[str, type]], action: str, arguments: Mapping[str, Any]
) -> None:
    """`BadInput` for an argument that the action does not take, or of another kind."""
    known = table.get(action, {})
    for name, value in arguments.items():
        if name not in known:
            raise BadInput(f"{action} takes {listed(known)}, not {shown(name)}.")
        if type(value) is not known[name]:
            kind = _KINDS[known[name]]
            raise BadInput(f"`{name}` of {action} is {kind}, not {shown(value)}.")
