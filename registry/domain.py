"""A domain, its collections and their fields, as one YAML file says them.

The spec is the only source: tables, indexes, tools, resources, prompts and the planner's words all
come from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from registry import limits
from registry.errors import BadInput, TooLarge, UnknownDomain, UnknownField, shown
from registry.record import NUMERIC, TEMPORAL, Type, TypeName
from registry.tier import Tier

NAME: Final = re.compile(r"[a-z](?:_?[a-z0-9])*")
NAME_CHARS_MAX: Final = 24
RESERVED_DOMAINS: Final = frozenset({"file", "http", "https", "ui", "data", "system"})
RESERVED_FIELDS: Final = frozenset({"id", "version", "extra", "tenant"})
BUILTIN: Final = (
    "user",
    "session",
    "chat",
    "metrics",
    "analytics",
    "content",
    "workflow",
    "integration",
    "archive",
    "logs",
    "backup",
    "compliance",
)

PiiClass = Literal["none", "name", "email", "phone", "address", "ip", "free_text", "identifier"]
Aggregate = Literal["count", "sum", "avg", "min", "max", "distinct", "median"]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Measure(_Spec):
    """A named aggregate with words of its own: `revenue` = the sum of `amount`."""

    fn: Aggregate
    field: str | None = None
    description: str = ""
    synonyms: tuple[str, ...] = Field(default=(), strict=False)


class FieldSpec(_Spec):
    """One typed field of a collection."""

    type: TypeName
    description: str = ""
    synonyms: tuple[str, ...] = Field(default=(), strict=False)
    unit: str | None = None
    enum: tuple[str, ...] | None = Field(default=None, strict=False)
    #: words a person may use for an enum value: {value: [words]}
    words: dict[str, Annotated[tuple[str, ...], Field(strict=False)]] = Field(default_factory=dict)
    to: str | None = None
    scale: int = Field(default=2, ge=0, le=9)
    pii: PiiClass = "none"
    required: bool = False
    #: full-text search covers it
    search: bool = False
    index: bool = False

    @cached_property
    def kind(self) -> Type:
        """The value type, with the decimal's scale."""
        return Type(self.type, self.scale if self.type == "decimal" else 0)

    @model_validator(mode="after")
    def _agrees(self) -> FieldSpec:
        if (self.type == "ref") != (self.to is not None):
            raise ValueError("`to: domain.collection` goes with `type: ref`, and only with it")
        if self.enum is not None and (
            self.type != "text" or not 0 < len(self.enum) <= limits.ENUM_MAX
        ):
            raise ValueError(f"an enum is a list of 1 to {limits.ENUM_MAX} texts on a text field")
        if unknown := set(self.words) - set(self.enum or ()):
            raise ValueError(f"`words` names values that the enum lacks: {sorted(unknown)}")
        if self.search and self.type != "text":
            raise ValueError("`search` is for text fields")
        return self


