"""The same question about other data: a training question's words for tables, columns and values
are found, and others that play the same part in another schema stand in their place.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from orchestrator.planner.network.mentions import mentions_of
from orchestrator.planner.network.schema import Column, Schema
from orchestrator.planner.network.sketch import Condition, Order, Sketch, Table, Term, parts, terms
from orchestrator.planner.network.tokens import meant
from orchestrator.planner.words import Word, stem, tokenise
from registry.catalog import Catalogue

_TRIES: Final = 6
_RENAMED: Final = 0.15
_DATABASES_MIN: Final = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """Words `first..last` that stand for a table, a column or a value of a column."""

    first: int
    last: int
    sort: Literal["table", "column", "value"]
    number: int
    value: str = ""
    plural: bool = False
    #: the column was called without its table's words
    short: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A question with its slots, in order. `silent`: columns that no word names."""

    text: str
    words: tuple[Word, ...]
    slots: tuple[Slot, ...]
    sketch: Sketch
    schema: Schema
    silent: frozenset[int]


def common_words(questions: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Words that are asked of many databases. `questions`: (database, text)."""
    seen: dict[str, set[str]] = {}
    for db, text in questions:
        for word in tokenise(text):
            seen.setdefault(word.text, set()).add(db)
    return frozenset(word for word, dbs in seen.items() if len(dbs) >= _DATABASES_MIN)


def template(text: str, schema: Schema, sketch: Sketch, common: frozenset[str]) -> Template | None:
    """The template of a question; `None` where words are left that few databases are asked with,
    or too little of its sketch is named."""
    words = tokenise(text)
    used = sorted({t.column for p in parts(sketch) for t in terms(p) if t.column is not None})
    tables = sorted({t.table for p in parts(sketch) for t in p.tables})
    if any(t.on for p in parts(sketch) for t in p.tables):
        return None
    if not tables:
        return None
    taken: set[int] = set()
    slots: list[Slot] = []
    values = _values(text, words, schema, sketch)
    if values is None:
        return None
    for slot in values:
        slots.append(slot)
        taken |= set(range(slot.first, slot.last + 1))
    silent: set[int] = set()
    wanted = [(schema.columns[c], "column") for c in used]
    for column, _ in sorted(wanted, key=lambda w: -len(w[0].stems)):
        found = _column_slots(column, schema, words, taken)
        if not found:
            silent.add(column.number)
        slots += found
    for table in tables:
        slots += _spans(schema.tables[table].stems, "table", table, words, taken)
    if len(silent) > max(1, len(used) // 2) or any(
        all(s.number != t for s in slots if s.sort == "table")
        and not any(schema.columns[c].table == t for c in used if c not in silent)
        for t in tables
    ):
        return None
    left = {w.text for n, w in enumerate(words) if n not in taken and w.kind == "word"}
    if not left <= common:
        return None
    slots.sort(key=lambda s: s.first)
    return Template(text, words, tuple(slots), sketch, schema, frozenset(silent))


def _column_slots(
    column: Column, schema: Schema, words: tuple[Word, ...], taken: set[int]
) -> list[Slot]:
    found = _spans(column.stems, "column", column.number, words, taken)
    prefix = schema.tables[column.table].stems
    rest = tuple(s for s in column.stems if s not in prefix)
    if not found and rest and len(rest) < len(column.stems):
        found = [
            replace(slot, short=True)
            for slot in _spans(rest, "column", column.number, words, taken)
        ]
    return found


def _spans(
    stems: tuple[str, ...],
    sort: Literal["table", "column"],
    number: int,
    words: tuple[Word, ...],
    taken: set[int],
) -> list[Slot]:
    out = []
    size = len(stems)
    for first in range(len(words) - size + 1):
        place = set(range(first, first + size))
        if place & taken or tuple(w.stem for w in words[first : first + size]) != stems:
            continue
        taken |= place
        last = words[first + size - 1].text
        plural = last.endswith("s") and not last.endswith("ss") and stem(last) != last
        out.append(Slot(first, first + size - 1, sort, number, plural=plural))
    return out


def _values(
    text: str, words: tuple[Word, ...], schema: Schema, sketch: Sketch
) -> list[Slot] | None:
    """The slots of stored texts; other literals stay as they are. `None`: one is not there."""
    out: list[Slot] = []
    mentions = mentions_of(text, words, schema)
    for part in parts(sketch):
        for c in part.where:
            if c.op not in ("=", "!=") or not c.values or not isinstance(c.values[0], str):
                continue
            column = c.term.column
            mention = next(
                (
                    m for m in mentions
                    if m.first >= 0 and meant(m, column, schema) == c.values[0]
                ),
                None,
            )  # fmt: skip
            if mention is None or column is None:
                return None
            slot = Slot(mention.first, mention.last, "value", column, str(c.values[0]))
            if all(slot.last < s.first or slot.first > s.last for s in out):
                out.append(slot)
            elif slot not in out:
                return None
    return out


# -- standing in -----------------------------------------------------------------------------------


class Stock:
    """What other schemas offer: their tables by the ways between them, and stored texts."""

    def __init__(self, schemas: Sequence[Schema], catalogues: Sequence[Catalogue]) -> None:
        self.schemas = list(schemas)
        self.texts: dict[tuple[int, int], list[str]] = {}
        for number, (schema, catalogue) in enumerate(zip(schemas, catalogues, strict=True)):
            for column in schema.columns:
                address = schema.tables[column.table].address
                found = catalogue.facts_of(address).values.get(column.name)
                if found is not None and found.values:
                    self.texts[number, column.number] = list(found.values)


def transplanted(
    given: Template, stock: Stock, rng: random.Random, renamed: Mapping[str, Sequence[str]]
) -> tuple[str, Schema, Sketch] | None:
    """The template over a random schema of the stock; `None` where none was found in a few tries.
    `renamed`: other words for a word, used now and then."""
    for _ in range(_TRIES):
        number = rng.randrange(len(stock.schemas))
        schema = stock.schemas[number]
        tables = _tables(given, schema, rng)
        if tables is None:
            continue
        columns = _columns(given, schema, tables, stock, number, rng)
        if columns is None:
            continue
        values = {
            slot.value: rng.choice(stock.texts[number, columns[slot.number]])
            for slot in given.slots if slot.sort == "value"
        }  # fmt: skip
        to = _Places(schema, tables, columns, values)
        return _said(given, to, rng, renamed), schema, _mapped(given.sketch, to)
    return None


def _tables(given: Template, schema: Schema, rng: random.Random) -> dict[int, int] | None:
    """Tables that meet each other as the template's do."""
    needed: dict[int, None] = {}
    for part in parts(given.sketch):
        needed |= dict.fromkeys(t.table for t in part.tables)
    order = list(needed)
    found: dict[int, int] = {}
    for table in order:
        fitting = [
            t.number for t in schema.tables
            if t.number not in found.values() and _meets(given.schema, schema, found, table,
                                                         t.number)
        ]  # fmt: skip
        if not fitting:
            return None
        found[table] = rng.choice(fitting)
    for part in parts(given.sketch):
        known: set[int] = set()
        for t in part.tables:
            new = found[t.table]
            if known and schema.plain_way(known, new) is None:
                return None
            known.add(new)
    return found


def _meets(
    ours: Schema, theirs: Schema, found: Mapping[int, int], table: int, candidate: int
) -> bool:
    for one, other in found.items():
        mine = ours.ways.get((one, table), ())[:1]
        its = theirs.ways.get((other, candidate), ())[:1]
        if mine and (not its or _direction(ours, mine[0].a) != _direction(theirs, its[0].a)):
            return False
    return True


def _direction(schema: Schema, column: int) -> bool:
    return schema.columns[column].key


def _columns(
    given: Template,
    schema: Schema,
    tables: Mapping[int, int],
    stock: Stock,
    number: int,
    rng: random.Random,
) -> dict[int, int] | None:
    used = {t.column for p in parts(given.sketch) for t in terms(p) if t.column is not None}
    valued = {slot.number for slot in given.slots if slot.sort == "value"}
    found: dict[int, int] = {}
    for column in sorted(used):
        old = given.schema.columns[column]
        fitting = [
            n for n in schema.tables[tables[old.table]].columns
            if n not in found.values()
            and _alike(old, schema.columns[n], silent=column in given.silent)
            and (column not in valued or (number, n) in stock.texts)
        ]  # fmt: skip
        if not fitting:
            return None
        found[column] = rng.choice(fitting)
    return found


def _alike(old: Column, new: Column, *, silent: bool) -> bool:
    if silent:
        return old.words[-1] == new.words[-1] and old.kind == new.kind
    return old.kind == new.kind and old.key == new.key


@dataclass(frozen=True, slots=True)
class _Places:
    """What stands for each table, column and value of a template."""

    schema: Schema
    tables: Mapping[int, int]
    columns: Mapping[int, int]
    values: Mapping[str, str]


def _mapped(s: Sketch, to: _Places) -> Sketch:
    def term(t: Term) -> Term:
        return t if t.column is None else replace(t, column=to.columns[t.column])

    def condition(c: Condition) -> Condition:
        given = tuple(to.values.get(v, v) if isinstance(v, str) else v for v in c.values)
        inner = None if c.inner is None else _mapped(c.inner, to)
        other = None if c.other is None else to.columns[c.other]
        return replace(c, term=term(c.term), values=given, inner=inner, other=other)

    combine = s.combine and (s.combine[0], _mapped(s.combine[1], to))
    return replace(
        s,
        tables=_sorted(tuple(Table(to.tables[t.table]) for t in s.tables)),
        select=tuple(map(term, s.select)),
        where=tuple(map(condition, s.where)),
        group=tuple(map(term, s.group)),
        having=tuple(map(condition, s.having)),
        order=tuple(Order(term(o.term), o.desc) for o in s.order),
        combine=combine,
    )


def _sorted(found: tuple[Table, ...]) -> tuple[Table, ...]:
    return found if len(found) > 2 else tuple(sorted(found, key=lambda t: t.table))


def _said(
    given: Template, to: _Places, rng: random.Random, renamed: Mapping[str, Sequence[str]]
) -> str:
    """The question with its slots filled anew."""
    out, at = "", 0
    for slot in given.slots:
        start, end = given.words[slot.first].start, given.words[slot.last].end
        out += given.text[at:start]
        if slot.sort == "value":
            quoted = given.words[slot.first].kind == "quoted"
            value = to.values[slot.value]
            out += f'"{value}"' if quoted else value
        else:
            out += " ".join(_called(slot, to, rng, renamed))
        at = end
    return out + given.text[at:]


def _called(
    slot: Slot, to: _Places, rng: random.Random, renamed: Mapping[str, Sequence[str]]
) -> list[str]:
    """The words of what stands in a slot, in the slot's number, sometimes other words."""
    if slot.sort == "table":
        words = list(to.schema.tables[to.tables[slot.number]].words)
    else:
        words = _column_words(slot, to, rng)
    for n, word in enumerate(words):
        if word in renamed and rng.random() < _RENAMED:
            words[n] = rng.choice(list(renamed[word]))
    last = words[-1]
    singular = last[:-1] if last.endswith("s") and not last.endswith("ss") else last
    words[-1] = _plural(singular) if slot.plural else singular
    return words


def _column_words(slot: Slot, to: _Places, rng: random.Random) -> list[str]:
    """A column's words, now and then without its table's or without the last, idle one."""
    column = to.schema.columns[to.columns[slot.number]]
    own = set(to.schema.tables[column.table].stems)
    rest = [w for w in column.words if stem(w) not in own]
    words = rest if rest and (slot.short or rng.random() < 0.5) else list(column.words)
    if len(words) > 1 and words[-1] in ("name", "code", "value") and rng.random() < _RENAMED:
        words = words[:-1]
    return words


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def renamings(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Other words for single words, from questions said twice."""
    from difflib import SequenceMatcher

    out: dict[str, list[str]] = {}
    for one, other in pairs:
        a, b = one.lower().split(), other.lower().split()
        for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if tag == "replace" and j - i == 1 and m - k <= 2:
                old, new = a[i].strip("?.,"), " ".join(b[k:m]).strip("?.,")
                if old.isalpha() and new.replace(" ", "").isalpha() and old != new:
                    out.setdefault(old, []).append(new)
    return {old: new for old, new in out.items() if len(new) > 1}


def stream(
    templates: Sequence[Template],
    stock: Stock,
    rng: random.Random,
    renamed: Mapping[str, Sequence[str]],
    count: int,
) -> Iterator[tuple[str, Schema, Sketch]]:
    """Transplants of `count` random templates, fewer where some find no place."""
    for _ in range(count if templates else 0):
        made = transplanted(rng.choice(templates), stock, rng, renamed)
        if made is not None:
            yield made
