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

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from registry import limits
from registry.document import load_yaml as load_yaml  # callers find it here
from registry.errors import BadInput, UnknownDomain, UnknownField, listed, shown
from registry.fault import first_fault
from registry.measure import Measure, check_measures
from registry.record import TEMPORAL, Type, TypeName
from registry.thermal import Policy, Thermal
from registry.tier import Tier

NAME: Final = re.compile(r"[a-z](?:_?[a-z0-9])*")
_ADDRESS: Final = re.compile(rf"{NAME.pattern}\.{NAME.pattern}")
NAME_CHARS_MAX: Final = 24
#: URI schemes, our own servers, and what Windows keeps for devices
RESERVED_DOMAINS: Final = frozenset(
    {"file", "http", "https", "ui", "data", "system", "con", "prn", "aux", "nul"}
    | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
FIELD_CHARS_MAX: Final = 64
COLLECTION_CHARS_MAX: Final = 48
#: the collection whose records are people
PEOPLE: Final = "user.users"
_NAMES_A_PERSON: Final = frozenset({"text", "int", "ref"})
_NO_KEYS: Final = ("float", "json", "bytes")
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


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FieldSpec(_Spec):
    """One typed field of a collection."""

    type: TypeName
    description: str = ""
    synonyms: tuple[str, ...] = Field(default=(), strict=False)
    #: synonyms that a draft guessed; understood with doubt until somebody moves them up
    proposed: tuple[str, ...] = Field(default=(), strict=False)
    unit: str | None = None
    enum: tuple[str, ...] | None = Field(default=None, strict=False)
    #: words a person may use for a value: {value: [words]}; one of the enum, where there is one;
    #: of yes and no, "true" or "false"
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
        if self.to is not None and not _ADDRESS.fullmatch(self.to):
            raise ValueError(f"`to: {shown(self.to)}` is not an address like `domain.collection`")
        if self.enum is not None and (
            self.type != "text" or not 0 < len(self.enum) <= limits.ENUM_MAX
        ):
            raise ValueError(f"an enum is a list of 1 to {limits.ENUM_MAX} texts on a text field")
        if self.enum is not None and len(set(self.enum)) < len(self.enum):
            raise ValueError("an enum names each value once")
        if self.words and self.type not in ("text", "bool"):
            raise ValueError("`words` is for fields of text, and for yes and no")
        known = ("true", "false") if self.type == "bool" else self.enum
        if known is not None and (unknown := set(self.words) - set(known)):
            raise ValueError(f"`words` names values that the enum lacks: {shown(min(unknown))}")
        if self.search and self.type != "text":
            raise ValueError("`search` is for text fields")
        return self


class CollectionSpec(_Spec):
    """A typed set of records."""

    description: str = ""
    synonyms: tuple[str, ...] = Field(default=(), strict=False)
    #: synonyms that a draft guessed
    proposed: tuple[str, ...] = Field(default=(), strict=False)
    #: fields whose values are the record's id; none: the caller's `id`, or one made for it
    key: tuple[str, ...] = Field(default=(), strict=False)
    #: the event time; a `time` or `date` field
    time: str | None = None
    #: the field that names a record to a person
    label: str | None = None
    #: columns shown when nobody asked for any
    display: tuple[str, ...] = Field(default=(), strict=False)
    retention_days: int | None = Field(default=None, ge=1)
    #: the fields that say whose a record is: by naming the person, or as a `ref` to a record that
    #: is theirs; none given: references to people
    subject: tuple[str, ...] | None = Field(default=None, strict=False)
    fields: dict[str, FieldSpec]
    measures: dict[str, Measure] = Field(default_factory=dict)

    @field_validator("key", "subject", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _agrees(self) -> CollectionSpec:
        if not 0 < len(self.fields) <= limits.FIELDS_MAX:
            raise ValueError(f"a collection has 1 to {limits.FIELDS_MAX} fields")
        for name in self.fields:
            _check_field_name(name)
        named = (
            *self.key,
            *(self.subject or ()),
            *self.display,
            *filter(None, (self.time, self.label)),
        )
        for name in named:
            if name not in self.fields and name != "id":
                raise ValueError(f"{shown(name)} is named but is not a field of this collection")
        if self.time is not None and self._kind(self.time) not in TEMPORAL:
            raise ValueError(f"`time: {self.time}` must be a time or date field")
        mixed = "id" in self.key and len(self.key) > 1
        if mixed or not set(_NO_KEYS).isdisjoint(map(self._kind, self.key)):
            raise ValueError(f"a `key` is `id`, or fields that are not {' or '.join(_NO_KEYS)}")
        for name in self.subject or ():
            if self._kind(name) not in _NAMES_A_PERSON:
                raise ValueError(f"`subject: {name}` must be text, int, a ref or the id")
        check_measures(self.measures, self.field)
        return self

    def _kind(self, name: str) -> TypeName:
        return self.field(name).type

    def field(self, name: str) -> FieldSpec:
        """The field, or `UnknownField` naming what there is."""
        found = self.fields.get(name) or ENVELOPE.get(name)
        if found is None:
            raise UnknownField(f"No field {shown(name)}; the fields are {listed(self.fields)}.")
        return found

    @cached_property
    def references(self) -> dict[str, str]:
        """{field: "domain.collection"} of the ref fields."""
        return {name: f.to for name, f in self.fields.items() if f.to is not None}

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """The fields that say whose a record is: erasing that person erases the record."""
        return self.subject if self.subject is not None else self._people

    @cached_property
    def mentions(self) -> tuple[str, ...]:
        """References to people whose the record is not: erasing such a person empties the field."""
        return tuple(name for name in self._people if name not in self.subjects)

    @property
    def _people(self) -> tuple[str, ...]:
        return tuple(name for name, to in self.references.items() if to == PEOPLE)

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
    thermal: Thermal = Thermal()
    collections: dict[str, CollectionSpec]

    @model_validator(mode="after")
    def _agrees(self) -> DomainSpec:
        check_domain_name(self.domain)
        if not 0 < len(self.collections) <= limits.COLLECTIONS_MAX:
            raise ValueError(f"a domain has 1 to {limits.COLLECTIONS_MAX} collections")
        for name in self.collections:
            if not NAME.fullmatch(name) or len(name) > COLLECTION_CHARS_MAX:
                raise ValueError(
                    f"collection {shown(name)}: a name is lower-case letters, digits, single '_'"
                )
        if unknown := set(self.thermal.pin) - set(self.collections):
            raise ValueError(f"`thermal.pin`: there is no collection {shown(min(unknown))}")
        return self

    @cached_property
    def policy(self) -> Policy:
        """The thermal policy in force."""
        return self.thermal.policy(self.tier)

    def collection(self, name: str) -> CollectionSpec:
        """The collection by its short name or address, or `UnknownDomain` naming what there is."""
        found = self.collections.get(name.removeprefix(f"{self.domain}."))
        if found is None:
            raise UnknownDomain(
                f"No collection {shown(name)} in {self.domain}; "
                f"there are {listed(self.collections)}."
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


def _check_field_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > FIELD_CHARS_MAX:
        raise ValueError(f"field {shown(name)}: a name is lower-case letters, digits, single '_'")
    if name in RESERVED_FIELDS:
        raise ValueError(f"field {shown(name)} is part of every record; choose another name")


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


def parse_spec(data: Any, *, name: str = "domain") -> DomainSpec:
    """A parsed YAML mapping as a spec; `BadInput` naming the first thing that is wrong."""
    if not isinstance(data, dict):
        raise BadInput(f"{name}: a domain file is a mapping that starts with `domain: NAME`.")
    try:
        spec = DomainSpec.model_validate(data)
        orjson.dumps(data)
    except ValidationError as bad:
        raise BadInput(f"{name}: {first_fault(bad)}.") from None
    except orjson.JSONEncodeError as bad:
        raise BadInput(f"{name}: it holds what JSON cannot say: {bad}.") from None
    return spec


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
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


_RARE_BREAKS: Final = re.compile("[\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Quotes text with rare line breaks, which PyYAML would fold away as it writes."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = '"' if _RARE_BREAKS.search(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)


_Dumper.add_representer(str, _Dumper.represent_str)