class CollectionSpec(_Spec):
    """A typed set of records."""

    description: str = ""
    synonyms: tuple[str, ...] = Field(default=(), strict=False)
    #: fields whose values are the record's id; none: the caller's `id`, or one made for it
    key: tuple[str, ...] = Field(default=(), strict=False)
    #: the event time; a `time` or `date` field
    time: str | None = None
    #: the field that names a record to a person
    label: str | None = None
    #: columns shown when nobody asked for any
    display: tuple[str, ...] = Field(default=(), strict=False)
    retention_days: int | None = Field(default=None, ge=1)
    fields: dict[str, FieldSpec]
    measures: dict[str, Measure] = Field(default_factory=dict)

    @field_validator("key", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _agrees(self) -> CollectionSpec:
        if not 0 < len(self.fields) <= limits.FIELDS_MAX:
            raise ValueError(f"a collection has 1 to {limits.FIELDS_MAX} fields")
        for name in self.fields:
            if not NAME.fullmatch(name) or len(name) > 64:
                raise ValueError(
                    f"field {shown(name)}: a name is lower-case letters, digits, single '_'"
                )
            if name in RESERVED_FIELDS:
                raise ValueError(
                    f"field {shown(name)} is part of every record already; choose another name"
                )
        named = [
            *self.key,
            *self.display,
            *filter(None, (self.time, self.label)),
            *(m.field for m in self.measures.values() if m.field),
        ]
        for name in named:
            if name not in self.fields and name != "id":
                raise ValueError(f"{shown(name)} is named but is not a field of this collection")
        if self.time is not None and self.fields[self.time].type not in TEMPORAL:
            raise ValueError(f"`time: {self.time}` must be a time or date field")
        for name, measure in self.measures.items():
            if measure.fn in ("sum", "avg", "median") and (
                measure.field is None or self.fields[measure.field].type not in NUMERIC
            ):
                raise ValueError(f"measure {shown(name)}: {measure.fn} needs a numeric `field`")
        return self

    def field(self, name: str) -> FieldSpec:
        """The field, or `UnknownField` naming what there is."""
        found = self.fields.get(name) or ENVELOPE.get(name)
        if found is None:
            raise UnknownField(
                f"No field {shown(name)}; the fields are {', '.join(list(self.fields)[:40])}."
            )
        return found

    @cached_property
    def references(self) -> dict[str, str]:
        """{field: "domain.collection"} of the ref fields."""
        return {name: f.to for name, f in self.fields.items() if f.to is not None}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields that every record must have."""
        return tuple(name for name, f in self.fields.items() if f.required)

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """The fields that full-text search covers."""
        return tuple(name for name, f in self.fields.items() if f.search)


#: fields that every record has beside its declared ones
ENVELOPE: Final = {
    "id": FieldSpec(type="text", description="The record's id.", synonyms=("identifier", "key")),
    "version": FieldSpec(type="int", description="1 for a new record, one more with each update."),
    "extra": FieldSpec(
        type="json", description="What the declared fields do not cover, as a JSON object."
    ),
}


class DomainSpec(_Spec):
    """A domain: one MCP server, one row database."""

    domain: str
    title: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = Field(default=(), strict=False)
    tier: Tier = Field(default=Tier.WARM, strict=False)
    collections: dict[str, CollectionSpec]

    @model_validator(mode="after")
    def _agrees(self) -> DomainSpec:
        check_domain_name(self.domain)
        if not 0 < len(self.collections) <= limits.COLLECTIONS_MAX:
            raise ValueError(f"a domain has 1 to {limits.COLLECTIONS_MAX} collections")
        for name in self.collections:
            if not NAME.fullmatch(name) or len(name) > 48:
                raise ValueError(
                    f"collection {shown(name)}: a name is lower-case letters, digits, single '_'"
                )
        return self

    def collection(self, name: str) -> CollectionSpec:
        """The collection by its short name or address, or `UnknownDomain` naming what there is."""
        found = self.collections.get(name.removeprefix(f"{self.domain}."))
        if found is None:
            raise UnknownDomain(
                f"No collection {shown(name)} in {self.domain}; "
                f"there are {', '.join(self.collections)}."
            )
        return found

    def addresses(self) -> Iterator[tuple[str, CollectionSpec]]:
        """("domain.collection", spec) pairs in file order."""
        for name, spec in self.collections.items():
            yield f"{self.domain}.{name}", spec

    @property
    def scheme(self) -> str:
        """The URI scheme of the domain's resources."""
        return self.domain.replace("_", "-")


def check_domain_name(name: str) -> str:
    """`name` itself, or ValueError with the rule it breaks."""
    if not NAME.fullmatch(name) or len(name) > NAME_CHARS_MAX:
        raise ValueError(
            f"domain {shown(name)}: a name is at most {NAME_CHARS_MAX} "
            "lower-case letters, digits, single '_'"
        )
    if name in RESERVED_DOMAINS:
        raise ValueError(f"domain {shown(name)} is a reserved name; choose another")
    return name


# -- YAML ----------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Plain YAML: no aliases (so no bombs), no tags, no duplicate keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise BadInput(
                f"line {mark.line + 1}: YAML aliases are not accepted; write the value out."
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise BadInput(
                    f"line {key.start_mark.line + 1}: {shown(key.value)} is given twice."
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# A person writes `2026-01-01`, `12:30` or `no` as text more often than as a date, a number or a
# boolean: only JSON's scalars resolve, and only those that `safe_dump` would quote as text.
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?", "-0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )


def load_yaml(text: str | bytes, *, name: str = "YAML") -> Any:
    """Parse one YAML document within bounds; `BadInput` with the line when it is malformed."""
    if len(text) > limits.SPEC_BYTES_MAX:
        raise TooLarge(f"{name} is larger than {limits.SPEC_BYTES_MAX >> 10} KiB.")
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with more refused
    except yaml.YAMLError as bad:
        mark = getattr(bad, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise BadInput(f"{name}{line}: {getattr(bad, 'problem', None) or 'not YAML'}.") from None
    except (RecursionError, ValueError, TypeError):
        raise BadInput(
            f"{name} is nested too deeply or holds a value that YAML does not allow."
        ) from None


def parse_spec(data: Any, *, name: str = "domain") -> DomainSpec:
    """A parsed YAML mapping as a spec; `BadInput` naming the first thing that is wrong."""
    if not isinstance(data, dict):
        raise BadInput(f"{name}: a domain file is a mapping that starts with `domain: NAME`.")
    try:
        return DomainSpec.model_validate(data)
    except ValidationError as bad:
        first = bad.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"{name}: {path + ': ' if path else ''}{first['msg'].removeprefix('Value error, ')}."
        ) from None


def load_spec(path: Path) -> DomainSpec:
    """Read one domain file."""
    try:
        with path.open("rb") as file:
            text = file.read(limits.SPEC_BYTES_MAX + 1)
    except OSError as bad:
        raise BadInput(f"{shown(path)} cannot be read: {bad.strerror}.") from None
    return parse_spec(load_yaml(text, name=path.name), name=path.name)


def dump_spec(spec: DomainSpec) -> str:
    """The YAML text of a spec; `load_spec` reads it back equal."""
    data = spec.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
