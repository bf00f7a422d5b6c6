"""What a tenant taught its planners: verified questions, words, defaults.

Data only, made fast to read: a lesson says what it means in the plan's and the schema's own names,
and whoever uses one checks it against today's catalogue. It never holds what a planner made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from registry.domain import CollectionSpec, DomainSpec

Kind = Literal["question", "word", "default"]
KINDS: Final[tuple[Kind, ...]] = ("question", "word", "default")


@dataclass(frozen=True, slots=True)
class Verified:
    """A question and the plan that somebody vouched for. `now_us`: what its relative times meant;
    `plan`: the wire form as JSON.
    """

    question: str
    plan: str
    now_us: int


@dataclass(frozen=True, slots=True)
class Word:
    """`word` means `domain.collection`, `….field`, `….measure` or `….field=value`."""

    word: str
    means: str


@dataclass(frozen=True, slots=True)
class Default:
    """The event time, or the naming field, that a collection has for this tenant."""

    collection: str
    time: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Taught:
    """All lessons of a tenant. Compared by identity: a changed one is another object."""

    verified: tuple[Verified, ...] = ()
    words: tuple[Word, ...] = ()
    defaults: Mapping[str, Default] = field(default_factory=dict)

    @classmethod
    def from_wire(cls, lessons: Iterable[Mapping[str, Any]]) -> Taught:
        """From the bodies that `system` keeps, by their `kind`."""
        made: dict[str, list[Any]] = {kind: [] for kind in KINDS}
        for lesson in lessons:
            body = dict(lesson["body"])
            made[lesson["kind"]].append(_MADE[lesson["kind"]](**body))
        return cls(
            tuple(made["question"]),
            tuple(made["word"]),
            {default.collection: default for default in made["default"]},
        )

    def over(self, spec: DomainSpec) -> DomainSpec:
        """The domain with this tenant's defaults; the same object where there are none."""
        changed = {
            name: _defaulted(collection, self.defaults[address])
            for address, collection in spec.addresses()
            for name in (address.partition(".")[2],)
            if address in self.defaults
        }
        if not changed:
            return spec
        return spec.model_copy(update={"collections": {**spec.collections, **changed}})


_MADE: Final[dict[str, Any]] = {"question": Verified, "word": Word, "default": Default}
NOTHING: Final = Taught()


def _defaulted(spec: CollectionSpec, default: Default) -> CollectionSpec:
    said = {"time": default.time, "label": default.label}
    return spec.model_copy(update={key: name for key, name in said.items() if name in spec.fields})
